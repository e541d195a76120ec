"""Every organisation under specs/: it is valid, complete, refers to what exists, and names nobody real."""

import re
from collections import Counter
from pathlib import Path

import pytest

from domain.identity.directory_facts import context_of
from domain.language.asks_for_person import asks_for_person
from domain.language.cannot_do import cannot_do_hit
from domain.language.text import words
from domain.quality.evaluation import OUT_OF_SCOPE
from integrations.knowledge.passages import sections_of
from publishing.specification.whole import ANY_DAY
from tests.specs.organisations import FOLDERS, PARTS, everything_labelled, labelled, loaded, training_texts

MAX_SECTION_WORDS = 100
each_organisation = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def facts_of_contacts(folder: Path) -> dict[str, set[str]]:
    directory = loaded(folder).directory
    accounts = {account.id: account for account in directory.accounts}
    contexts = {c.id: context_of(c, accounts[c.account], ANY_DAY) for c in directory.contacts}
    return {contact: {f"fact:{fact.name}" for fact in context.facts} for contact, context in contexts.items()}


def test_there_are_three() -> None:
    assert [folder.name for folder in FOLDERS] == ["brindlewick", "talvora", "techflow"]


@each_organisation
def test_it_is_valid_without_a_warning_and_named_as_its_folder(folder: Path) -> None:
    assert loaded(folder).warnings == ()
    assert loaded(folder).version.specification.organisation == folder.name


@each_organisation
def test_it_is_complete(folder: Path) -> None:
    version, directory = loaded(folder).version, loaded(folder).directory
    specification = version.specification
    assert 3 <= len(specification.ai_agents) <= 5
    assert len(specification.topics) >= 12
    assert min(len(topic.examples) for topic in specification.topics) >= 12
    assert len(specification.out_of_scope_examples) >= 30
    assert len(version.articles) >= 15
    assert len(specification.journeys) >= 3
    assert len(directory.contacts) >= 8
    assert specification.calendar.hours
    assert specification.calendar.holidays
    assert specification.approval_rules
    assert specification.ladder
    assert len(loaded(folder).scenarios) >= 15


@each_organisation
def test_every_ai_agent_says_what_it_can_and_cannot_do_and_has_work(folder: Path) -> None:
    """By topics, or by a step of a journey."""
    specification = loaded(folder).version.specification
    steps = [step for journey in specification.journeys for step in journey.steps]
    led_to = {topic.ai_agent for topic in specification.topics} | {getattr(step, "ai_agent", None) for step in steps}
    for ai_agent in specification.ai_agents:
        assert ai_agent.success
        assert ai_agent.cannot_do
        assert all(entry.phrases for entry in ai_agent.cannot_do)
        assert ai_agent.id in led_to


@each_organisation
def test_whatever_moves_money_is_supervised(folder: Path) -> None:
    specification = loaded(folder).version.specification
    for topic in specification.topics:
        if topic.sensitivity == "financial":
            assert specification.ai_agent(topic.ai_agent).watches(topic.id), topic.id


@each_organisation
def test_no_example_is_an_attempt_to_reach_a_person_or_forbidden(folder: Path) -> None:
    specification = loaded(folder).version.specification
    for topic in specification.topics:
        ai_agent = specification.ai_agent(topic.ai_agent)
        hits = [e for e in topic.examples if not topic.escalate and (asks_for_person(e) or cannot_do_hit(e, ai_agent))]
        assert not hits, topic.id


@each_organisation
def test_every_section_of_an_article_is_short_enough_to_be_quoted_whole(folder: Path) -> None:
    for article in loaded(folder).version.articles:
        for heading, text in sections_of(article):
            assert len(text.split()) <= MAX_SECTION_WORDS, (article.id, heading)


@each_organisation
def test_articles_are_found_at_their_own_address(folder: Path) -> None:
    for article in loaded(folder).version.articles:
        assert article.source == f"https://help.{folder.name}.example/{article.id}"
        assert (folder / "knowledge" / f"{article.id}.md").exists()


@each_organisation
def test_addresses_reach_nobody(folder: Path) -> None:
    assert all(contact.email.endswith(".example") for contact in loaded(folder).directory.contacts)
    text = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.[mcy]*") if path.is_file())
    named = {name.partition("@")[2] for name in re.findall(r"[\w.]+@[\w.-]+", text)}
    named |= {name.partition("//")[2] for name in re.findall(r"https?://[\w.-]+", text)}
    assert {name for name in named if "." in name and not name.rstrip(".").endswith("example")} == set()


@each_organisation
def test_a_scenario_has_the_name_of_its_file(folder: Path) -> None:
    names = {path.stem for path in (folder / "scenarios").glob("*.yaml")}
    assert names == {scenario.id for scenario in loaded(folder).scenarios}


@each_organisation
def test_ids_of_labelled_messages_are_unique(folder: Path) -> None:
    counted = Counter(message.id for message in everything_labelled(folder))
    assert [key for key, count in counted.items() if count > 1] == []


@each_organisation
def test_every_outcome_is_labelled_in_both_parts(folder: Path) -> None:
    for part in PARTS:
        found = {message.expected for message in labelled(folder, part)}
        assert found == {"answer", "ask_approval", "escalate", "clarify"}


@each_organisation
def test_every_article_is_asked_for_in_the_tuning_part(folder: Path) -> None:
    cited = {article for message in labelled(folder, "tuning") for article in message.articles}
    assert not {article.id for article in loaded(folder).version.articles} - cited


@each_organisation
def test_every_topic_is_labelled_in_the_tuning_part(folder: Path) -> None:
    topics = {topic.id for topic in loaded(folder).version.specification.topics}
    assert not topics - {message.topic for message in labelled(folder, "tuning")}


@each_organisation
def test_labels_refer_to_what_exists(folder: Path) -> None:
    version, facts = loaded(folder).version, facts_of_contacts(folder)
    articles = {article.id for article in version.articles}
    macros = {f"macro:{macro.id}" for macro in version.specification.macros}
    topics = {topic.id for topic in version.specification.topics} | {OUT_OF_SCOPE, None}
    for message in everything_labelled(folder):
        told = {source for source in message.articles if source.startswith("fact:")}
        assert set(message.articles) - told <= articles | macros, message.id
        assert message.topic in topics, message.id
        assert message.customer in {*facts, None}, message.id
        assert not told or told & facts[message.customer or ""], message.id


@each_organisation
def test_labels_follow_the_specification(folder: Path) -> None:
    specification = loaded(folder).version.specification
    for message in everything_labelled(folder):
        topic = specification.topic(message.topic or "")
        assert (message.expected in {"answer", "ask_approval"}) or not message.articles, message.id
        if message.topic == OUT_OF_SCOPE or (topic and topic.escalate):
            assert message.expected == "escalate", message.id
        if topic and topic.sensitivity == "financial":
            assert message.expected in {"ask_approval", "escalate"}, message.id


@each_organisation
def test_every_macro_is_said_in_a_scenario(folder: Path) -> None:
    steps = [step for scenario in loaded(folder).scenarios for step in scenario.steps]
    cited = {source for step in steps if step.expect for source in step.expect.cites or ()}
    macros = {f"macro:{macro.id}" for macro in loaded(folder).version.specification.macros}
    assert macros
    assert macros <= cited


@each_organisation
def test_no_text_stands_twice_in_what_is_trained_on_tuned_with_and_held_out(folder: Path) -> None:
    texts = [*training_texts(folder), *(message.text for message in everything_labelled(folder))]
    counted = Counter(" ".join(words(text)) for text in texts)
    assert [text for text, count in counted.items() if count > 1] == []
