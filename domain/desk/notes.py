"""Reminders in the thread of a card, and what waits, told once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.conversation.record import ApprovalView, ConversationView
from domain.desk.card import Note

LISTED = 10
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def reminder(view: ApprovalView, number: int, now: datetime) -> Note:
    """One rung of the ladder, for those who follow the card."""
    waited = lasting(now - view.requested_at)
    return Note(lines=(f"Reminder {number}: this has waited for {waited}. {view.approval.who} may decide.",))


def digest(approvals: Sequence[ApprovalView], escalated: Sequence[ConversationView], now: datetime) -> Note:
    """How many wait, since when, for whom; the oldest first."""
    waiting = sorted(approvals, key=lambda one: one.requested_at)
    queued = sorted((one for one in escalated if one.owner.id is None), key=lambda one: one.updated_at)
    lines = [f"{_count(len(waiting), 'approval waits', 'approvals wait')} for a decision."]
    lines += [
        f"• {lasting(now - one.requested_at)}: {one.approval.reason.replace('_', ' ')}, "
        f"for {one.approval.assignee or one.approval.who} ({one.approval.approval_id})"
        for one in waiting[:LISTED]
    ]
    lines.append(f"{_count(len(queued), 'conversation waits', 'conversations wait')} for a person.")
    lines += [
        f"• {lasting(now - one.updated_at)}: {(one.escalation_reason or 'escalated').replace('_', ' ')}"
        f" ({one.conversation_id})"
        for one in queued[:LISTED]
    ]
    return Note(headline="What waits today", lines=tuple(lines))


def lasting(time: timedelta) -> str:
    """Days above one, else hours, else minutes."""
    if time >= DAY:
        return _count(time // DAY, "day", "days")
    if time >= HOUR:
        return _count(time // HOUR, "hour", "hours")
    return _count(max(time // timedelta(minutes=1), 0), "minute", "minutes")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
