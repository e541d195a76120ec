"""TechFlow's files: they load, refer to what exists, and keep what is measured apart from what is trained on."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from domain.identity.directory_facts import context_of
from domain.language.asks_for_person import asks_for_person
from domain.language.cannot_do import cannot_do_hit
from domain.language.text import content_words, words
from domain.quality.evaluation import OUT_OF_SCOPE, LabelledMessage
from domain.specification.organisation import Mode
from integrations.knowledge.passages import sections_of
from publishing.labelled_messages import read_labelled_messages
from publishing.specification import LoadedOrganisation, load_specification
from publishing.specification.whole import ANY_DAY

FOLDER = Path("specs/techflow")
PARTS = ("tuning", "held_out")
MAX_SECTION_WORDS = 100


@cache
def loaded() -> LoadedOrganisation:
    return load_specification(FOLDER)


@cache
def labelled(part: str) -> tuple[LabelledMessage, ...]:
    return read_labelled_messages(FOLDER / "evaluation" / f"{part}.csv")


def everything_labelled() -> list[LabelledMessage]:
    return [message for part in PARTS for message in labelled(part)]


def training_texts() -> list[str]:
    specification = loaded().version.specification
    examples = [example for topic in specification.topics for example in topic.examples]
    return [*examples, *specification.out_of_scope_examples]


def as_said(text: str) -> str:
    return " ".join(words(text))


def facts_of_contacts() -> dict[str, set[str]]:
    directory = loaded().directory
    accounts = {account.id: account for account in directory.accounts}
    contexts = {c.id: context_of(c, accounts[c.account], ANY_DAY) for c in directory.contacts}
    return {contact: {f"fact:{fact.name}" for fact in context.facts} for contact, context in contexts.items()}


def test_the_organisation_is_as_large_as_promised() -> None:
    specification, directory = loaded().version.specification, loaded().directory
    assert {agent.id for agent in specification.ai_agents} == {"general", "technical", "billing", "onboarding"}
    assert len(loaded().version.articles) >= 30
    assert len(directory.accounts) >= 25
    assert len(directory.contacts) >= 40
    assert len(specification.out_of_scope_examples) >= 60
    assert min(len(topic.examples) for topic in specification.topics) >= 12


def test_every_ai_agent_says_what_it_can_and_cannot_do_and_has_topics() -> None:
    specification = loaded().version.specification
    for ai_agent in specification.ai_agents:
        assert ai_agent.cannot_do
        assert ai_agent.success
        assert all(entry.phrases for entry in ai_agent.cannot_do)
        assert [topic for topic in specification.topics if topic.ai_agent == ai_agent.id]


def test_the_billing_ai_agent_is_supervised_where_money_moves() -> None:
    specification = loaded().version.specification
    billing = specification.ai_agent("billing")
    assert billing.mode is Mode.SUPERVISION
    financial = {topic.id for topic in specification.topics if topic.sensitivity == "financial"}
    assert set(billing.supervised_topics) == financial


def test_no_example_is_an_attempt_to_reach_a_person_or_forbidden() -> None:
    specification = loaded().version.specification
    for topic in specification.topics:
        ai_agent = specification.ai_agent(topic.ai_agent)
        hits = [e for e in topic.examples if not topic.escalate and (asks_for_person(e) or cannot_do_hit(e, ai_agent))]
        assert not hits, topic.id


def test_every_section_of_an_article_is_short_enough_to_be_quoted_whole() -> None:
    for article in loaded().version.articles:
        for heading, text in sections_of(article):
            assert len(text.split()) <= MAX_SECTION_WORDS, (article.id, heading)


def test_articles_are_found_at_their_own_address() -> None:
    for article in loaded().version.articles:
        assert article.source == f"https://help.techflow.example/{article.id}"
        assert (FOLDER / "knowledge" / f"{article.id}.md").exists()


def test_addresses_reach_nobody() -> None:
    assert all(contact.email.endswith(".example") for contact in loaded().directory.contacts)
    domains = {name for article in loaded().version.articles for name in re.findall(r"https?://[\w.-]+", article.body)}
    assert all(name.endswith("techflow.example") for name in domains)


def test_ids_of_labelled_messages_are_unique() -> None:
    assert [key for key, count in Counter(message.id for message in everything_labelled()).items() if count > 1] == []


def test_enough_is_labelled_and_every_outcome_in_both_parts() -> None:
    assert len(everything_labelled()) >= 360
    for part in PARTS:
        assert {message.expected for message in labelled(part)} == {"answer", "ask_approval", "escalate", "clarify"}
    assert len(labelled("held_out")) >= 200


@pytest.mark.parametrize("part", PARTS)
def test_every_article_is_asked_for(part: str) -> None:
    cited = {article for message in labelled(part) for article in message.articles}
    assert not {article.id for article in loaded().version.articles} - cited


def test_every_topic_is_labelled_in_the_tuning_part() -> None:
    """The held-out part was written without knowing the topics."""
    topics = {topic.id for topic in loaded().version.specification.topics}
    assert not topics - {message.topic for message in labelled("tuning")}


def test_labels_refer_to_what_exists() -> None:
    version, facts = loaded().version, facts_of_contacts()
    articles = {article.id for article in version.articles}
    topics = {topic.id for topic in version.specification.topics} | {OUT_OF_SCOPE, None}
    for message in everything_labelled():
        told = {source for source in message.articles if source.startswith("fact:")}
        assert set(message.articles) - told <= articles, message.id
        assert message.topic in topics, message.id
        assert message.customer in {*facts, None}, message.id
        assert not told or told & facts[message.customer or ""], message.id


def test_labels_follow_the_written_rules() -> None:
    specification = loaded().version.specification
    for message in everything_labelled():
        topic = specification.topic(message.topic or "")
        assert (message.expected in {"answer", "ask_approval"}) or not message.articles, message.id
        if message.topic == OUT_OF_SCOPE or (topic and topic.escalate):
            assert message.expected == "escalate", message.id
        if topic and topic.sensitivity == "financial":
            assert message.expected in {"ask_approval", "escalate"}, message.id


def test_no_text_stands_twice_in_what_is_trained_on_tuned_with_and_held_out() -> None:
    texts = [*training_texts(), *(message.text for message in everything_labelled())]
    assert [text for text, count in Counter(map(as_said, texts)).items() if count > 1] == []


def test_held_out_messages_are_worded_differently() -> None:
    seen = [set(content_words(text)) for text in [*training_texts(), *(m.text for m in labelled("tuning"))]]
    for message in labelled("held_out"):
        said = set(content_words(message.text))
        alike = [other for other in seen if len(said) > 3 and len(said & other) > 0.8 * len(said | other)]
        assert not alike, message.id
