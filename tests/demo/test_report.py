"""The report's shape, outcomes and figures."""

import json
from datetime import timedelta

import pytest

from demo.report import AFTERMATH, percentile, report_of, summary_of
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from invariants.checks import run_checks
from invariants.records import Conversation, Exchange
from tests.invariants.records import (
    FAULTS,
    PUBLICATIONS,
    approval,
    at,
    decision,
    event,
    everything,
    played,
    recorded,
    sound,
    stored,
)

SOUND = sound()


def outcome(conversation: Conversation) -> str:
    return report_of([conversation], {}).conversations[0].outcome


def conversation_in(status: Status, **changes: object) -> Conversation:
    stands = SOUND.recorded.conversation
    assert stands is not None
    return recorded(SOUND, conversation=stands.model_copy(update={"status": status, **changes}))


def test_the_report_has_exactly_the_promised_shape() -> None:
    content = json.loads(report_of([SOUND], run_checks(everything(), FAULTS, PUBLICATIONS)).model_dump_json())
    assert set(content) == {"ok", "checks", "conversations"}
    assert content["ok"] is True
    assert set(content["checks"]["every_story_played"]) == {"ok", "detail"}
    assert content["conversations"] == [
        {
            "id": "cv_example",
            "workflow_id": "conversation-cv_example",
            "channel": "web_chat",
            "customer": "c-1",
            "outcome": "approved",
            "owner": "ai_agent:billing",
            "confidence": [0.9, 0.9],
            "messages_in": 3,
            "messages_out": 3,
            "history_events": 40,
            "response_ms": [500.0],
        }
    ]


def test_one_failed_check_fails_the_report() -> None:
    broken = played(SOUND, failure="Say: nothing within 100 s")
    assert report_of([broken], run_checks([broken], FAULTS, PUBLICATIONS)).ok is False


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (recorded(SOUND, approvals=(), decisions=()), "answered by AI"),
        (SOUND, "approved"),
        (
            recorded(SOUND, decisions=(decision("q", "ap1").model_copy(update={"action": "edit"}),)),
            "edited and approved",
        ),
        (
            recorded(
                SOUND,
                approvals=(approval("ap0", "d1", state="rejected"), approval("ap1", "d2")),
                decisions=(
                    decision("q0", "ap0", effect="redraft").model_copy(update={"action": "reject"}),
                    decision("q1", "ap1"),
                ),
            ),
            "rejected, redrafted, approved",
        ),
        (recorded(SOUND, audit=(event("ownership_changed", owner_kind="ai_agent"),)), "taken over, handed back"),
        (conversation_in(Status.AWAITING_APPROVAL), "waits for approval"),
        (conversation_in(Status.WITH_HUMAN, escalation_reason="out_of_scope"), "escalated: out of scope"),
        (recorded(SOUND, conversation=None), "not recorded"),
    ],
)
def test_outcomes(conversation: Conversation, expected: str) -> None:
    assert outcome(conversation) == expected


def test_response_times_are_kept_apart_from_those_around_a_fault() -> None:
    over = (FAULTS[0].back_at or at(0)) + AFTERMATH
    later = Exchange(sent_at=over + timedelta(seconds=1), answered_at=over + timedelta(seconds=1.25))
    summary = summary_of([played(SOUND, exchanges=(*SOUND.played.exchanges, later))], FAULTS)
    assert summary.calm == (250.0,)
    assert summary.disturbed == (500.0,)
    assert (summary.automated, summary.approvals, summary.escalated) == (0, 1, 0)


def test_percentiles_of_few_values() -> None:
    assert percentile([], 50) is None
    assert percentile([7.0], 95) == 7.0
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0


@pytest.mark.parametrize(
    ("sent", "answered", "is_disturbed"),
    [
        (-5, -0.001, False),
        (-5, 0, False),
        (-5, 0.001, True),
        (1, 1.5, True),
        (13.999, 14.5, True),
        (14, 14.5, False),
        (31.9, 42.5, True),
        (41.999, 43, True),
        (42, 43, False),
    ],
)
def test_a_reply_is_disturbed_that_overlaps_with_a_fault_or_its_aftermath(
    sent: float, answered: float, is_disturbed: bool
) -> None:
    """The worker is away from second 0 to 2, Salesforce from 20 to 30; the aftermath is 12 seconds."""
    exchange = Exchange(sent_at=at(sent), answered_at=at(answered))
    summary = summary_of([played(SOUND, exchanges=(exchange,))], FAULTS)
    assert (len(summary.calm), len(summary.disturbed)) == (not is_disturbed, is_disturbed)


def test_a_part_that_did_not_come_back_disturbs_everything_after_it() -> None:
    dead = FAULTS[0].model_copy(update={"back_at": None})
    exchanges = [Exchange(sent_at=at(seconds), answered_at=at(seconds + 1)) for seconds in (-10, 5, 1_000_000)]
    summary = summary_of([played(SOUND, exchanges=tuple(exchanges))], [dead])
    assert (len(summary.calm), len(summary.disturbed)) == (1, 2)


def test_without_faults_every_reply_is_calm() -> None:
    summary = summary_of([SOUND, SOUND], [])
    assert (len(summary.calm), summary.disturbed) == (2, ())
    assert (summary.conversations, summary.messages_in, summary.messages_out) == (2, 6, 6)


def test_an_escalation_counts_once_for_each_conversation() -> None:
    twice = recorded(SOUND, audit=(event("escalated"), event("escalated")))
    assert summary_of([twice, SOUND], []).escalated == 1


def test_whoever_helped_is_told_apart_from_who_is_only_asked_for() -> None:
    asked = conversation_in(Status.WITH_HUMAN, escalation_reason=None)
    assert outcome(asked) == "waits for a person"
    assert (
        outcome(conversation_in(Status.WITH_HUMAN, escalation_reason="low_confidence")) == "escalated: low confidence"
    )
    helped = stored(9, Author.HUMAN_AGENT, "Here I am.")
    assert outcome(recorded(asked, messages=(*asked.recorded.messages, helped))) == "with a person"


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([1.0, 2.0], 50, 1.5), ([4.0, 1.0, 3.0, 2.0], 50, 2.5), ([5.0] * 9, 95, 5.0), ([0.0, 100.0], 95, 95.0)],
)
def test_percentiles_lie_between_the_values(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == pytest.approx(expected)


def test_the_report_of_nothing_holds() -> None:
    empty = report_of([], {})
    assert (empty.ok, empty.conversations) == (True, ())
