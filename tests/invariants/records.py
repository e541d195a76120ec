"""A conversation whose record is in order, for tests that tamper with it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

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
from domain.specification.publications import Publication
from invariants.records import (
    Conversation,
    Exchange,
    Fault,
    Heard,
    JourneyRecord,
    JourneyStepRecord,
    LateDecision,
    Played,
    Posted,
    Recorded,
    Sent,
    Travelled,
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


def _chat(*messages: StoredMessage, **changes: Any) -> Conversation:
    """By web chat, and nothing else than these messages and changes of the record."""
    base = transcript(*messages)
    stands = base.recorded.conversation
    assert stands is not None
    said = [message for message in messages if message.author is Author.CUSTOMER]
    of_row = {"answered_seq": said[-1].seq, **changes.pop("row", {})}
    nothing: dict[str, Any] = {"turns": (), "approvals": (), "decisions": (), "audit": ()}
    return played(
        recorded(base, conversation=stands.model_copy(update=of_row), **(nothing | changes)),
        sent=tuple(Sent(message_id=message.message_id, text=message.text) for message in said),
        bursts=(),
        exchanges=(),
        late_decisions=(),
    )


def _step(name: str, kind: str, began: float, ended: float, owner: str = "ai_agent:onboarding") -> JourneyStepRecord:
    return JourneyStepRecord(
        step=name, visit=1, kind=kind, owner=owner, began_at=at(began), ended_at=at(ended), outcome="done"
    )


JOURNEY = JourneyRecord(
    journey="onboarding",
    state="completed",
    steps=(
        _step("welcome", "message", 2.5, 3.1),
        _step("ask", "question", 3.2, 5.1),
        _step("tour", "ai_agent", 5.2, 6.1),
        _step("done", "message", 6.2, 7.1),
        _step("check_in", "check_in", 7.2, 9, "approver"),
    ),
)


def by_the_letter(seq: int, text: str) -> StoredMessage:
    """What a step of a journey says."""
    return stored(seq, Author.AI_AGENT, text, kind="notice")


def on_journey(journey: JourneyRecord = JOURNEY) -> Conversation:
    """Answered once, then led from a welcome over a question and what an AI agent wrote to a check-in."""
    messages = (
        stored(1, Author.CUSTOMER, "Hi"),
        stored(2, Author.AI_AGENT, "Hello.", draft_id="d1"),
        by_the_letter(3, "Welcome!"),
        by_the_letter(4, "Who are you?"),
        stored(5, Author.CUSTOMER, "Anna"),
        stored(6, Author.AI_AGENT, "Begin with a project.", draft_id="d2"),
        by_the_letter(7, "Well done!"),
    )
    way = Travelled(
        journey="onboarding",
        steps=tuple(step.step for step in JOURNEY.steps),
        said=("Welcome!", "Who are you?", "Well done!"),
    )
    led = _chat(*messages, turns=(turn("d1"), turn("d2")), journeys=(journey,))
    return played(led, travelled=way)


def switched() -> Conversation:
    """Asked at second 1, set to co-pilot at 2, drafted at 3, taken over at 5; the next draft was a suggestion."""
    messages = (
        stored(1, Author.CUSTOMER, "How long is the trial?"),
        stored(2, Author.SYSTEM, "A colleague checks.", at=at(4)),
        stored(3, Author.HUMAN_AGENT, "14 days.", at=at(6)),
        stored(4, Author.CUSTOMER, "And then?", at=at(7)),
        stored(5, Author.HUMAN_AGENT, "You choose a plan.", at=at(9)),
    )
    drafted = turn("d1", Outcome.ASK_APPROVAL).model_copy(update={"created_at": at(3)})
    suggested = turn("d2").model_copy(update={"created_at": at(8), "suggestion": True, "record": None})
    changed = event("mode_changed", "lead-1", mode="co_pilot").model_copy(update={"at": at(2)})
    taken = event("ownership_changed", "lead-1", owner_kind="human_agent").model_copy(update={"at": at(5)})
    return _chat(
        *messages,
        turns=(drafted, suggested),
        approvals=(approval("ap1", "d1", state="taken_over", closed_by="lead-1"),),
        decisions=(decision("q1", "ap1", effect="take_over", by="lead-1"),),
        audit=(changed, taken),
        row={"status": Status.WITH_HUMAN, "owner": Owner(kind="human_agent", id="lead-1"), "mode": Mode.CO_PILOT},
    )


PUBLISHED_AT, ROLLED_BACK_AT = 12.0, 50.0


def _publication(kind: Literal["publish", "rollback"], content_hash: str, seconds: float) -> Publication:
    return Publication(content_hash=content_hash, replaced=None, kind=kind, published_by="lead-1", at=at(seconds))


PUBLICATIONS = (
    _publication("rollback", "hash", ROLLED_BACK_AT),
    _publication("publish", "new", PUBLISHED_AT),
    _publication("publish", "hash", -100),
)
"""The newest first."""


def on_version(spec_hash: str, began: float, decided: float, approvers: int = 1) -> Conversation:
    """Asked and, once so many people were asked, answered."""
    messages = (
        stored(1, Author.CUSTOMER, "Refund me.", at=at(decided - 1)),
        stored(2, Author.AI_AGENT, "Within five days.", draft_id="d1", at=at(decided + 1)),
    )
    asked = turn("d1", Outcome.ASK_APPROVAL)
    assert asked.record is not None
    record = asked.record.model_copy(update={"decided_at": at(decided)})
    found = approval("ap1", "d1")
    asked_for = found.model_copy(update={"approval": found.approval.model_copy(update={"approvers_needed": approvers})})
    return _chat(
        *messages,
        turns=(asked.model_copy(update={"record": record}),),
        approvals=(asked_for,),
        decisions=(decision("q1", "ap1"),),
        row={"spec_hash": spec_hash, "created_at": at(began)},
    )


def across_versions() -> tuple[Conversation, ...]:
    """One that was open, one that came while the new version was active, one that came after the rollback."""
    return (
        on_version("hash", 1, PUBLISHED_AT + 10),
        on_version("new", PUBLISHED_AT + 1, PUBLISHED_AT + 2, approvers=2),
        on_version("hash", ROLLED_BACK_AT + 1, ROLLED_BACK_AT + 2),
    )


def every_channel() -> tuple[Conversation, ...]:
    """Two of each, one that moved, and one that met the outage of Salesforce."""
    two = [by_vendor(channel) for channel in ("email", "sms", "phone", "zendesk", "slack") for _ in range(2)]
    return (sound(), sound(), *two, moved(), by_vendor("slack", during_outage=True))


def everything() -> tuple[Conversation, ...]:
    """By every channel, on a journey, in co-pilot, and on two versions."""
    return (*every_channel()[:-1], on_journey(), switched(), *across_versions(), every_channel()[-1])
