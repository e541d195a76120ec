"""An organisation from its folder, and every mistake in it."""

from datetime import time

import pytest

from publishing.specification import SpecificationError, load_specification
from publishing.specification.schemas import ENTRIES
from tests.publishing.specification.conftest import Folder


def mistakes(folder: Folder) -> list[str]:
    with pytest.raises(SpecificationError) as raised:
        load_specification(folder.path)
    return [str(problem) for problem in raised.value.mistakes]


def test_everything_of_the_folder_is_loaded(folder: Folder) -> None:
    loaded = load_specification(folder.path)
    specification = loaded.version.specification
    assert [topic.id for topic in specification.topics] == ["delivery", "refund"]
    assert [ai_agent.name for ai_agent in specification.ai_agents] == ["Bo", "Gil", "Pia"]
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
    assert mistake.startswith("agents/general.yaml:4: cannot_doo: there is no such key. Did you mean 'cannot_do'?")


def test_an_unknown_key_in_a_list_is_named_with_its_neighbours(folder: Folder) -> None:
    folder.replace("organisation.yaml", "weekday: 0, opens", "weekday: 0, day: 1, opens")
    [mistake] = mistakes(folder)
    assert mistake == (
        "organisation.yaml:6: calendar.hours.0.day: there is no such key. Did you mean 'weekday'? "
        "Use one of weekday, opens, closes."
    )


def test_all_mistakes_are_listed_at_once(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "role:", "roll:")
    folder.replace("topics.yaml", "sensitivity: financial", "sensitivity: money")
    folder.replace("knowledge/delivery.md", "2026-01-05", "soon")
    folder.replace("customers/customers.yaml", "seats: 1", "seats: -1")
    found = "\n".join(mistakes(folder))
    assert "agents/general.yaml:1: role: is missing. Add it." in found
    assert "agents/general.yaml:3: roll: there is no such key. Did you mean 'role'?" in found
    assert "topics.yaml:9: topics.1.sensitivity: is none of the words that may stand here. Write 'fin" in found
    assert "knowledge/delivery.md:6: updated: " in found
    assert "customers/customers.yaml:5: accounts.0.seats: " in found


def test_references_are_checked_beside_unknown_keys(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\ncolour: red")
    folder.replace("topics.yaml", "ai_agent: general", "ai_agent: generel")
    [first, second] = mistakes(folder)
    assert first.startswith("organisation.yaml:3: colour: there is no such key")
    assert second.startswith("topics.yaml:4: topics.0.ai_agent: no AI agent 'generel'. Did you mean 'general'?")


def test_references_to_an_ai_agent_whose_file_cannot_be_read_are_no_further_mistakes(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "can_do: [", "can_do: [[")
    [mistake] = mistakes(folder)
    assert mistake.startswith("agents/general.yaml:")
    assert "is not valid YAML" in mistake


def test_an_ai_agent_that_stands_in_two_files_is_named(folder: Folder) -> None:
    folder.write("agents/second.yaml", (folder.path / "agents/general.yaml").read_text())
    [mistake] = mistakes(folder)
    assert mistake.startswith("agents/second.yaml:1: id: 'general' stands twice")


def test_an_article_without_text(folder: Folder) -> None:
    folder.replace("knowledge/delivery.md", "A bicycle arrives within 5 days.", "")
    assert mistakes(folder) == ["knowledge/delivery.md:2: the article has no text. Write it below the front matter."]


def test_an_empty_folder_says_what_is_missing(folder: Folder) -> None:
    for file in [*folder.path.glob("*.yaml"), *(file for name in ENTRIES for file in (folder.path / name).iterdir())]:
        file.unlink()
    found = mistakes(folder)
    assert [mistake.split(":")[0] for mistake in found] == ["agents", "organisation.yaml", "topics.yaml"]
    assert all("Add" in mistake or "Create" in mistake for mistake in found)


def test_the_error_counts_and_says_what_to_do(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "id: general", "id: General")
    with pytest.raises(SpecificationError, match=r"'wheels' has 1 mistake\. Correct and load it again"):
        load_specification(folder.path)


def test_a_name_that_only_an_unreadable_file_defines_is_no_second_mistake(folder: Folder) -> None:
    folder.replace("topics.yaml", "topics:", "topics: [")
    [mistake] = mistakes(folder)
    assert mistake.startswith("topics.yaml:")


def test_files_are_checked_against_each_other_although_one_has_a_wrong_value(folder: Folder) -> None:
    folder.replace("organisation.yaml", "weekday: 0", "weekday: 9")
    folder.replace("journeys/returning.yaml", "next: [collect]", "next: [colect]")
    folder.replace("topics.yaml", "ai_agent: billing", "ai_agent: biling")
    assert [mistake.partition(": ")[0] for mistake in mistakes(folder)] == [
        "journeys/returning.yaml:5",
        "organisation.yaml:6",
        "topics.yaml:8",
    ]


def test_a_place_has_one_mistake(folder: Folder) -> None:
    folder.replace("organisation.yaml", "default_ai_agent: general", "default_ai_agent: The General")
    [mistake] = mistakes(folder)
    assert mistake.startswith("organisation.yaml:3: default_ai_agent: has another form.")


def test_a_specification_of_10_mb_is_refused(folder: Folder) -> None:
    folder.write("topics.yaml", "# " + "x" * 10_000_000)
    [mistake] = mistakes(folder)
    assert mistake.startswith("topics.yaml: is too large. Split it")


def test_many_files_that_are_too_large_together_are_refused(folder: Folder) -> None:
    article = (folder.path / "knowledge/delivery.md").read_text()
    for number in range(10):
        folder.write(f"knowledge/{number}.md", article.replace("id: delivery", f"id: n-{number}") + "x" * 900_000)
    assert all("the specification is too large from here on" in mistake for mistake in mistakes(folder))


def test_no_value_of_a_customer_is_told(folder: Folder) -> None:
    changes = {"Ada": "[Ada]", "+49 30 5550": "49305550", "account: north": "account: Ada Lovelace", "10.50": "ten"}
    for old, new in changes.items():
        folder.replace("customers/customers.yaml", old, new)
    found = mistakes(folder)
    assert len(found) == len(changes)
    assert not any(value in mistake for value in ("Ada", "49305550", "ten") for mistake in found)
