"""The organisation of the benchmark: each turn is the turn that is measured, and none is escalated."""

import pytest

from bench.organisation import (
    ARTICLES,
    QUESTION,
    REPLY,
    SPECIFICATION,
    SUPERVISED_QUESTION,
    VALIDATED,
    WITH_VALIDATOR,
)
from domain.specification.organisation import OrganisationSpec, SpecVersion


def test_both_are_alike_but_for_the_validator() -> None:
    changes = {"organisation": VALIDATED, "model": WITH_VALIDATOR.model}
    assert SPECIFICATION.model_copy(update=changes) == WITH_VALIDATOR
    assert WITH_VALIDATOR.model.validator
    assert not SPECIFICATION.model.validator


def test_the_reply_stands_in_the_article_and_so_is_grounded() -> None:
    assert any(REPLY in article.body for article in ARTICLES)


def test_the_questions_are_examples_of_their_topics() -> None:
    by_topic = {topic.id: topic for topic in SPECIFICATION.topics}
    assert QUESTION in by_topic["invoices"].examples
    assert SUPERVISED_QUESTION in by_topic["refunds"].examples
    billing = next(one for one in SPECIFICATION.ai_agents if one.id == by_topic["refunds"].ai_agent)
    assert "refunds" in billing.supervised_topics


def test_nothing_but_the_turn_itself_is_waited_for_or_escalated() -> None:
    assert SPECIFICATION.channels["web_chat"].burst_window_seconds == 0
    assert SPECIFICATION.thresholds.escalate_below == 0
    assert SPECIFICATION.service_levels.exchange_limit >= 1_000_000


@pytest.mark.parametrize("specification", [SPECIFICATION, WITH_VALIDATOR], ids=["plain", "validated"])
def test_each_is_a_version_of_its_own(specification: OrganisationSpec) -> None:
    version = SpecVersion(specification=specification, articles=ARTICLES)
    assert version.content_hash == SpecVersion(specification=specification, articles=ARTICLES).content_hash
    other = WITH_VALIDATOR if specification is SPECIFICATION else SPECIFICATION
    assert version.content_hash != SpecVersion(specification=other, articles=ARTICLES).content_hash
