"""The record of a conversation: one model for each shape in which it is read and judged."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from domain.approvals.approval import Approval
from domain.approvals.person_wait import PersonWait
from domain.conversation.messages import Attachment, Author
from domain.conversation.ownership import Owner, Status, Suggestion, Via
from domain.conversation.turn import Citation, CustomerContext, DecisionRecord, Draft, Evidence
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, Mode

MessageKind = Literal["customer", "reply", "clarification", "human_reply", "notice"]
ApprovalState = Literal["open", "approved", "rejected", "stale", "taken_over", "replaced", "revoked"]


class ConversationView(Frozen):
    """A conversation as it stands; customer messages with a seq above `answered_seq` wait for a reply.

    `erased_at`: what was said until then, and who said it, is gone for good.
    """

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
    suggested: tuple[Suggestion, ...] = Field((), description="While it waits for people: who fits best, and why.")
    waits_for_person: PersonWait | None = Field(
        None, description="Since a rung of the queue's ladder was taken: who is asked to look."
    )
    snoozed_until: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None

    @property
    def is_erased(self) -> bool:
        """And nothing was said since."""
        return self.erased_at is not None and self.status is Status.RESOLVED

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
    chosen_because: str = Field("", description="Why this AI agent wrote it.")
    suggested: tuple[Suggestion, ...] = Field((), description="Who of those who may decide fits best, and why.")

    def without_suggesting(self, people: Collection[str]) -> Self:
        return self.model_copy(update={"suggested": tuple(one for one in self.suggested if one.person not in people)})


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
    via: Via | None = Field(None, description="How the person came; null for decisions from before it was recorded.")


class RefusedAttempt(Frozen):
    """What a person asked, and was refused before it was passed on. `refused` says why.

    It is about `subject_id`: a conversation, or a guarded call.
    """

    organisation: str
    subject_id: str
    person_id: str
    request_id: str
    action: str
    via: Via
    refused: str
    approval_id: str | None = None


class AuditEvent(Frozen):
    """Something that happened; `data` has references and numbers, no personal data."""

    event_id: int
    organisation: str
    conversation_id: str | None
    kind: str
    actor: str
    data: dict[str, Any]
    at: datetime


class TurnView(Frozen):
    """A draft, what was known of the customer, and what was decided; no record: overtaken, or a suggestion."""

    draft_id: str
    turn: int
    revision: int
    ai_agent: str
    suggestion: bool
    draft: Draft
    confidence: float | None
    record: DecisionRecord | None
    context: CustomerContext | None = None
    created_at: datetime


class Receipt(Frozen):
    """A message that a channel took, under the id that its vendor gave it."""

    message_key: str
    channel: ChannelKind
    provider_message_id: str
