"""What must hold when people change the mode of a conversation. Each rule yields what is wrong."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.conversation.messages import Author
from domain.conversation.record import AuditEvent
from domain.specification.modes import Mode
from invariants.records import Conversation, Recorded

Problems = Iterator[str]


def nothing_sent_alone_in_co_pilot(conversation: Conversation) -> Problems:
    """While a person has set co-pilot, no reply of an AI agent leaves that nobody approved."""
    recorded = conversation.recorded
    approved = {view.approval.draft_id for view in recorded.approvals if view.state == "approved"}
    for said in recorded.messages:
        by_draft = said.author is Author.AI_AGENT and said.draft_id is not None
        if by_draft and said.draft_id not in approved and _mode_at(recorded, said.at) == Mode.CO_PILOT:
            yield f"seq {said.seq} of the AI agent left in co-pilot without an approval"


def draft_under_way_became_a_suggestion(conversations: Sequence[Conversation]) -> Problems:
    """Somebody set co-pilot between a question and its draft, which was never sent; the next one was only suggested."""
    if not any(_became_suggestions(found.recorded) for found in conversations):
        yield "no draft was under way when a conversation was switched to co-pilot, or it was sent"


def _became_suggestions(recorded: Recorded) -> bool:
    return any(_was_under_way(recorded, change.at) for change in _changes(recorded) if _sets(change, Mode.CO_PILOT))


def _was_under_way(recorded: Recorded, switched_at: datetime) -> bool:
    """A draft is kept once it is finished, so one that was kept later and answers an earlier question was under way."""
    before = [said for said in recorded.messages if said.at < switched_at]
    asked = bool(before) and before[-1].author is Author.CUSTOMER
    later = [turn for turn in recorded.turns if turn.created_at > switched_at]
    sent = {said.draft_id for said in recorded.messages}
    unsent = bool(later) and not any(turn.draft_id in sent for turn in later)
    return asked and unsent and any(turn.suggestion for turn in later)


def _changes(recorded: Recorded) -> list[AuditEvent]:
    return [event for event in recorded.audit if event.kind == "mode_changed"]


def _sets(change: AuditEvent, mode: Mode) -> bool:
    return change.data.get("mode") == mode


def _mode_at(recorded: Recorded, moment: datetime) -> object:
    """The mode that a person had set by then; None where nobody had."""
    modes = [change.data.get("mode") for change in _changes(recorded) if change.at < moment]
    return modes[-1] if modes else None
