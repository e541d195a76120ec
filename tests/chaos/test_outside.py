"""The record of those outside: what was acknowledged, and when what reached whom."""

import pytest

from chaos.outside import OutsideRecord


def record() -> OutsideRecord:
    outside = OutsideRecord()
    outside.says("ref1x1", "slack", "question")
    outside.says("ref1x2", "email", "question")
    return outside


@pytest.mark.parametrize(
    ("body", "status", "acknowledged"),
    [
        ("Where%3F+ref1x1", 200, True),
        ('{"text": "Where? ref1x1"}', 204, True),
        ("Where%3F+ref1x1", 503, False),
        ("Where%3F+ref1x1", 0, False),
        ("Where%3F+ref1x9", 200, False),
    ],
)
def test_a_webhook_that_was_answered_well_acknowledges_its_messages(body: str, status: int, acknowledged: bool) -> None:
    outside = record()
    outside.told(body, status)
    first, second = outside.messages()
    assert (first.acknowledged_at is not None, first.counts) == (acknowledged, acknowledged)
    assert (second.acknowledged_at, second.counts) == (None, True)


def test_the_first_acknowledgement_counts() -> None:
    outside = record()
    outside.acknowledged("ref1x1")
    at = outside.acknowledged_at["ref1x1"]
    outside.acknowledged("ref1x1")
    assert outside.acknowledged_at["ref1x1"] == at


def test_an_answer_reaches_everything_that_it_names_once() -> None:
    outside = record()
    outside.reached("There. (answer 1 to ref1x1 ref1x2)")
    at = dict(outside.answered_at)
    outside.reached("There. (answer 2 to ref1x1)")
    assert at.keys() == {"ref1x1", "ref1x2"}
    assert outside.answered_at == at
    assert len(outside.arrivals) == 2
