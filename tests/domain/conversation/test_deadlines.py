"""What is due in a conversation without anybody doing anything."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain.approvals.approval import DEFAULT_RULE, Approval, open_approval
from domain.conversation.deadlines import (
    closing_due,
    code_due,
    deadline_summary,
    ladder_due,
    next_deadline,
    quiet_until,
    silence_due,
)
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import StartConversation
from domain.conversation.state import ConversationState
from domain.conversation.turn import Draft, Evidence, Usage
from domain.identity.check import IdentityCheck
from domain.specification.calendar import QuietHours
from domain.specification.organisation import LadderStep, ServiceLevels

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = StartConversation(organisation="acme", conversation_id="cv_test0001")
LEVELS = ServiceLevels(resolve_after_silence_hours=72, reopen_days=7)
LADDER = (LadderStep(after_minutes=30, action="remind"),)
POLICY = Policy(default_ai_agent="general", service_levels=LEVELS, ladder=LADDER)
MESSAGE = CustomerMessage(message_id="m-1", text="Hello", received_at=NOW)
CODE = IdentityCheck(check_id="d-1-code", address="a…@v…", until=NOW + HOUR)


def state(**changes: Any) -> ConversationState:
    """A state with such fields, by their names in JSON."""
    return ConversationState.model_validate({"start": START, "policy": POLICY} | changes)


def approval() -> Approval:
    draft = Draft(draft_id="d-1", ai_agent="general", text="Yes.", evidence=Evidence(), usage=Usage(model="fake"))
    return open_approval(draft, approval_id="ap-1", revision=1, reason="supervised", rule=DEFAULT_RULE, now=NOW)


def test_the_ladder_is_due_while_an_approval_waits() -> None:
    waiting = approval()
    assert ladder_due(state(approval=waiting)) == NOW + HOUR / 2
    assert ladder_due(state(approval=waiting.climb(LADDER[0]))) is None
    assert ladder_due(state(approval=None)) is None
    assert ladder_due(state(approval=waiting, policy=None)) is None


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"unanswered": True}, False),
        ({"inbox": [MESSAGE]}, False),
        ({"quiet_since": None}, False),
        ({"policy": None}, False),
        *(({"status": status}, False) for status in Status if status is not Status.OPEN),
    ],
)
def test_silence_resolves_only_when_nobody_owes_anything(changes: dict[str, Any], due: bool) -> None:
    quiet = state(**{"quiet_since": NOW} | changes)
    assert silence_due(quiet) == (NOW + 72 * HOUR if due else None)


def test_a_resolved_conversation_closes_when_it_can_no_longer_be_reopened() -> None:
    assert closing_due(state(resolved_at=NOW)) == NOW + timedelta(days=7)
    assert closing_due(state()) is None
    assert closing_due(state(resolved_at=NOW, policy=None)) is None


@pytest.mark.parametrize(
    ("changes", "deadline", "summary"),
    [
        ({}, None, "nothing is due"),
        ({"approval": approval()}, NOW + HOUR / 2, "remind of the approval"),
        ({"quiet_since": NOW}, NOW + 72 * HOUR, "resolve after silence"),
        ({"snoozed_until": NOW + HOUR}, NOW + HOUR, "end of the snooze"),
        ({"resolved_at": NOW}, NOW + timedelta(days=7), "close for good"),
        ({"approval": approval(), "snoozed_until": NOW + HOUR}, NOW + HOUR / 2, "remind of the approval"),
        ({"approval": approval(), "snoozed_until": NOW}, NOW, "end of the snooze"),
    ],
)
def test_the_one_deadline_is_the_earliest(changes: dict[str, Any], deadline: datetime | None, summary: str) -> None:
    waiting = state(**changes)
    assert (next_deadline(waiting), deadline_summary(waiting)) == (deadline, summary)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"identity_check": None}, False),
        ({"status": Status.SNOOZED}, False),
        ({"owner": Owner(kind="human_agent"), "status": Status.WITH_HUMAN}, False),
    ],
)
def test_a_code_is_waited_for_while_the_ai_agent_answers(changes: dict[str, Any], due: bool) -> None:
    assert code_due(state(**{"identity_check": CODE} | changes)) == (CODE.until if due else None)


@pytest.mark.parametrize(
    ("channel", "hour", "until"),
    [("email", 8, 9), ("email", 10, None), ("web_chat", 8, None)],
)
def test_a_channel_is_quiet_until_its_hours_begin(channel: str, hour: int, until: int | None) -> None:
    hours = QuietHours(begins=time(20), ends=time(9))
    quiet = state(policy=POLICY.model_copy(update={"quiet_hours": {"email": hours}}), last_channel=channel)
    expected = NOW.replace(hour=until) if until is not None else None
    assert quiet_until(quiet, NOW.replace(hour=hour)) == expected
