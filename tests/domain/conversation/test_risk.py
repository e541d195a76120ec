from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Status
from domain.conversation.risk import Cause, Watched, causes_of, risk_of, row_of, wall
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import Mode, Sensitivity, ServiceLevels, Thresholds

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THRESHOLDS, LEVELS = Thresholds(), ServiceLevels()


def watched(conversation_id: str = "cv_watched", **known: Any) -> Watched:
    fields: dict[str, Any] = {
        "channel": WEB_CHAT,
        "status": Status.OPEN,
        "ai_agent": "service",
        "mode": Mode.SUPERVISION,
        "updated_at": NOW,
        **known,
    }
    return Watched(conversation_id=conversation_id, **fields)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("known", "causes"),
    [
        ({}, []),
        ({"confidences": (0.95, 0.97)}, []),
        ({"confidences": (0.80,)}, []),
        ({"confidences": (0.79,)}, ["a low confidence: 0.79"]),
        ({"confidences": (0.82, 0.98)}, ["confidence fell from 0.98 to 0.82"]),
        ({"confidences": (0.84, 0.98)}, []),
        ({"sensitivity": Sensitivity.LEGAL}, ["a sensitive matter: legal"]),
        ({"last_words": "My lawyer will write to you."}, ["a sensitive matter: legal"]),
        (
            {"last_words": "This is unacceptable."},
            ["a sensitive matter: complaint", "the customer's words sound like a complaint"],
        ),
        ({"out_of_scope": 0.25}, []),
        ({"out_of_scope": 0.26}, ["perhaps about none of the topics"]),
        ({"missing_sources": ("salesforce",)}, ["no answer from salesforce"]),
        ({"exchanges": 3}, []),
        ({"exchanges": 4}, ["4 exchanges, 5 call a person"]),
        ({"leaves_at": minutes(12)}, ["a draft leaves by itself in 12 minutes"]),
        ({"leaves_at": minutes(-1)}, ["a draft leaves by itself in 0 minutes"]),
        ({"waiting_since": minutes(-1)}, []),
        ({"waiting_since": minutes(-2)}, ["the customer has waited for 2 minutes"]),
        ({"waiting_since": minutes(-2), "approval_id": "ap-1"}, []),
    ],
)
def test_what_makes_a_conversation_risky(known: dict[str, Any], causes: list[str]) -> None:
    assert [one.cause for one in causes_of(watched(**known), THRESHOLDS, LEVELS, NOW)] == causes


def test_causes_together_are_riskier_than_each_and_never_certain() -> None:
    one, both = [Cause(cause="a", weight=0.4)], [Cause(cause="a", weight=0.4), Cause(cause="b", weight=0.5)]
    assert (risk_of([]), risk_of(one), risk_of(both)) == (0.0, 0.4, 0.7)


def test_a_row_tells_its_weightiest_cause_first() -> None:
    row = row_of(watched(confidences=(0.5,), missing_sources=("crm",)), THRESHOLDS, LEVELS, NOW)
    assert [one.weight for one in row.causes] == [0.4, 0.15]
    assert (row.confidence, row.risk) == (0.5, 0.49)
    assert row_of(watched(), THRESHOLDS, LEVELS, NOW).confidence is None


def test_the_riskiest_stands_first_then_what_leaves_first_then_what_changed_last() -> None:
    rows = wall(
        [
            watched("calm_then", updated_at=minutes(-5)),
            watched("calm_now"),
            watched("leaves_later", leaves_at=minutes(4)),
            watched("leaves_soon", leaves_at=minutes(2)),
            watched("unsure", confidences=(0.1,)),
        ],
        THRESHOLDS,
        LEVELS,
        NOW,
    )
    assert [row.watched.conversation_id for row in rows] == [
        "unsure",
        "leaves_soon",
        "leaves_later",
        "calm_now",
        "calm_then",
    ]
