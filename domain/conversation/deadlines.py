"""Deadlines of a conversation, as aware instants (UTC). None: there is no such deadline."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.approvals.approval import deadline_of_approval
from domain.approvals.person_wait import PersonWait
from domain.approvals.schedule import next_rung
from domain.conversation.ownership import Status
from domain.conversation.state import ConversationState
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import LadderRung


def next_deadline(state: ConversationState) -> datetime | None:
    """The earliest instant at which something is due."""
    return min((instant for instant, _ in _due(state)), default=None)


def deadline_summary(state: ConversationState) -> str:
    """What the one timer waits for, for the event list."""
    return min(_due(state), default=(None, "nothing is due"))[1]


def ladder_due(state: ConversationState) -> datetime | None:
    """When the reminder ladder of the open approval takes its next rung."""
    approval, policy = state.approval, state.policy
    if approval is None or policy is None:
        return None
    return deadline_of_approval(approval, policy.calendar, policy.ladder)


def deadline_of_person(
    wait: PersonWait | None, ladder: Sequence[LadderRung], calendar: BusinessCalendar
) -> datetime | None:
    """By when a person should have answered: the next rung of the queue's ladder. None where nobody waits for one."""
    return None if wait is None else next_rung(wait.since, wait.rungs_done, ladder, calendar)


def queue_due(state: ConversationState) -> datetime | None:
    """When the queue's ladder takes its next rung; not while the conversation is set aside."""
    policy = state.policy
    if policy is None or state.status is not Status.WITH_HUMAN:
        return None
    return deadline_of_person(state.waiting.for_person, policy.queue_ladder, policy.calendar)


def veto_due(state: ConversationState) -> datetime | None:
    """When the draft that waits leaves, because nobody stopped it."""
    approval = state.approval
    waits = state.status is Status.AWAITING_APPROVAL and not state.waits_in_vain()
    return approval.leaves_at if approval and waits else None


def silence_due(state: ConversationState) -> datetime | None:
    """When silence resolves the conversation; never while anybody owes the customer something."""
    owing = state.answering.unanswered or state.mailbox.inbox or state.waiting.identity_check
    quiet_since = state.waiting.quiet_since
    if owing or state.status is not Status.OPEN or state.policy is None or quiet_since is None:
        return None
    return quiet_since + timedelta(hours=state.policy.service_levels.resolve_after_silence_hours)


def snooze_due(state: ConversationState) -> datetime | None:
    """When the conversation is taken up again."""
    return state.lifecycle.snoozed_until


def code_due(state: ConversationState) -> datetime | None:
    """When the code that the customer was asked for proves nothing any more."""
    check, waits = state.waiting.identity_check, state.owned_by_ai and state.status is Status.OPEN
    return check.until if check and waits else None


def closing_due(state: ConversationState) -> datetime | None:
    """When a resolved conversation can no longer be reopened and its workflow ends; not while it is on a journey."""
    resolved_at = state.lifecycle.resolved_at
    if resolved_at is None or state.policy is None or state.journeys.active:
        return None
    return resolved_at + timedelta(days=state.policy.service_levels.reopen_days)


def step_due(state: ConversationState) -> datetime | None:
    """When a journey that was held back goes on."""
    return state.journeys.not_before


def _due(state: ConversationState) -> list[tuple[datetime, str]]:
    due = (
        (ladder_due(state), "remind of the approval"),
        (queue_due(state), "remind of a customer who waits for a person"),
        (veto_due(state), "end of the veto window"),
        (silence_due(state), "resolve after silence"),
        (snooze_due(state), "end of the snooze"),
        (code_due(state), "end of the identity code"),
        (closing_due(state), "close for good"),
        (step_due(state), "next step of a journey"),
    )
    return [(instant, meaning) for instant, meaning in due if instant is not None]
