"""An organisation from its folder, and every mistake in it."""

from datetime import time

import pytest

from publishing.specification import SpecificationError, load_specification
from tests.publishing.specification.conftest import Folder


def mistakes(folder: Folder) -> list[str]:
    with pytest.raises(SpecificationError) as raised:
        load_specification(folder.path)
    return [str(problem) for problem in raised.value.problems]


def test_everything_of_the_folder_is_loaded(folder: Folder) -> None:
    loaded = load_specification(folder.path)
    specification = loaded.version.specification
    assert [topic.id for topic in specification.topics] == ["delivery", "refund"]
    assert [ai_agent.name for ai_agent in specification.ai_agents] == ["Gil"]
    assert loaded.version.articles[0].body == "A bicycle arrives within 5 days."
    assert loaded.directory.accounts[0].invoices[0].number == "W-1"
    assert loaded.directory.contacts[0].phone == "+49305550"


def test_unquoted_times_are_times_of_day(folder: Folder) -> None:
    hours = load_specification(folder.path).version.specification.calendar.hours[0]
    assert (hours.opens, hours.closes) == (time(9, 30), time(18, 0))


def test_the_same_files_make_the_same_version(folder: Folder) -> None:
    first, second = (load_specification(folder.path).version.content_hash for _ in range(2))
    assert first == second
    folder.replace("knowledge/delivery.md", "5 days", "6 days")
    assert load_specification(folder.path).version.content_hash != first


def test_an_unknown_key_is_named_with_line_and_suggestion(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "can_do:", "cannot_doo: []\ncan_do:")
    [mistake] = mistakes(folder)
    assert mistake.startswith("agents/general.yaml:4: cannot_doo: there is no such key (did you mean 'cannot_do'?)")


def test_an_unknown_key_in_a_list_is_named_with_its_neighbours(folder: Folder) -> None:
    folder.replace("organisation.yaml", "weekday: 0, opens", "weekday: 0, day: 1, opens")
    [mistake] = mistakes(folder)
    assert mistake == (
        "organisation.yaml:6: calendar.hours.0.day: there is no such key (did you mean 'weekday'?); "
        "use one of weekday, opens, closes"
    )


def test_all_mistakes_are_listed_at_once(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "role:", "roll:")
    folder.replace("topics.yaml", "sensitivity: financial", "sensitivity: money")
    folder.replace("knowledge/delivery.md", "2026-01-05", "soon")
    folder.replace("customers/customers.yaml", "seats: 1", "seats: -1")
    found = "\n".join(mistakes(folder))
    assert "agents/general.yaml: role: is missing; add it" in found.replace(":1:", ":")
    assert "agents/general.yaml:3: roll: there is no such key (did you mean 'role'?)" in found
    assert "topics.yaml:9: topics.1.sensitivity: must be 'financial', 'legal', 'complaint' or 'security'" in found
    assert "knowledge/delivery.md:6: updated: " in found
    assert "customers/customers.yaml:5: accounts.0.seats: " in found


def test_references_are_checked_beside_unknown_keys(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\ncolour: red")
    folder.replace("topics.yaml", "ai_agent: general", "ai_agent: generel")
    first, second = mistakes(folder)
    assert first.startswith("organisation.yaml:3: colour: there is no such key")
    assert second.startswith("topics.yaml:2: topics.delivery: no AI agent 'generel' (did you mean 'general'?)")


@pytest.mark.parametrize(
    ("file", "old", "new", "mistake"),
    [
        (
            "organisation.yaml",
            "default_ai_agent: general",
            "default_ai_agent: gen",
            "organisation.yaml:3: default_ai_agent: no AI agent 'gen'",
        ),
        (
            "organisation.yaml",
            "topics: [refund]",
            "topics: [refunds]",
            "organisation.yaml:8: journeys.returning: no topic 'refunds' (did you mean 'refund'?)",
        ),
        (
            "organisation.yaml",
            "next: [collect]",
            "next: [colect]",
            "organisation.yaml:8: journeys.returning: no step 'colect'",
        ),
        ("topics.yaml", "id: refund", "id: delivery", "topics.yaml:2: topics: 'delivery' stands twice"),
        (
            "agents/general.yaml",
            "knowledge_topics: [delivery]",
            "knowledge_topics: [delivry]",
            "agents/general.yaml:5: knowledge_topics.0: no article has the topic 'delivry' (did you mean 'delivery'?)",
        ),
        (
            "agents/general.yaml",
            "frame_size",
            "frame_sice",
            "agents/general.yaml:6: customer_facts.1: no customer has the fact 'frame_sice' (did you mean",
        ),
        (
            "agents/general.yaml",
            "role:",
            "supervised_topics: [refnd]\nrole:",
            "agents/general.yaml:1: ai_agents.general: no topic 'refnd' (did you mean 'refund'?)",
        ),
    ],
)
def test_references_that_lead_nowhere(folder: Folder, file: str, old: str, new: str, mistake: str) -> None:
    folder.replace(file, old, new)
    assert any(found.startswith(mistake) for found in mistakes(folder)), mistakes(folder)


def test_references_to_an_ai_agent_whose_file_cannot_be_read_are_no_further_mistakes(folder: Folder) -> None:
    (folder.path / "agents" / "second.yaml").write_text("id: second\nname: Sue\nrole: Helps.\ncan_do: [Help]\n")
    folder.replace("agents/general.yaml", "can_do: [", "can_do: [[")
    [mistake] = mistakes(folder)
    assert mistake.startswith("agents/general.yaml:")
    assert "is not valid YAML" in mistake


def test_an_ai_agent_that_stands_in_two_files_is_named(folder: Folder) -> None:
    folder.write("agents/second.yaml", (folder.path / "agents/general.yaml").read_text())
    [mistake] = mistakes(folder)
    assert mistake.startswith("agents/second.yaml:1: ai_agents: 'general' stands twice")


def test_facts_of_another_crm_are_not_known_here(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\ncrm: salesforce")
    folder.replace("agents/general.yaml", "frame_size", "Frame_Size__c")
    assert load_specification(folder.path).version.specification.crm == "salesforce"


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("channels: {webchat: {}}", "channels.webchat: there is no adapter 'webchat' (did you mean 'web_chat'?)"),
        ("crm: directry", "crm: there is no adapter 'directry' (did you mean 'directory'?)"),
        ("helpdesk: lotus", "helpdesk: there is no adapter 'lotus'"),
        ("crm_notes: [resolved]", "crm_notes: the CRM 'directory' keeps no notes"),
        ("knowledge_sources: [{kind: lotus, default_topic: fit}]", "knowledge_sources.0.kind: there is no adapter"),
    ],
)
def test_an_adapter_that_does_not_exist_is_named(folder: Folder, line: str, mistake: str) -> None:
    folder.replace("organisation.yaml", "name: Wheels", f"name: Wheels\n{line}")
    (found,) = mistakes(folder)
    assert mistake in found


def test_two_articles_with_one_id(folder: Folder) -> None:
    folder.write("knowledge/other.md", (folder.path / "knowledge/delivery.md").read_text())
    assert mistakes(folder) == ["knowledge/other.md:2: id: knowledge/delivery.md has the same id; give each its own"]


def test_an_article_without_text(folder: Folder) -> None:
    folder.replace("knowledge/delivery.md", "A bicycle arrives within 5 days.", "")
    assert mistakes(folder) == ["knowledge/delivery.md: the article has no text; write it below the front matter"]


def test_an_empty_folder_says_what_is_missing(folder: Folder) -> None:
    for file in ("organisation.yaml", "topics.yaml", "agents/general.yaml"):
        (folder.path / file).unlink()
    found = mistakes(folder)
    assert [mistake.split(":")[0] for mistake in found] == ["agents", "organisation.yaml", "topics.yaml"]
    assert all("add" in mistake or "create" in mistake for mistake in found)


def test_the_error_counts_and_says_what_to_do(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "id: general", "id: General")
    with pytest.raises(SpecificationError, match=r"'wheels' has 1 mistake\. Correct and load it again"):
        load_specification(folder.path)
