"""TechFlow's files: as large as promised, and what is measured is kept apart from what is trained on."""

from pathlib import Path

import pytest

from domain.language.text import content_words
from domain.specification.organisation import Mode
from tests.specs.organisations import PARTS, everything_labelled, labelled, loaded, training_texts

FOLDER = Path("specs/techflow")


def test_the_organisation_is_as_large_as_promised() -> None:
    specification, directory = loaded(FOLDER).version.specification, loaded(FOLDER).directory
    ai_agents = {agent.id for agent in specification.ai_agents}
    assert ai_agents == {"general", "technical", "billing", "onboarding", "security"}
    assert len(loaded(FOLDER).version.articles) >= 30
    assert len(directory.accounts) >= 25
    assert len(directory.contacts) >= 40
    assert len(specification.out_of_scope_examples) >= 60


def test_the_billing_ai_agent_is_supervised_where_money_moves() -> None:
    specification = loaded(FOLDER).version.specification
    billing = specification.ai_agent("billing")
    assert billing.mode is Mode.SUPERVISION
    financial = {topic.id for topic in specification.topics if topic.sensitivity == "financial"}
    assert set(billing.supervised_topics) == financial


def test_enough_is_labelled() -> None:
    assert len(everything_labelled(FOLDER)) >= 360
    assert len(labelled(FOLDER, "held_out")) >= 200


@pytest.mark.parametrize("part", PARTS)
def test_every_article_is_asked_for(part: str) -> None:
    cited = {article for message in labelled(FOLDER, part) for article in message.articles}
    assert not {article.id for article in loaded(FOLDER).version.articles} - cited


def test_held_out_messages_are_worded_differently() -> None:
    learnt = [*training_texts(FOLDER), *(message.text for message in labelled(FOLDER, "tuning"))]
    seen = [set(content_words(text)) for text in learnt]
    for message in labelled(FOLDER, "held_out"):
        said = set(content_words(message.text))
        alike = [other for other in seen if len(said) > 3 and len(said & other) > 0.8 * len(said | other)]
        assert not alike, message.id
