"""What is read from the store: one model per shape."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from domain.approvals.approval import Approval
from domain.conversation.confidence import Calibration
from domain.conversation.messages import Attachment, Author
from domain.conversation.ownership import Owner, Status
from domain.conversation.turn import Citation, CustomerContext, Draft, Evidence
from domain.delivery.inbound import Address
from domain.model import Frozen
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import ChannelKind, Mode, SpecVersion

MessageKind = Literal["customer", "reply", "clarification", "human_reply", "notice"]
ApprovalState = Literal["open", "approved", "rejected", "stale", "taken_over", "replaced"]


class ConversationView(Frozen):
    """A conversation as it stands; customer messages with a seq above `answered_seq` wait for a reply."""

    conversation_id: str
    organisation: str
    channel: ChannelKind
    customer_id: str | None
    spec_hash: str
    status: Status
    owner: Owner
    mode: Mode
    revision: int
    turn: int
    last_seq: int
    answered_seq: int
    escalation_reason: str | None
    merged_into: str | None = None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From a row of `conversations`."""
        return cls.model_validate({**row, "owner": Owner(kind=row["owner_kind"], id=row["owner_id"])})


class StoredMessage(Frozen):
    """A message of the transcript. `seq` counts from 1 without gaps."""

    conversation_id: str
    seq: int
    message_id: str
    author: Author
    author_id: str | None
    kind: MessageKind
    text: str
    attachments: tuple[Attachment, ...]
    citations: tuple[Citation, ...]
    channel: ChannelKind
    draft_id: str | None
    at: datetime
    read_at: datetime | None


class InternalNote(Frozen):
    """A note, or the instruction of a hand-back; customers never see it."""

    request_id: str
    author_id: str
    text: str
    at: datetime


class RatingView(Frozen):
    """A customer's rating of a conversation."""

    channel: ChannelKind
    score: Literal["good", "bad"]
    comment: str
    at: datetime


class SaidBefore(Frozen):
    """One earlier message."""

    author: Author
    text: str


class DraftBasis(Frozen):
    """What a draft is made from. When it is begun and `draft` is set, an earlier attempt made it.

    `unanswered` are the texts of the customer messages without a reply, `transcript` what was said before and
    between, both oldest first.
    """

    unanswered: tuple[str, ...] = ()
    transcript: tuple[SaidBefore, ...] = ()
    context: CustomerContext | None = None
    greeted: bool = False
    draft: Draft | None = None


class Claim(Frozen):
    """`in_doubt`: an earlier attempt claimed this send and did not finish; look it up before sending again."""

    status: Literal["claimed", "refused", "in_doubt", "delivered"]
    text: str = ""
    at: datetime
    address: Address = {}
    opted_out: bool = Field(False, description="The customer wants no messages on this channel.")


class ApprovalView(Frozen):
    """An approval with what its decider must see. `closed_by` is a person, or `system` when it became stale."""

    approval: Approval
    organisation: str
    conversation_id: str
    state: ApprovalState
    requested_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    confidence: float | None
    evidence: Evidence
    citations: tuple[Citation, ...]
    draft_text: str = Field(description="What the AI agent wrote, before any edit.")


class DecisionView(Frozen):
    """A person's decision on an approval and what came of it; `refused` says why nothing did."""

    decision_id: str
    approval_id: str
    conversation_id: str
    action: str
    decided_by: str
    effect: str
    refused: str | None
    reason: str
    text: str | None
    decided_at: datetime


class PublishedSpec(Frozen):
    """A spec version with what was fitted on it."""

    version: SpecVersion
    topic_model: bytes
    calibration: Calibration
    labelled: tuple[LabelledMessage, ...] = ()


class SpecSummary(Frozen):
    content_hash: str
    published_by: str
    published_at: datetime
    active: bool


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


class AuditEvent(Frozen):
    """Something that happened; `data` has references and numbers, no personal data."""

    event_id: int
    organisation: str
    conversation_id: str | None
    kind: str
    actor: str
    data: dict[str, Any]
    at: datetime


class Notification(Frozen):
    """A conversation changed, in this way. `resync` concerns all conversations: read everything again."""

    kind: Literal["message", "status", "owner", "approval", "read", "inbox", "resync"]
    conversation_id: str | None = None
