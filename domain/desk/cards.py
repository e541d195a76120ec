"""From the record to a card: pure, and the only place that decides what people see at a desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from domain.approvals.schedule import next_rung
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.record import ApprovalView, ConversationView, DecisionView, StoredMessage
from domain.conversation.requests import DecisionAction
from domain.conversation.turn import CustomerContext
from domain.desk.card import Card, CardAction, CardFact, CardLine, CardSource
from domain.desk.clicks import APPROVAL, Applying, subject_of
from domain.model import Frozen
from domain.specification.organisation import OrganisationSpec
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall

HISTORY_LINES = 8
ERASED = "What was said here was erased."
DECISIONS = (
    CardAction(name="approve", label="Approve", style="primary"),
    CardAction(name="edit", label="Edit and approve", needs="text"),
    CardAction(name="reject", label="Reject", needs="reason", style="danger"),
    CardAction(name="take_over", label="Take over"),
    CardAction(name="answer", label="Answer yourself", needs="text"),
    CardAction(name="snooze", label="Snooze", needs="time"),
    CardAction(name="revoke", label="Revoke my approval"),
    CardAction(name="give_back", label="Give back"),
    CardAction(name="reassign", label="Reassign to …", needs="person"),
)
"""A decision that the domain knows is a button as soon as it has a row here."""
KNOWN_DECISIONS = frozenset(get_args(DecisionAction))
TAKE_OVER = CardAction(name="take_over", label="Take over", style="primary")
OF_CONVERSATION = (
    CardAction(name="answer", label="Answer", needs="text"),
    CardAction(name="snooze", label="Snooze", needs="time"),
    CardAction(name="resolve", label="Resolve"),
    CardAction(name="hand_back", label="Hand back", needs="reason"),
)
OUTCOMES: Mapping[str, str] = {
    "approved": "Approved by {by}",
    "rejected": "Rejected by {by}; the AI agent writes anew",
    "taken_over": "Taken over by {by}",
    "stale": "Stale: the conversation has moved on, and this draft never leaves",
    "replaced": "Replaced by a newer approval",
}
CALLS: Mapping[str, str] = {
    "done": "done",
    "failed": "failed",
    "in_doubt": "in doubt: somebody must look",
    "claimed": "under way",
}


class DeskRecord(Frozen):
    """What is recorded around the subject of a card. `reason`: why the conversation was escalated;
    `again`: it was once more since, which has a card of its own.
    """

    subject: str
    conversation: ConversationView
    specification: OrganisationSpec
    messages: tuple[StoredMessage, ...] = ()
    context: CustomerContext | None = None
    calls: tuple[RecordedCall, ...] = ()
    applying: tuple[Applying, ...] = ()
    approval: ApprovalView | None = None
    decisions: tuple[DecisionView, ...] = ()
    reason: str = ""
    at: datetime | None = None
    again: bool = False

    def name(self, person_id: str | None) -> str:
        """What colleagues call a person, where the specification says so."""
        names = {person.id: person.name for person in self.specification.people}
        return names.get(person_id or "", person_id or "nobody")


def card_of(record: DeskRecord) -> Card:
    """The card as people must see it now."""
    return _of_approval(record, record.approval) if record.approval else _of_escalation(record)


def _of_approval(record: DeskRecord, view: ApprovalView) -> Card:
    approval = view.approval
    common = {
        "subject": record.subject,
        "headline": f"Approval · {approval.ai_agent} · {_words(approval.reason)}",
        "is_open": view.state == "open",
        "since": view.requested_at,
        "version": approval.digest,
    }
    if record.conversation.erased_at:
        return Card.model_validate({**common, "is_open": False, "standing": ERASED})
    if view.state != "open":
        return Card.model_validate(
            {**common, **_said(record), "draft": approval.text, "standing": _closed(record, view)}
        )
    ladder = approval.ladder or record.specification.ladder
    rung = next_rung(approval.requested_at, approval.rungs_done, ladder, record.specification.calendar)
    return Card.model_validate(
        {
            **common,
            **_said(record),
            "standing": _waits(record, view),
            "draft": approval.text,
            "sources": tuple(CardSource(title=one.title, where=one.source) for one in view.citations),
            "done": (*_done(record.calls), *(f"Is done once approved: {_use(one)}" for one in approval.actions)),
            "why": _why(view),
            "who": record.name(approval.assignee) if approval.assignee else f"{approval.who}; leads may as well",
            "fits": tuple(f"{record.name(one.person)}: {', '.join(one.reasons)}" for one in view.suggested),
            "deadline": approval.leaves_at or rung,
            "deadline_means": _meaning(approval.leaves_at, rung),
            "applying": _applying(record),
            "actions": _decisions(record, view),
        }
    )


def _of_escalation(record: DeskRecord) -> Card:
    conversation = record.conversation
    with_people = (
        conversation.status in {Status.WITH_HUMAN, Status.SNOOZED} and conversation.owner.kind == "human_agent"
    )
    waits = with_people and not record.again
    headline = f"Escalation · {_words(record.reason or conversation.escalation_reason or 'a person is needed')}"
    common = {"subject": record.subject, "headline": headline, "since": record.at}
    if conversation.erased_at and conversation.is_erased:
        return Card.model_validate({**common, "is_open": False, "standing": ERASED})
    fits = tuple(f"{record.name(one.person)}: {', '.join(one.reasons)}" for one in conversation.suggested)
    return Card.model_validate(
        {
            **common,
            **_said(record),
            "is_open": waits,
            "standing": _escalation_stands(record),
            "done": _done(record.calls),
            "fits": fits if waits and conversation.owner.id is None else (),
            "deadline": conversation.snoozed_until,
            "deadline_means": "it wakes" if conversation.snoozed_until else "",
            "applying": _applying(record) if waits else (),
            "actions": _of_conversation(record) if waits else (),
        }
    )


def _said(record: DeskRecord) -> dict[str, object]:
    """The question, what was said before it, and what is known of the customer."""
    written = [one for one in record.messages if one.author is Author.CUSTOMER]
    last_reply = max(
        (one.seq for one in record.messages if one.author is not Author.CUSTOMER and _replies(one)), default=0
    )
    asked = [one for one in written if one.seq > last_reply] or written[-1:]
    before = [one for one in record.messages if not asked or one.seq < asked[0].seq]
    context = record.context or CustomerContext()
    return {
        "question": "\n".join(one.text for one in asked),
        "history": tuple(_line(record, one) for one in before[-HISTORY_LINES:]),
        "facts": tuple(CardFact.model_validate(fact.model_dump()) for fact in context.facts),
        "missing": context.missing,
    }


def _replies(message: StoredMessage) -> bool:
    return message.author in {Author.AI_AGENT, Author.HUMAN_AGENT}


def _line(record: DeskRecord, message: StoredMessage) -> CardLine:
    names = {Author.CUSTOMER: "Customer", Author.SYSTEM: "Notice", Author.AI_AGENT: f"AI agent {message.author_id}"}
    name = names.get(message.author) or record.name(message.author_id)
    return CardLine(author=message.author, name=name, text=message.text, at=message.at)


def _done(calls: Sequence[RecordedCall]) -> tuple[str, ...]:
    return tuple(f"{_use(call.action)}: {CALLS[call.state]}" for call in calls)


def _use(action: ProposedAction) -> str:
    arguments = ", ".join(f"{name} {value}" for name, value in action.arguments.items())
    return f"{action.tool} ({arguments})" if arguments else action.tool


def _why(view: ApprovalView) -> str:
    sure = f"confidence {view.confidence:.2f}" if view.confidence is not None else ""
    topic = f"topic {view.evidence.topic}" if view.evidence.topic else ""
    rule = "" if view.approval.rule == "default" else f"rule {view.approval.rule}"
    return ", ".join(filter(None, (_words(view.approval.reason), sure, topic, rule)))


def _waits(record: DeskRecord, view: ApprovalView) -> str:
    approval = view.approval
    missing = approval.approvers_needed - len(approval.approved_by)
    if approval.approved_by:
        agreed = ", ".join(map(record.name, approval.approved_by))
        return f"Approved by {agreed}; waits for {missing} more"
    asked = f"Waits for {record.name(approval.assignee)}" if approval.assignee else "Waits for a decision"
    reminded = f", reminded {approval.rungs_done} times" if approval.rungs_done > 1 else ", reminded once"
    return asked + (reminded if approval.rungs_done else "")


def _closed(record: DeskRecord, view: ApprovalView) -> str:
    edited = view.state == "approved" and any(one.action == "edit" and not one.refused for one in record.decisions)
    told = (
        "Edited and approved by {by}"
        if edited
        else OUTCOMES.get(view.state, _words(view.state).capitalize() + " by {by}")
    )
    by = "nobody in time" if view.closed_by == "veto-window" else record.name(view.closed_by)
    reasons = [one.reason for one in record.decisions if one.reason and not one.refused]
    return told.format(by=by) + (f": {reasons[-1]}" if view.state == "rejected" and reasons else "")


def _escalation_stands(record: DeskRecord) -> str:
    conversation = record.conversation
    if record.again:
        return "Escalated again: the newer card counts"
    if conversation.status is Status.RESOLVED:
        return "Resolved"
    if conversation.owner.kind == "ai_agent":
        return f"With the AI agent {conversation.owner.id}"
    by = record.name(conversation.owner.id) if conversation.owner.id else "nobody yet"
    return f"Snoozed by {by}" if conversation.status is Status.SNOOZED else f"With {by}"


def _meaning(leaves_at: datetime | None, rung: datetime | None) -> str:
    if leaves_at:
        return "it leaves unless somebody decides"
    return "others are reminded or asked" if rung else ""


def _applying(record: DeskRecord) -> tuple[str, ...]:
    return tuple(
        f"{_words(one.action).capitalize()} by {record.name(one.person_id)}: accepted, being applied"
        for one in record.applying
    )


def _decisions(record: DeskRecord, view: ApprovalView) -> tuple[CardAction, ...]:
    """None while a decision is being applied: whoever clicks then would only be too late."""
    if record.applying:
        return ()
    hidden = set() if view.approval.approved_by else {"revoke"}
    hidden |= set() if view.approval.assignee else {"give_back"}
    return tuple(one for one in DECISIONS if one.name in KNOWN_DECISIONS - hidden)


def _of_conversation(record: DeskRecord) -> tuple[CardAction, ...]:
    if record.applying:
        return ()
    return OF_CONVERSATION if record.conversation.owner.id else (TAKE_OVER, *OF_CONVERSATION)


def _words(name: str) -> str:
    return name.replace("_", " ")


def approval_subject(approval_id: str) -> str:
    return subject_of(APPROVAL, approval_id)
