"""Both sides of a conversation, as they are judged: what customers and staff saw, and what the platform recorded."""

from datetime import datetime
from typing import Literal

from domain.conversation.messages import Author
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
from domain.model import Frozen
from domain.specification.organisation import ChannelKind


class Heard(Frozen):
    """A message of the transcript as it reached the customer: over the WebSocket, or where their vendor shows it."""

    seq: int
    message_id: str
    author: Author
    kind: MessageKind
    text: str
    at: datetime


class Sent(Frozen):
    """A message that a customer has sent, maybe several times.

    A vendor gives its own `message_id`, and may put a subject before the text; a customer writes no text twice.
    """

    message_id: str | None
    text: str

    def is_in(self, said: Heard | StoredMessage) -> bool:
        if self.message_id is not None:
            return (said.message_id, said.text) == (self.message_id, self.text)
        return said.author is Author.CUSTOMER and said.text.split("\n\n")[-1] == self.text


class Posted(Frozen):
    """A message of the organisation as the customer's vendor has it.

    `id` is empty where lines are spoken. `part_of` is the id of the first part of a long one. `threads` says whether
    the customer's program shows it below what it answers.
    """

    channel: ChannelKind
    id: str
    text: str
    part_of: str | None = None
    threads: bool = True


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


class Travelled(Frozen):
    """The way of a journey as it was to be gone: its steps, and the words of those that say something by the letter."""

    journey: str
    steps: tuple[str, ...]
    said: tuple[str, ...]


class Played(Frozen):
    """A conversation as the customer and the staff saw it. `failure`: why it could not be played to its end.

    Of vendors' channels: `threads` are the conversations to which each was found to belong, `posted` what the vendor
    has, `repeated` how often a caller asked to hear something again, `by_colleagues` what was answered in the vendor's
    own interface, `stopped_at` when the customer wanted no more messages. `travelled`: of whoever was on a journey.
    """

    title: str
    customer: str
    conversation_id: str
    sent: tuple[Sent, ...] = ()
    heard: tuple[Heard, ...] = ()
    bursts: tuple[tuple[str, ...], ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    late_decisions: tuple[LateDecision, ...] = ()
    threads: dict[ChannelKind, str] = {}
    posted: tuple[Posted, ...] = ()
    repeated: int = 0
    by_colleagues: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    travelled: Travelled | None = None
    failure: str | None = None


class WorkflowRecord(Frozen):
    """The conversation's workflow, from Temporal's history of it."""

    workflow_id: str
    run_id: str = ""
    running: bool = False
    history_events: int = 0
    pending_activities: int = 0
    failed_tasks: int = 0


class ClaimedSend(Frozen):
    """A message that was claimed to be sent, and how far it came: claimed, delivered or withdrawn."""

    message_key: str
    state: Literal["claimed", "delivered", "withdrawn"]
    text: str


class JourneyStepRecord(Frozen):
    """A step each time that it began; without an outcome it is under way."""

    step: str
    visit: int
    kind: str
    owner: str
    began_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None


class JourneyRecord(Frozen):
    """A journey of the customer, with its steps in the order in which they began."""

    journey: str
    state: str
    steps: tuple[JourneyStepRecord, ...] = ()


class Recorded(Frozen):
    """What PostgreSQL and Temporal say of one conversation; `conversation` is None where nothing was recorded."""

    workflow: WorkflowRecord
    conversation: ConversationView | None = None
    messages: tuple[StoredMessage, ...] = ()
    turns: tuple[TurnView, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    audit: tuple[AuditEvent, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    claims: tuple[ClaimedSend, ...] = ()
    journeys: tuple[JourneyRecord, ...] = ()


class Conversation(Frozen):
    """Both sides of one conversation."""

    played: Played
    recorded: Recorded


class Fault(Frozen):
    """A part that was killed, or a vendor that was out, while `in_flight` customers waited for a reply.

    `back_at` None: it did not come back.
    """

    part: str
    at: datetime
    in_flight: int
    back_at: datetime | None = None


def words(text: str) -> list[str]:
    """What stays the same of a text that is spoken."""
    return text.split()
