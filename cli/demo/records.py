"""What the demo knows when the stories are over: what was played, and what the platform recorded."""

from datetime import datetime

from domain.conversation import Author, Frozen
from gateway.chat.frames import Pushed
from storage.records import TurnView
from storage.views import ApprovalView, AuditEvent, ConversationView, DecisionView, MessageKind, StoredMessage


class Sent(Frozen):
    """A message that a customer's client says it has sent, maybe several times."""

    message_id: str
    text: str


class Heard(Frozen):
    """A message of the transcript as it came over the WebSocket."""

    seq: int
    message_id: str
    author: Author
    kind: MessageKind
    text: str
    at: datetime

    @classmethod
    def of(cls, pushed: Pushed, at: datetime) -> "Heard":
        return cls(
            seq=pushed.seq, message_id=pushed.id, author=pushed.author, kind=pushed.kind, text=pushed.text, at=at
        )


class Exchange(Frozen):
    """From the customer's message to the AI agent's reply, as the customer's client saw it."""

    sent_at: datetime
    answered_at: datetime

    @property
    def response_ms(self) -> float:
        return (self.answered_at - self.sent_at).total_seconds() * 1000


class Takeover(Frozen):
    """From a takeover that was acknowledged to the request to hand back; None: never handed back."""

    acknowledged_at: datetime
    handed_back_at: datetime | None = None


class LateDecision(Frozen):
    """A decision that came second: how it was answered, and by whom the approval had been decided."""

    approval_id: str
    by: str
    http_status: int
    decided_by: str | None


class Played(Frozen):
    """One story as the customer and the staff lived it. `failure`: why it could not be played to its end."""

    title: str
    customer: str
    conversation_id: str
    sent: tuple[Sent, ...] = ()
    heard: tuple[Heard, ...] = ()
    bursts: tuple[tuple[str, ...], ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    late_decisions: tuple[LateDecision, ...] = ()
    failure: str | None = None


class WorkflowRecord(Frozen):
    """The conversation's workflow, from Temporal's history of it."""

    workflow_id: str
    run_id: str = ""
    running: bool = False
    history_events: int = 0
    pending_activities: int = 0
    failed_tasks: int = 0


class Recorded(Frozen):
    """What PostgreSQL and Temporal say of one conversation; `conversation` is None where nothing was recorded."""

    workflow: WorkflowRecord
    conversation: ConversationView | None = None
    messages: tuple[StoredMessage, ...] = ()
    turns: tuple[TurnView, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    audit: tuple[AuditEvent, ...] = ()


class Conversation(Frozen):
    """Both sides of one conversation."""

    played: Played
    recorded: Recorded


class Fault(Frozen):
    """A part that was killed while `in_flight` customers waited for a reply; `back_at` None: it did not come back."""

    part: str
    at: datetime
    in_flight: int
    back_at: datetime | None = None
