"""One conversation and the arguments of its steps."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.approvals.approval import Approval, open_approval, rule_for
from domain.conversation.activity_models import (
    ChangeOwnershipInput,
    ChangeStatusInput,
    DeliverMessageInput,
    EscalateConversationInput,
    GenerateReplyInput,
    RequestApprovalInput,
)
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author, CustomerMessage
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.requests import DecideApproval, StartConversation
from domain.conversation.turn import Citation, Decision, DecisionRecord, Draft, Evidence, Outcome, Reason, Usage
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import Mode
from storage.approvals import ApprovalRepository
from storage.audit import AuditRepository
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.database import Database
from storage.deliveries import DeliveryRepository
from storage.specs import SpecRepository
from storage.turns import TurnRepository
from storage.views import ConversationView
from tests.organisation import VERSION

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORGANISATION = VERSION.specification.organisation
CONVERSATION = "conversation-1"
AI = Owner(kind="ai_agent", id="service")
ANNA = Owner(kind="human_agent", id="anna")
NAMES: dict[str, Any] = {"organisation": ORGANISATION, "conversation_id": CONVERSATION}


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def message(message_id: str, text: str = "Where is my parcel?") -> CustomerMessage:
    return CustomerMessage(message_id=message_id, text=text, received_at=NOW)


def draft(draft_id: str = "draft-1", text: str = "It is on its way.") -> Draft:
    return Draft(
        draft_id=draft_id,
        ai_agent="service",
        text=text,
        citations=(Citation(source_id="delivery", title="Delivery times and costs"),),
        evidence=Evidence(topic="delivery", topic_confidence=0.9),
        usage=Usage(model="local"),
        chosen_by="topic",
    )


def record(outcome: Outcome = Outcome.SEND, *, turn: int = 1, revision: int = 1) -> DecisionRecord:
    return DecisionRecord(
        turn=turn,
        revision=revision,
        confidence=0.9,
        exchanges=0,
        clarifications=0,
        decision=Decision(outcome=outcome, reason=Reason.CONFIDENT),
        decided_at=NOW,
    )


def generate(
    draft_id: str = "draft-1", *messages: CustomerMessage, revision: int = 1, **rest: Any
) -> GenerateReplyInput:
    fields = {"spec_hash": VERSION.content_hash, "revision": revision, "turn": revision, "draft_id": draft_id, **rest}
    return GenerateReplyInput.model_validate({**NAMES, "messages": messages, **fields})


def reply(message_key: str = "draft-1", **changes: Any) -> DeliverMessageInput:
    """The AI agent's draft at revision 1, as the workflow sends it."""
    fields: dict[str, Any] = {
        "channel": WEB_CHAT,
        "message_key": message_key,
        "draft_id": message_key,
        "author": Author.AI_AGENT,
        "author_id": "service",
        "kind": "reply",
        "expected_revision": 1,
    }
    return DeliverMessageInput.model_validate({**NAMES, **fields, **changes})


def human_reply(message_key: str = "human-1", text: str = "I looked: it arrives today.") -> DeliverMessageInput:
    author: dict[str, Any] = {"author": Author.HUMAN_AGENT, "author_id": "anna", "kind": "human_reply"}
    return reply(message_key, **author, text=text, draft_id=None, expected_revision=None)


def ownership(owner: Owner = ANNA, **changes: Any) -> ChangeOwnershipInput:
    """Anna takes over at revision 2."""
    status = Status.WITH_HUMAN if owner.kind == "human_agent" else Status.OPEN
    fields = {"owner": owner, "status": status, "revision": 2, "request_id": "take-1", "by": "anna"}
    return ChangeOwnershipInput.model_validate({**NAMES, **fields, **changes})


def status_change(event: str, status: Status, *, request_id: str = "status-1", **rest: Any) -> ChangeStatusInput:
    fields: dict[str, Any] = {"revision": 1, "mode": Mode.DELEGATION, "by": "anna", **rest}
    return ChangeStatusInput.model_validate(
        {**NAMES, "event": event, "status": status, "request_id": request_id, **fields}
    )


def escalation(key: str = "escalation-1", **rest: Any) -> EscalateConversationInput:
    fields: dict[str, Any] = {"revision": 2, "reason": "no_answer", "notice": "A colleague takes over.", **rest}
    named = {**NAMES, "channel": WEB_CHAT, "escalation_key": key, **fields}
    return EscalateConversationInput.model_validate(named)


def approval(approval_id: str = "approval-1", *, revision: int = 1) -> Approval:
    rule = rule_for((), ai_agent="service", sensitivity=None, amount=None)
    return open_approval(draft(), approval_id=approval_id, revision=revision, reason="supervised", rule=rule, now=NOW)


def approval_request(approval_id: str = "approval-1", *, revision: int = 1, notice: str = "") -> RequestApprovalInput:
    return RequestApprovalInput(
        **NAMES,
        channel=WEB_CHAT,
        approval=approval(approval_id, revision=revision),
        record=record(Outcome.ASK_APPROVAL),
        notice=notice,
    )


def decide(action: str = "approve", decision_id: str = "decision-1", **rest: Any) -> DecideApproval:
    fields = {"request_id": decision_id, "by": Person(id="bo", roles=("approver",)), "approval_id": "approval-1"}
    return DecideApproval.model_validate({**fields, "action": action, **rest})


@dataclass
class Stage:
    """The repositories over one database."""

    database: Database

    def __post_init__(self) -> None:
        self.conversations = ConversationRepository(self.database)
        self.turns = TurnRepository(self.database)
        self.deliveries = DeliveryRepository(self.database)
        self.approvals = ApprovalRepository(self.database)
        self.specs = SpecRepository(self.database)
        self.customers = CustomerRepository(self.database)
        self.audit = AuditRepository(self.database)

    async def drafted(self, draft_id: str = "draft-1", revision: int = 1) -> None:
        """A new customer message and a saved draft that answers it."""
        input = generate(draft_id, message(f"message-{revision}"), revision=revision)
        await self.turns.begin_draft(input, NOW)
        await self.turns.save_draft(input, draft(draft_id))

    async def awaiting_approval(self) -> None:
        await self.drafted()
        await self.approvals.request(approval_request(), NOW)

    async def conversation(self) -> ConversationView:
        view = await self.conversations.get(CONVERSATION)
        assert view is not None
        return view

    async def said(self) -> list[tuple[int, str, str]]:
        """Sequence number, kind and text of every message."""
        return [(m.seq, m.kind, m.text) for m in await self.conversations.messages_after(CONVERSATION, 0)]

    async def events(self) -> list[str]:
        return [event.kind for event in await self.audit.events(CONVERSATION)]

    async def approval_state(self, approval_id: str = "approval-1") -> str:
        view = await self.approvals.get(approval_id)
        assert view is not None
        return view.state


async def staged(database: Database) -> Stage:
    stage = Stage(database)
    await stage.specs.publish(VERSION, b"topics", Calibration(), "lea")
    start = StartConversation(organisation=ORGANISATION, conversation_id=CONVERSATION)
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    return stage
