"""Records around an approval or an escalation."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.approvals.approval import Approval
from domain.conversation.messages import Author
from domain.conversation.ownership import Owner, Status, Suggestion
from domain.conversation.record import ApprovalView, ConversationView, DecisionView, StoredMessage
from domain.conversation.turn import Citation, CustomerContext, Evidence, Fact
from domain.desk.cards import DeskRecord
from domain.specification.organisation import LadderRung, Mode
from domain.specification.people import HumanAgentSpec
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall
from tests.organisation import VERSION

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUND = ProposedAction(server="shop", tool="refund", arguments={"order": "A-1", "amount": 10})
SPECIFICATION = VERSION.specification.model_copy(
    update={
        "people": (HumanAgentSpec(id="p_anna", name="Anna"),),
        "ladder": (LadderRung(after_minutes=60, action="remind"),),
    }
)


def message(seq: int, text: str, author: Author = Author.CUSTOMER, author_id: str | None = None) -> StoredMessage:
    kinds = {Author.CUSTOMER: "customer", Author.AI_AGENT: "reply", Author.HUMAN_AGENT: "human_reply"}
    return StoredMessage.model_validate(
        {
            "conversation_id": "cv_12345678",
            "seq": seq,
            "message_id": f"m{seq}",
            "author": author,
            "author_id": author_id,
            "kind": kinds.get(author, "notice"),
            "text": text,
            "attachments": (),
            "citations": (),
            "channel": "web_chat",
            "draft_id": None,
            "at": NOW + timedelta(minutes=seq),
            "read_at": None,
        }
    )


def conversation(**changes: Any) -> ConversationView:
    usual = {
        "conversation_id": "cv_12345678",
        "organisation": "bikeshop",
        "channel": "web_chat",
        "customer_id": None,
        "spec_hash": "hash",
        "status": Status.AWAITING_APPROVAL,
        "owner": Owner(kind="ai_agent", id="billing"),
        "mode": Mode.DELEGATION,
        "revision": 1,
        "turn": 1,
        "last_seq": 1,
        "answered_seq": 0,
        "escalation_reason": None,
        "snoozed_until": None,
        "resolved_at": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return ConversationView.model_validate({**usual, **changes})


def approval(**changes: Any) -> Approval:
    usual = {
        "approval_id": "ap-1",
        "draft_id": "draft-1",
        "ai_agent": "billing",
        "text": "You get 10 EUR back.",
        "actions": (REFUND,),
        "digest": "d" * 64,
        "revision": 1,
        "rule": "money",
        "reason": "sensitive_topic",
        "roles": ("approver",),
        "requested_at": NOW,
    }
    return Approval.model_validate({**usual, **changes})


def view(state: str = "open", closed_by: str | None = None, **changes: Any) -> ApprovalView:
    return ApprovalView.model_validate(
        {
            "approval": approval(**changes),
            "organisation": "bikeshop",
            "conversation_id": "cv_12345678",
            "state": state,
            "requested_at": NOW,
            "closed_at": None if state == "open" else NOW,
            "closed_by": closed_by,
            "confidence": 0.62,
            "evidence": Evidence(topic="refund"),
            "citations": (Citation(source_id="refunds", title="Refunds", source="https://shop.example/refunds"),),
            "draft_text": "You get 10 EUR back.",
            "suggested": (Suggestion(person="p_anna", reasons=("has the skill refund",)),),
        }
    )


def decision(action: str, **changes: Any) -> DecisionView:
    usual = {
        "decision_id": "d1",
        "approval_id": "ap-1",
        "conversation_id": "cv_12345678",
        "action": action,
        "decided_by": "p_anna",
        "effect": "send",
        "refused": None,
        "reason": "",
        "text": None,
        "decided_at": NOW,
    }
    return DecisionView.model_validate({**usual, **changes})


def of_approval(found: ApprovalView | None = None, **changes: Any) -> DeskRecord:
    usual = {
        "subject": "approval:ap-1",
        "conversation": conversation(),
        "specification": SPECIFICATION,
        "messages": (
            message(1, "Hello"),
            message(2, "Good morning.", Author.AI_AGENT, "billing"),
            message(3, "I want my money"),
            message(4, "back, please"),
        ),
        "context": CustomerContext(
            facts=(Fact(name="plan", value="Pro", source="Salesforce", as_of=NOW),), missing=("Zendesk",)
        ),
        "calls": (RecordedCall(call_key="k", draft_id=None, state="done", action=REFUND, result="", claimed_at=NOW),),
        "approval": found or view(),
    }
    return DeskRecord.model_validate({**usual, **changes})


def of_escalation(**changes: Any) -> DeskRecord:
    waiting = {"status": Status.WITH_HUMAN, "owner": Owner(kind="human_agent"), **changes.pop("conversation", {})}
    usual = {
        "subject": "escalation:cv_12345678:7",
        "conversation": conversation(**waiting),
        "specification": SPECIFICATION,
        "messages": (message(1, "A person, please"),),
        "reason": "asked_for_person",
        "at": NOW,
    }
    return DeskRecord.model_validate({**usual, **changes})
