"""What is due in a conversation without anybody doing anything."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from domain.approvals.person_wait import PersonWait
from domain.conversation.deadlines import (
    closing_due,
    code_due,
    deadline_of_person,
    deadline_summary,
    ladder_due,
    next_deadline,
    queue_due,
    silence_due,
    step_due,
    veto_due,
)
from domain.conversation.journeys import Journeys
from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import CarryOutStep
from domain.conversation.state import ConversationState
from domain.journeys.work import Say
from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.organisation import LadderRung, ServiceLevels
from domain.specification.people import Members
from tests.domain.conversation.states import CODE, HOUR, NOW, approval, message
from tests.domain.conversation.states import state as open_state

LEVELS = ServiceLevels(resolve_after_silence_hours=72, reopen_days=7)
LADDER = (LadderRung(after_minutes=30, action="remind"),)
POLICY = Policy(default_ai_agent="general", service_levels=LEVELS, ladder=LADDER)


def state(**changes: Any) -> ConversationState:
    return open_state(**{"policy": POLICY} | changes)


def test_the_ladder_is_due_while_an_approval_waits() -> None:
    waiting = approval()
    assert ladder_due(state(approval=waiting)) == NOW + HOUR / 2
    assert ladder_due(state(approval=waiting.climb(LADDER[0], Members()))) is None
    assert ladder_due(state(approval=None)) is None
    assert ladder_due(state(approval=waiting, policy=None)) is None


WAIT = PersonWait(since=NOW)
QUEUE = POLICY.model_copy(update={"queue_ladder": LADDER})
WITH_HUMAN: dict[str, Any] = {"owner": Owner(kind="human_agent"), "status": Status.WITH_HUMAN}


@pytest.mark.parametrize(
    ("wait", "policy", "stands", "due"),
    [
        (WAIT, QUEUE, WITH_HUMAN, NOW + HOUR / 2),
        (WAIT.climb(LADDER[0], Members()), QUEUE, WITH_HUMAN, None),
        (None, QUEUE, WITH_HUMAN, None),
        (WAIT, POLICY, WITH_HUMAN, None),
        (WAIT, None, WITH_HUMAN, None),
        (WAIT, QUEUE, WITH_HUMAN | {"status": Status.SNOOZED, "snoozed_until": NOW + HOUR}, None),
        (WAIT, QUEUE, {}, None),
    ],
    ids=["waits", "climbed", "nobody waits", "no ladder", "not open yet", "snoozed", "with the AI agent"],
)
def test_the_queues_ladder_is_due_while_a_customer_waits_for_a_person(
    wait: PersonWait | None, policy: Policy | None, stands: dict[str, Any], due: datetime | None
) -> None:
    assert queue_due(state(policy=policy, waits_for_person=wait, **stands)) == due


def test_by_when_a_person_should_have_answered() -> None:
    assert deadline_of_person(WAIT, LADDER, BusinessCalendar()) == NOW + HOUR / 2
    assert deadline_of_person(None, LADDER, BusinessCalendar()) is None


def test_an_approval_may_have_a_ladder_of_its_own() -> None:
    own = approval().model_copy(update={"ladder": (LadderRung(after_minutes=10, action="remind"),)})
    assert ladder_due(state(approval=own)) == NOW + HOUR / 6


@pytest.mark.parametrize(
    ("status", "due"), [(Status.AWAITING_APPROVAL, True), (Status.SNOOZED, False), (Status.OPEN, False)]
)
def test_a_veto_window_ends_while_its_draft_waits(status: Status, due: bool) -> None:
    waiting = approval().model_copy(update={"leaves_at": NOW + HOUR / 4})
    assert veto_due(state(approval=waiting, status=status)) == (NOW + HOUR / 4 if due else None)
    assert veto_due(state(approval=approval(), status=status)) is None
    assert veto_due(state(approval=None, status=status)) is None


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"unanswered": True}, False),
        ({"inbox": [message(1)]}, False),
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
    policy = POLICY.model_copy(update={"quiet_hours": {"email": hours}})
    expected = NOW.replace(hour=until) if until is not None else None
    assert policy.quiet_until(channel, NOW.replace(hour=hour)) == expected


STEP = CarryOutStep(run="journey-cv_1-way", key="k1", work=Say(text="Hello."))


def test_a_conversation_on_a_journey_does_not_close() -> None:
    resolved = state(resolved_at=NOW, journeys=Journeys(active=("journey-cv_1-way",)))
    assert closing_due(resolved) is None


def test_a_step_that_was_held_back_is_due_when_it_may_go_on() -> None:
    assert step_due(state(journeys=Journeys(steps=(STEP,), not_before=NOW))) == NOW
    assert step_due(state(journeys=Journeys(steps=(STEP,)))) is None
    assert deadline_summary(state(journeys=Journeys(steps=(STEP,), not_before=NOW))) == "next step of a journey"
