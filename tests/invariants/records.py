"""A conversation whose record is in order, for tests that tamper with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.approvals.approval import Approval
from domain.conversation.messages import Author
from domain.conversation.ownership import Owner, Status
from domain.conversation.record import (
    ApprovalView,
    AuditEvent,
    ConversationView,
    DecisionView,
    MessageKind,
    Receipt,
    StoredMessage,
    TurnView,
)
from domain.conversation.turn import (
    CustomerContext,
    Decision,
    DecisionRecord,
    Draft,
    Evidence,
    Fact,
    Outcome,
    Reason,
    Usage,
)
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import ChannelKind, Mode
from invariants.records import (
    Conversation,
    Exchange,
    Fault,
    Heard,
    LateDecision,
    Played,
    Posted,
    Recorded,
    Sent,
    WorkflowRecord,
)

ID = "cv_example"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
FAULTS = (
    Fault(part="worker-1", at=START, in_flight=3, back_at=START + timedelta(seconds=2)),
    Fault(part="salesforce", at=START + timedelta(seconds=20), in_flight=3, back_at=START + timedelta(seconds=30)),
)
SEATS = Fact(name="seats", value="14", source="salesforce", as_of=START)
KNOWN = CustomerContext(facts=(SEATS,), matches=1)
UNKNOWN = CustomerContext(missing=("salesforce",))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def stored(seq: int, author: Author, text: str, *, draft_id: str | None = None, **changes: Any) -> StoredMessage:
    kinds: dict[Author, MessageKind] = {
        Author.CUSTOMER: "customer",
        Author.AI_AGENT: "reply",
        Author.HUMAN_AGENT: "human_reply",
        Author.SYSTEM: "notice",
    }
    message = StoredMessage(
        conversation_id=ID,
        seq=seq,
        message_id=draft_id or f"m{seq}",
        author=author,
        author_id=None,
        kind=kinds[author],
        text=text,
        attachments=(),
        citations=(),
        channel=WEB_CHAT,
        draft_id=draft_id,
        at=at(seq),
        read_at=None,
    )
    return message.model_copy(update=changes)


def turn(draft_id: str, outcome: Outcome = Outcome.SEND) -> TurnView:
    decision = Decision(outcome=outcome, reason=Reason.CONFIDENT)
    record = DecisionRecord(
        turn=1, revision=1, confidence=0.9, exchanges=0, clarifications=0, decision=decision, decided_at=START
    )
    draft = Draft(draft_id=draft_id, ai_agent="billing", evidence=Evidence(), usage=Usage(model="local"))
    return TurnView(
        draft_id=draft_id,
        turn=1,
        revision=1,
        ai_agent="billing",
        suggestion=False,
        draft=draft,
        confidence=0.9,
        record=record,
        context=KNOWN,
        created_at=START,
    )


def approval(approval_id: str, draft_id: str, state: str = "approved", closed_by: str = "approver-1") -> ApprovalView:
    asked = Approval(
        approval_id=approval_id,
        draft_id=draft_id,
        ai_agent="billing",
        text="",
        digest="",
        revision=1,
        rule="money",
        reason="supervised",
        roles=("approver",),
        requested_at=START,
    )
    return ApprovalView.model_validate(
        {
            "approval": asked,
            "organisation": "shop",
            "conversation_id": ID,
            "state": state,
            "requested_at": START,
            "closed_at": None if state == "open" else at(5),
            "closed_by": None if state == "open" else closed_by,
            "confidence": 0.9,
            "evidence": Evidence(),
            "citations": (),
            "draft_text": "",
        }
    )


def decision(decision_id: str, approval_id: str, *, effect: str = "send", by: str = "approver-1") -> DecisionView:
    return DecisionView(
        decision_id=decision_id,
        approval_id=approval_id,
        conversation_id=ID,
        action="approve",
        decided_by=by,
        effect=effect,
        refused="too late" if effect == "refused" else None,
        reason="",
        text=None,
        decided_at=at(5),
    )


def event(kind: str, actor: str = "system", **data: Any) -> AuditEvent:
    return AuditEvent(event_id=1, organisation="shop", conversation_id=ID, kind=kind, actor=actor, data=data, at=START)


MESSAGES = (
    stored(1, Author.CUSTOMER, "Hi"),
    stored(2, Author.CUSTOMER, "How many seats?", at=at(1.1)),
    stored(3, Author.AI_AGENT, "Fourteen.", draft_id="d1"),
    stored(4, Author.CUSTOMER, "Refund me."),
    stored(5, Author.SYSTEM, "A colleague checks."),
    stored(6, Author.AI_AGENT, "Within five days.", draft_id="d2"),
)


def sound() -> Conversation:
    """A burst of two, answered; then a reply that one of two people approved."""
    audit = (
        event("message_delivered", "ai_agent:billing", seq=3),
        event("message_delivered", "ai_agent:billing", seq=6),
    )
    stands = ConversationView(
        conversation_id=ID,
        organisation="shop",
        channel=WEB_CHAT,
        customer_id="cu_1",
        spec_hash="hash",
        status=Status.OPEN,
        owner=Owner(kind="ai_agent", id="billing"),
        mode=Mode.DELEGATION,
        revision=2,
        turn=2,
        last_seq=6,
        answered_seq=5,
        escalation_reason=None,
        snoozed_until=None,
        resolved_at=None,
        created_at=START,
        updated_at=at(6),
    )
    recorded = Recorded(
        workflow=WorkflowRecord(workflow_id=f"conversation-{ID}", run_id="run", running=True, history_events=40),
        conversation=stands,
        messages=MESSAGES,
        turns=(turn("d1"), turn("d2", Outcome.ASK_APPROVAL)),
        approvals=(approval("ap1", "d2"),),
        decisions=(decision("q1", "ap1"), decision("q2", "ap1", effect="refused", by="approver-2")),
        audit=audit,
    )
    return Conversation(played=_played(), recorded=recorded)


def _played() -> Played:
    said = [message for message in MESSAGES if message.author is Author.CUSTOMER]
    return Played(
        title="example",
        customer="c-1",
        conversation_id=ID,
        sent=tuple(Sent(message_id=message.message_id, text=message.text) for message in said),
        heard=tuple(Heard.model_validate(message.model_dump()) for message in MESSAGES),
        bursts=(("m1", "m2"),),
        exchanges=(Exchange(sent_at=at(1), answered_at=at(1.5)),),
        late_decisions=(LateDecision(approval_id="ap1", by="approver-2", http_status=409, decided_by="approver-1"),),
    )


def played(base: Conversation, /, **changes: Any) -> Conversation:
    """The same with another side of the customer."""
    return base.model_copy(update={"played": base.played.model_copy(update=changes)})


def recorded(base: Conversation, /, **changes: Any) -> Conversation:
    """The same with another record."""
    return base.model_copy(update={"recorded": base.recorded.model_copy(update=changes)})


def transcript(*messages: StoredMessage) -> Conversation:
    """The same with another transcript, which the client saw completely."""
    base = sound()
    heard = tuple(Heard.model_validate(message.model_dump()) for message in messages)
    stands = base.recorded.conversation
    assert stands is not None
    changed = stands.model_copy(update={"last_seq": messages[-1].seq})
    return played(recorded(base, messages=messages, conversation=changed), heard=heard)


def by_vendor(channel: ChannelKind, *, during_outage: bool = False) -> Conversation:
    """Asked and answered once on a vendor's channel, and what the vendor has of it."""
    start = 22.0 if during_outage else 10.0
    messages = (
        stored(1, Author.CUSTOMER, "Seats\n\nHow many?", channel=channel, at=at(start)),
        stored(2, Author.AI_AGENT, "Fourteen.", draft_id="d1", channel=channel, at=at(start + 1)),
    )
    base = sound()
    stands = base.recorded.conversation
    assert stands is not None
    turns: tuple[TurnView, ...] = (turn("d1"),)
    if during_outage:
        missed = {"context": UNKNOWN, "created_at": at(start)}
        turns = (turn("d1").model_copy(update=missed), turn("d2").model_copy(update={"created_at": at(40)}))
    receipt = Receipt(message_key="d1", channel=channel, provider_message_id="v1")
    return Conversation(
        played=Played(
            title=channel,
            customer="c-2",
            conversation_id=ID,
            sent=(Sent(message_id=None, text="How many?"),),
            heard=tuple(Heard.model_validate(message.model_dump()) for message in messages),
            threads={channel: ID},
            posted=(Posted(channel=channel, id="" if channel == "phone" else "v1", text="Fourteen."),),
        ),
        recorded=Recorded(
            workflow=base.recorded.workflow,
            conversation=stands.model_copy(update={"channel": channel, "last_seq": 2, "answered_seq": 1}),
            messages=messages,
            turns=turns,
            receipts=(receipt,),
        ),
    )


def moved() -> Conversation:
    """Begun by email, gone on by SMS."""
    base = by_vendor("email")
    more = (
        stored(3, Author.CUSTOMER, "And now?", channel="sms", at=at(12)),
        stored(4, Author.AI_AGENT, "Still fourteen.", draft_id="d2", channel="sms", at=at(13)),
    )
    messages = (*base.recorded.messages, *more)
    stands = base.recorded.conversation
    assert stands is not None
    return played(
        recorded(
            base,
            conversation=stands.model_copy(update={"last_seq": 4, "answered_seq": 3}),
            messages=messages,
            turns=(turn("d1"), turn("d2")),
            receipts=(
                *base.recorded.receipts,
                Receipt(message_key="d2", channel="sms", provider_message_id="v2"),
            ),
        ),
        sent=(*base.played.sent, Sent(message_id=None, text="And now?")),
        heard=tuple(Heard.model_validate(message.model_dump()) for message in messages),
        threads={"email": ID, "sms": ID},
        posted=(*base.played.posted, Posted(channel="sms", id="v2", text="Still fourteen.")),
    )


def every_channel() -> tuple[Conversation, ...]:
    """Two of each, one that moved, and one that met the outage of Salesforce."""
    two = [by_vendor(channel) for channel in ("email", "sms", "phone", "zendesk", "slack") for _ in range(2)]
    return (sound(), sound(), *two, moved(), by_vendor("slack", during_outage=True))
