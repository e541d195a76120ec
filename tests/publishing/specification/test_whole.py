"""Files against each other, against the customers, and against the adapters that there are."""

import pytest

from publishing.specification.customers import read_customers
from publishing.specification.documents import DocumentReader
from publishing.specification.files import read_files
from publishing.specification.whole import check_whole
from tests.publishing.specification.conftest import Folder


def mistakes(folder: Folder) -> list[str]:
    reader = DocumentReader(folder.path)
    files = read_files(reader)
    check_whole(reader, files, read_customers(reader))
    return [str(mistake) for mistake in reader.mistakes]


def test_a_sound_folder_has_none(folder: Folder) -> None:
    assert mistakes(folder) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("channels: { webchat: {} }", "channels.webchat: there is no adapter 'webchat'. Did you mean 'web_chat'? Use"),
        ("crm: directry", "crm: there is no adapter 'directry'. Did you mean 'directory'? Use one of directory, "),
        ("helpdesk: lotus", "helpdesk: there is no adapter 'lotus'. Use one of directory, salesforce, zendesk."),
        ("crm_notes: [resolved]", "crm_notes: the CRM 'directory' keeps no notes. Leave crm_notes out, or name"),
        (
            "knowledge_sources: [{ kind: lotus, default_topic: delivery }]",
            "knowledge_sources.0.kind: there is no adapter 'lotus'. Use one of salesforce, zendesk.",
        ),
    ],
)
def test_an_adapter_that_does_not_exist_is_named(folder: Folder, line: str, told: str) -> None:
    folder.replace("organisation.yaml", "name: Wheels", f"name: Wheels\n{line}")
    [mistake] = mistakes(folder)
    assert mistake.startswith(f"organisation.yaml:3: {told}")


def test_an_unknown_crm_keeps_no_second_mistake(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\ncrm: lotus\ncrm_notes: [resolved]")
    assert [mistake.split(": ")[1] for mistake in mistakes(folder)] == ["crm"]


@pytest.mark.parametrize("line", ["crm: salesforce", "crm: salesforce\ncrm_notes: [resolved]"])
def test_facts_of_another_crm_are_not_known_here(folder: Folder, line: str) -> None:
    folder.replace("organisation.yaml", "name: Wheels", f"name: Wheels\n{line}")
    folder.replace("agents/general.yaml", "frame_size", "Frame_Size__c")
    assert mistakes(folder) == []


def test_facts_are_not_known_without_customers(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "frame_size", "frame_sice")
    (folder.path / "customers/customers.yaml").unlink()
    assert mistakes(folder) == []


def test_facts_are_not_missed_among_customers_that_are_wrong_themselves(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "frame_size", "colour")
    folder.replace("customers/customers.yaml", "seats: 1", "seats: many")
    [mistake] = mistakes(folder)
    assert mistake.startswith("customers/customers.yaml:5: accounts.0.seats: is no whole number.")


@pytest.mark.parametrize("known", ["email", "phone", "contact_id", "frame_size"])
def test_a_tool_may_be_told_what_is_known_of_a_customer(folder: Folder, known: str) -> None:
    folder.replace("agents/billing.yaml", "customer: contact_id", f"customer: {known}")
    assert mistakes(folder) == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("private_facts: [seats, email, phone]", None),
        ("private_facts: [frame_sise]", "frame_sise'. Did you mean 'frame_size'?"),
        ("crm: salesforce\nprivate_facts: [open_case, phone]", None),
        ("crm: salesforce\nprivate_facts: [open_cases]", "open_cases'. Did you mean 'open_case'?"),
        ("crm: salesforce\ncrm_fields: { score: Score__c }\nprivate_facts: [score]", None),
        ("crm: salesforce\ncrm_fields: { score: Score__c }\nprivate_facts: [scores]", "scores'. Did you mean 'score'?"),
        ("helpdesk: zendesk\nprivate_facts: [tags, frame_size]", None),
        ("helpdesk: zendesk\nprivate_facts: [tag]", "tag'. Did you mean 'tags'?"),
    ],
)
def test_a_private_fact_is_one_that_customers_have(folder: Folder, lines: str, told: str | None) -> None:
    folder.replace("organisation.yaml", "name: Wheels", f"{lines}\nname: Wheels")
    folder.replace("agents/general.yaml", "[plan, frame_size]", "[plan]")
    line = lines.count("\n") + 2
    expected = [] if told is None else [f"organisation.yaml:{line}: private_facts.0: no customer has the fact '{told}"]
    assert [mistake.split(" Use one of")[0] for mistake in mistakes(folder)] == expected


def test_any_fact_may_be_private_without_customers(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "private_facts: [colour]\nname: Wheels")
    (folder.path / "customers/customers.yaml").unlink()
    assert mistakes(folder) == []


def test_topics_of_sources_are_article_topics(folder: Folder) -> None:
    source = "knowledge_sources: [{ kind: zendesk, default_topic: fit, topics: { Money: money } }]"
    folder.replace("organisation.yaml", "name: Wheels", f"name: Wheels\n{source}")
    folder.replace("agents/general.yaml", "[delivery]", "[delivery, fit, money]")
    assert mistakes(folder) == []


def test_topics_are_not_missed_among_articles_that_could_not_be_read(folder: Folder) -> None:
    folder.write("knowledge/delivery.md", "no front matter")
    assert [mistake.split(":")[0] for mistake in mistakes(folder)] == ["knowledge/delivery.md"]


def test_two_articles_with_one_id(folder: Folder) -> None:
    folder.write("knowledge/other.md", (folder.path / "knowledge/delivery.md").read_text())
    assert mistakes(folder) == [
        "knowledge/other.md:2: id: knowledge/delivery.md has the same id. Give each article its own."
    ]
