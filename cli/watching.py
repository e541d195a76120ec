"""What happens in a conversation, in lines, for people who watch it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.text import Text

from gateway.api.conversations import ConversationDetails
from storage.records import TurnView
from storage.views import ApprovalView, StoredMessage

TOLD_OTHERWISE = frozenset(
    {"message_received", "message_delivered", "delivery_claimed", "turn_decided", "approval_requested"}
)
"""Events that the lines of messages and drafts tell."""


class Happened(NamedTuple):
    """Something that is told once, by its key."""

    key: str
    at: datetime
    line: Text


def happened(details: ConversationDetails, approvals: Sequence[ApprovalView]) -> list[Happened]:
    """Messages, drafts, open approvals and events of a conversation, the oldest first.

    A draft is told again once it is decided about.
    """
    found = (*_said(details), *_drafted(details), *_asked(details, approvals), *_events(details))
    return sorted(found, key=lambda one: one.at)


def _said(details: ConversationDetails) -> Iterator[Happened]:
    for message in details.messages:
        yield Happened(f"message-{message.seq}", message.at, _line(message.at, _who(message), message.text, "bold"))


def _drafted(details: ConversationDetails) -> Iterator[Happened]:
    for turn in details.turns:
        text = turn.draft.text or turn.draft.clarifying_question or "nothing to say"
        kind = "suggestion" if turn.suggestion else "draft"
        yield Happened(
            f"draft-{turn.draft_id}", turn.created_at, _line(turn.created_at, f"{turn.ai_agent} {kind}", text, "cyan")
        )
        if turn.record:
            at = turn.record.decided_at
            yield Happened(
                f"decided-{turn.draft_id}", at, _line(at, f"{turn.ai_agent} {kind}", _decision(turn), "cyan")
            )


def _decision(turn: TurnView) -> str:
    if turn.record is None:
        return ""
    decision, sure = turn.record.decision, "" if turn.confidence is None else f", confidence {turn.confidence:.2f}"
    rule = f" ({decision.rule})" if decision.rule else ""
    return f"{decision.outcome.value}: {decision.reason.value}{rule}{sure}".replace("_", " ")


def _asked(details: ConversationDetails, approvals: Sequence[ApprovalView]) -> Iterator[Happened]:
    for view in approvals:
        approval = view.approval
        if view.conversation_id == details.conversation.conversation_id:
            leaves = f"; it leaves at {approval.leaves_at:%H:%M:%S} unless stopped" if approval.leaves_at else ""
            told = f"waits for {' or '.join(approval.all_roles)}{leaves}"
            line = _line(approval.requested_at, f"approval {approval.approval_id}", told, "magenta")
            yield Happened(f"approval-{approval.approval_id}", approval.requested_at, line)


def _events(details: ConversationDetails) -> Iterator[Happened]:
    for event in details.audit:
        if event.kind not in TOLD_OTHERWISE:
            line = _line(event.at, event.actor, event.kind.replace("_", " "), "yellow")
            yield Happened(f"event-{event.event_id}", event.at, line)


def _who(message: StoredMessage) -> str:
    return message.author_id or message.author.value


def _line(at: datetime, who: str, text: str, style: str) -> Text:
    return Text.assemble((f"{at:%H:%M:%S} {who}  ", style), text)
