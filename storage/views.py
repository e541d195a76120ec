"""What is read from the store: one model per shape."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.conversation.confidence import Calibration
from domain.conversation.messages import Attachment, Author
from domain.conversation.record import ApprovalState as ApprovalState
from domain.conversation.record import ApprovalView as ApprovalView
from domain.conversation.record import AuditEvent as AuditEvent
from domain.conversation.record import ConversationView as ConversationView
from domain.conversation.record import DecisionView as DecisionView
from domain.conversation.record import MessageKind as MessageKind
from domain.conversation.record import StoredMessage as StoredMessage
from domain.conversation.turn import CustomerContext, Draft
from domain.delivery.inbound import Address
from domain.model import Frozen
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import ChannelKind, SpecVersion


class InternalNote(Frozen):
    """A note, or the instruction of a hand-back; customers never see it."""

    request_id: str
    author_id: str
    text: str
    at: datetime
    mentions: tuple[str, ...] = ()


class RatingView(Frozen):
    """A customer's rating of a conversation."""

    channel: ChannelKind
    score: Literal["good", "bad"]
    comment: str
    at: datetime


class EarlierMessage(Frozen):
    """One earlier message."""

    author: Author
    text: str


class DraftBasis(Frozen):
    """What a draft is made from. When it is begun and `draft` is set, an earlier attempt made it.

    `unanswered` are the texts of the customer messages without a reply, `transcript` what was said before and
    between, both oldest first. `greeted`: an AI agent has said something; `ai_replied`: a draft of one was sent.
    `promise_overdue`: something that a journey promised. `newest` is the version to which the conversation may move.
    """

    unanswered: tuple[str, ...] = ()
    transcript: tuple[EarlierMessage, ...] = ()
    context: CustomerContext | None = None
    greeted: bool = False
    ai_replied: bool = False
    promise_overdue: bool = False
    draft: Draft | None = None
    newest: str | None = None


class RecordedQuestion(DraftBasis):
    """What the draft of a turn that is over was made from. `ai_agent`: who had answered before."""

    instruction: str = ""
    ai_agent: str | None = None


class Claim(Frozen):
    """`in_doubt`: an earlier attempt claimed this send and did not finish; look it up before sending again."""

    status: Literal["claimed", "refused", "stopped", "in_doubt", "delivered"]
    text: str = ""
    at: datetime
    address: Address = {}
    opted_out: bool = Field(False, description="The customer wants no messages on this channel.")


class PublishedSpec(Frozen):
    """A spec version with what was fitted on it."""

    version: SpecVersion
    topic_model: bytes
    calibration: Calibration
    labelled: tuple[LabelledMessage, ...] = ()


class SpecSummary(Frozen):
    """The active version, and who made it so when."""

    content_hash: str
    published_by: str
    published_at: datetime


class Customer(Frozen):
    """How a customer is found in a CRM; `verified` means that the reference was proven, not merely claimed."""

    customer_id: str
    organisation: str
    contact_id: str | None
    email: str | None
    phone: str | None
    verified: bool


class ImportCounts(Frozen):
    accounts: int
    contacts: int


class StoredAttachment(Frozen):
    attachment: Attachment
    content: bytes


class KeyOwner(Frozen):
    """Whom an API key belongs to."""

    organisation: str
    person_id: str
    roles: tuple[str, ...]


class KeyView(KeyOwner):
    """A key that is valid; the key itself is not kept."""

    created_at: datetime


class Notification(Frozen):
    """A conversation changed, in this way. `resync` concerns all conversations: read everything again.

    What concerns people carries its organisation. `people`: whom it concerns, everybody when it is empty. `until`: how
    long a person is where `state` says. `sending`: the switch of an organisation was turned. `guarded_call`: a call
    that people approve has changed.
    """

    kind: Literal[
        "message",
        "status",
        "owner",
        "approval",
        "read",
        "inbox",
        "resync",
        "note",
        "presence",
        "typing",
        "room",
        "sending",
        "guarded_call",
    ]
    conversation_id: str | None = None
    organisation: str | None = None
    call_id: str | None = None
    room_id: str | None = None
    person_id: str | None = None
    people: tuple[str, ...] = ()
    state: str | None = None
    until: datetime | None = None
