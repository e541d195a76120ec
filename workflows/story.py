"""What the Temporal UI tells about a conversation: search attributes, current details, summaries."""

import re
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.conversation.ownership import Status
from domain.conversation.state import ConversationState
from domain.conversation.turn import Draft

STATUS = SearchAttributeKey.for_keyword("ConversationStatus")
CHANNEL = SearchAttributeKey.for_keyword("Channel")
AI_AGENT = SearchAttributeKey.for_keyword("AiAgent")
OWNER_KIND = SearchAttributeKey.for_keyword("OwnerKind")
ESCALATION_REASON = SearchAttributeKey.for_keyword("EscalationReason")
PENDING_APPROVALS = SearchAttributeKey.for_int("PendingApprovals")
NEXT_DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
ORGANISATION = SearchAttributeKey.for_keyword("Organisation")

UNSEARCHABLE = re.compile(r"[^\w .,:;/()+-]")

WAITS = {
    Status.OPEN: "the customer",
    Status.AWAITING_APPROVAL: "a person's decision",
    Status.WITH_HUMAN: "a human agent",
    Status.SNOOZED: "the end of the snooze",
    Status.RESOLVED: "nothing; a new message reopens it",
}


def attribute_updates(state: ConversationState, current: TypedSearchAttributes) -> list[SearchAttributeUpdate[Any]]:
    """Only what changed, so that a plain turn writes none."""
    keywords = {
        STATUS: state.status.value,
        CHANNEL: state.channel,
        AI_AGENT: state.ai_agent,
        OWNER_KIND: state.owner.kind,
        ESCALATION_REASON: state.escalation_reason,
        ORGANISATION: state.start.organisation,
    }
    updates: list[SearchAttributeUpdate[Any]] = [
        key.value_set(value)
        for key, told in keywords.items()
        if told is not None and current.get(key) != (value := searchable(told))
    ]
    pending = int(state.approval is not None)
    if current.get(PENDING_APPROVALS, 0) != pending:
        updates.append(PENDING_APPROVALS.value_set(pending))
    deadline = state.ladder_due() or state.snoozed_until
    if deadline is not None and current.get(NEXT_DEADLINE) != deadline:
        updates.append(NEXT_DEADLINE.value_set(deadline))
    if deadline is None and current.get(NEXT_DEADLINE) is not None:
        updates.append(NEXT_DEADLINE.value_unset())
    return updates


def searchable(value: str) -> str:
    """A value as list filters find it: the development server finds none with quotes or backslashes in it."""
    return UNSEARCHABLE.sub("_", value)


def details(state: ConversationState) -> str:
    """Markdown for the top of the workflow's page: who owns it, what it waits for, since when."""
    approval = state.approval
    lines = [
        f"**{state.status.value.replace('_', ' ')}** · owner `{state.owner}` · turn {state.turn}",
        f"Waits for {WAITS[state.status]} since {state.standing_since:%Y-%m-%d %H:%M:%S} UTC",
        f"Approval `{approval.approval_id}` ({approval.reason}), rule `{approval.rule}`" if approval else "",
        f"Parked since {state.parked_since:%Y-%m-%d %H:%M:%S} UTC: the model does not answer"
        if state.parked_since
        else "",
        f"Escalated: {state.escalation_reason}" if state.escalation_reason else "",
        f"Specification `{state.spec_hash[:12]}`" if state.spec_hash else "",
    ]
    return "\n\n".join(line for line in lines if line)


def reply_summary(draft: Draft, confidence: float, verb: str) -> str:
    """One line for the event list, e.g. `send reply, confidence 0.93: billing / invoice_copy`."""
    topic = draft.evidence.topic or "no topic"
    return f"{verb}, confidence {confidence:.2f}: {draft.ai_agent} / {topic}"
