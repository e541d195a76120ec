"""The result of a demo: one row for each conversation, the checks, and the figures of the summary."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import quantiles

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.model import Frozen
from invariants.checks import Check
from invariants.records import Conversation, Exchange, Fault

AFTERMATH = timedelta(seconds=12)
"""A conversation whose worker was killed waits up to 10 seconds for Temporal to give it to another one."""


class ConversationRow(Frozen):
    """`response_ms`: replies of the AI agent without a person in between, as the customer's client measured them."""

    id: str
    workflow_id: str
    channel: str
    customer: str
    outcome: str
    owner: str
    confidence: tuple[float, ...]
    messages_in: int
    messages_out: int
    history_events: int
    response_ms: tuple[float, ...]


class DemoReport(Frozen):
    """What `report.json` holds."""

    ok: bool
    checks: dict[str, Check]
    conversations: tuple[ConversationRow, ...]


class Summary(Frozen):
    """`calm` are response times in milliseconds outside the disruptions, `disturbed` those that overlap with one."""

    conversations: int
    messages_in: int
    messages_out: int
    automated: int
    escalated: int
    approvals: int
    calm: tuple[float, ...]
    disturbed: tuple[float, ...]


def report_of(conversations: Sequence[Conversation], checks: dict[str, Check]) -> DemoReport:
    return DemoReport(
        ok=all(check.ok for check in checks.values()),
        checks=checks,
        conversations=tuple(_row(conversation) for conversation in conversations),
    )


def summary_of(conversations: Sequence[Conversation], faults: Sequence[Fault]) -> Summary:
    rows = [_row(conversation) for conversation in conversations]
    exchanges = [exchange for conversation in conversations for exchange in conversation.played.exchanges]
    disturbed = [exchange.response_ms for exchange in exchanges if _overlaps(exchange, faults)]
    return Summary(
        conversations=len(rows),
        messages_in=sum(row.messages_in for row in rows),
        messages_out=sum(row.messages_out for row in rows),
        automated=sum(row.outcome == "answered by AI" for row in rows),
        escalated=sum(any(event.kind == "escalated" for event in found.recorded.audit) for found in conversations),
        approvals=sum(len(conversation.recorded.approvals) for conversation in conversations),
        calm=tuple(exchange.response_ms for exchange in exchanges if not _overlaps(exchange, faults)),
        disturbed=tuple(disturbed),
    )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """None without values."""
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _row(conversation: Conversation) -> ConversationRow:
    recorded, stands = conversation.recorded, conversation.recorded.conversation
    said_by_customer = sum(said.author is Author.CUSTOMER for said in recorded.messages)
    return ConversationRow(
        id=conversation.played.conversation_id,
        workflow_id=recorded.workflow.workflow_id,
        channel=stands.channel if stands else "",
        customer=conversation.played.customer,
        outcome=_outcome(conversation),
        owner=str(stands.owner) if stands else "",
        confidence=tuple(round(turn.confidence, 3) for turn in recorded.turns if turn.confidence is not None),
        messages_in=said_by_customer,
        messages_out=len(recorded.messages) - said_by_customer,
        history_events=recorded.workflow.history_events,
        response_ms=tuple(round(exchange.response_ms, 1) for exchange in conversation.played.exchanges),
    )


def _outcome(conversation: Conversation) -> str:
    """How it stands at the end or, where the AI agent has it (again), what people did in between."""
    recorded, stands = conversation.recorded, conversation.recorded.conversation
    if stands is None:
        return "not recorded"
    if stands.status is Status.AWAITING_APPROVAL:
        return "waits for approval"
    if stands.status is Status.WITH_HUMAN:
        helped = any(said.author is Author.HUMAN_AGENT for said in recorded.messages)
        why = stands.escalation_reason
        asked = f"escalated: {why.replace('_', ' ')}" if why else "waits for a person"
        return "with a person" if helped else asked
    if any(event.kind == "ownership_changed" for event in recorded.audit):
        return "taken over, handed back"
    done = {(decision.action, decision.effect) for decision in recorded.decisions}
    if ("edit", "send") in done:
        return "edited and approved"
    if ("reject", "redraft") in done:
        return "rejected, redrafted, approved"
    return "approved" if ("approve", "send") in done else "answered by AI"


def _overlaps(exchange: Exchange, faults: Sequence[Fault]) -> bool:
    return any(exchange.sent_at < _end(fault) + AFTERMATH and fault.at < exchange.answered_at for fault in faults)


def _end(fault: Fault) -> datetime:
    return fault.back_at or datetime.max.replace(tzinfo=fault.at.tzinfo) - AFTERMATH
