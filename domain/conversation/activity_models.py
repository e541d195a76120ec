"""Activity inputs and results of a conversation: one of each for every activity.

Texts travel once: an activity that needs an earlier text names it (`draft_id`, `context_id`) and reads it from the
store.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.approvals.approval import Approval
from domain.approvals.person_wait import PersonWait
from domain.conversation.messages import AttachmentIds, Author, CustomerMessage
from domain.conversation.ownership import Owner, Position, Status, Suggestion, Via
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, StartConversation
from domain.conversation.turn import DecisionRecord, Draft, Usage
from domain.journeys.work import DraftedWork
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, LadderRung, Mode, Probability


class FetchedContext(Frozen):
    """Where the context lies and how complete it is; the facts themselves stay in the store."""

    context_id: str
    fetched_at: datetime
    facts: int
    matches: int
    missing: tuple[str, ...] = ()


class ContextSubject(Frozen):
    """Who wrote last, as far as the channel knows."""

    customer_id: str | None
    channel: ChannelKind | None


class OpenConversationInput(Frozen):
    """`context_of`: for whom the customer context is fetched as well, where our own store has all of it."""

    start: StartConversation
    context_of: ContextSubject | None = None


class OpenedConversation(Frozen):
    """What is known of the conversation: fresh numbers, or those it had when its last run ended.

    `context`: None where it was not asked for, or a vendor has to be. `merged_into`: the conversation in which it goes
    on, where it was merged.
    """

    spec_hash: str
    policy: Policy
    revision: int = 0
    turn: int = 0
    owner: Owner
    mode: Mode
    status: Status = Status.OPEN
    context: FetchedContext | None = None
    merged_into: str | None = None


class FetchCustomerContextInput(Frozen):
    """`sources` are the CRM and, where there is one, the help desk."""

    organisation: str
    spec_hash: str
    sources: tuple[str, ...]
    conversation_id: str
    customer_id: str | None
    channel: ChannelKind | None = None


class Mandate(Frozen):
    """What may be carried out by whoever drafts, at once: what needs the store only.

    The store refuses it once the conversation has moved past the revision of the draft. `mode`: the one that a person
    has set. `notice`: what the customer is told when the draft waits for approval. `journeys`: workflows of those that
    the customer is on.
    """

    channel: ChannelKind
    owner: Owner
    exchanges: int
    clarifications: int
    mode: Mode | None = None
    not_before: datetime | None = None
    notice: str = ""
    journeys: tuple[str, ...] = ()


class GenerateReplyInput(Frozen):
    """`messages` are those that are not recorded yet; the reply answers every unanswered one.

    Without a `mandate` the draft is only returned. `work`: a journey asks for the draft, whatever was written.
    """

    organisation: str
    conversation_id: str
    spec_hash: str
    revision: int
    turn: int
    draft_id: str
    messages: tuple[CustomerMessage, ...] = ()
    ai_agent: str | None = None
    context_id: str | None = None
    missing_sources: tuple[str, ...] = ()
    instruction: str = ""
    suggestion: bool = False
    channel: ChannelKind | None = Field(None, description="By which the reply would leave.")
    understands: tuple[str, ...] = Field((), description="Fields of evidence that the deciding workflow knows.")
    mandate: Mandate | None = None
    work: DraftedWork | None = None


class CarriedOut(Frozen):
    """What was done with a draft at once. `summary` is for people, `text` is what was sent.

    `refused`: the conversation had moved on, so nothing was done.
    """

    summary: str
    outcome: Literal["sent", "asked_back", "asked_approval", "refused"]
    ai_agent: str
    text: str = ""
    topic: str | None = None
    approval: Approval | None = None


class NewerVersion(Frozen):
    """A specification that was published since, and that conversations which are open move to."""

    spec_hash: str
    policy: Policy


class GeneratedReply(Frozen):
    """The draft, unless it was carried out already.

    Neither means that there was nothing to answer: every message had been recorded and answered before.
    """

    draft: Draft | None = None
    carried_out: CarriedOut | None = None
    newer: NewerVersion | None = None


class ScoreConfidenceInput(Frozen):
    """`work`: what a journey wanted the draft for."""

    organisation: str
    conversation_id: str
    spec_hash: str
    draft_id: str
    work: DraftedWork | None = None


class ScoredConfidence(Frozen):
    """The verdict of the validator model: the probability that the draft is right; None where nothing is to check."""

    supported: Probability | None
    usage: Usage


class ApprovalClosure(Frozen):
    """The decision that lets a draft go, recorded in the same transaction as the claim of its delivery.

    `after`: where the conversation stands once the approval is closed; None from workers of the version before.
    """

    approval: Approval
    decision: DecideApproval
    after: Position | None = None


class DeliverMessageInput(Frozen):
    """A message on its way to the customer.

    `message_key` is the idempotency key. With `expected_revision` the claim is refused when the conversation has
    moved on. The text is that of the draft unless `text` is given. `sent_as`: it has left already, under this id of the
    provider, and only is recorded.
    """

    organisation: str
    conversation_id: str
    message_key: str
    channel: ChannelKind
    author: Author
    author_id: str
    kind: Literal["reply", "clarification", "human_reply", "notice"]
    draft_id: str | None = None
    text: str | None = None
    expected_revision: int | None = None
    not_before: datetime | None = None
    record: DecisionRecord | None = None
    closure: ApprovalClosure | None = None
    sent_as: str | None = None
    via: Via | None = None
    attachment_ids: AttachmentIds = ()


class DeliveredMessage(Frozen):
    """`refused`: the conversation had moved on or changed hands when the send was to be claimed; nothing left.

    `stopped`: nothing left either, because automatic sending is stopped; it may leave later, under the same key.
    """

    status: Literal["delivered", "refused", "stopped"]
    at: datetime


class RequestApprovalInput(Frozen):
    """`after`: where the conversation stands while the draft waits; None from workers of the version before.

    `spec_hash`: of the organisation whose people are suggested; without it nobody is. `suggested` is found when it is
    kept.
    """

    organisation: str
    conversation_id: str
    channel: ChannelKind
    approval: Approval
    after: Position | None = None
    record: DecisionRecord | None = None
    notice: str = ""
    spec_hash: str | None = None
    suggested: tuple[Suggestion, ...] = ()


class EscalateConversationInput(Frozen):
    """Ownership moves to the human queue at `revision`; `notice` tells the customer, once.

    `after`: where the conversation stands then; None from workers of the version before. `spec_hash`: of the
    organisation whose people are suggested; without it nobody is. `suggested` is found when it is kept.
    """

    organisation: str
    conversation_id: str
    channel: ChannelKind
    revision: int
    escalation_key: str
    reason: str
    record: DecisionRecord | None = None
    draft_id: str | None = None
    messages: tuple[CustomerMessage, ...] = ()
    notice: str = ""
    after: Position | None = None
    spec_hash: str | None = None
    suggested: tuple[Suggestion, ...] = ()


class RecordMessagesInput(Frozen):
    """`answered`: nobody owes the messages a reply, because a journey had asked for them."""

    organisation: str
    conversation_id: str
    revision: int
    messages: tuple[CustomerMessage, ...]
    answered: bool = False


class RecordedMessages(Frozen):
    """How many of the messages were new. `last_reply`: the draft that reached the customer last."""

    recorded: int
    last_reply: str | None = None


class ChangeOwnershipInput(Frozen):
    """Takeover and hand-back. Committed here means acknowledged: no older draft is delivered afterwards."""

    organisation: str
    conversation_id: str
    revision: int
    owner: Owner
    status: Status
    request_id: str
    by: str
    note: str = ""
    messages: tuple[CustomerMessage, ...] = ()
    via: Via | None = None


class OwnershipChanged(Frozen):
    """`unanswered`: customer messages since the last reply.

    `repeated`: the same request changed the owner at a lower revision, `at` that time; nothing has changed now, and no
    message was recorded.
    """

    unanswered: int
    at: datetime
    repeated: bool = False


StatusEvent = Literal["snoozed", "woken", "resolved", "reopened", "mode_changed", "delivery_failed", "parked"]


class ChangeStatusInput(Frozen):
    """Snooze, resolve, reopen, a change of mode: everything that moves neither messages nor owners.

    An open approval of a lower revision is stale afterwards.
    """

    organisation: str
    conversation_id: str
    request_id: str
    event: StatusEvent
    revision: int
    status: Status
    mode: Mode
    by: str
    note: str = ""
    until: datetime | None = None
    via: Via | None = None


class StatusChanged(Frozen):
    """Where the conversation stands afterwards. `repeated`: it was asked long ago, and nothing has changed now."""

    repeated: bool
    position: Position
    mode: Mode
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None


class RecordDecisionInput(Frozen):
    """A decision that sends nothing: refused, rejected, reassigned, snoozed, or the first of several approvals.

    `approval` is the approval as it stands afterwards; None leaves it alone. `replaces` is the approval that it
    takes the place of, after an edit under several approvers, or one that was called back. `after`: where the
    conversation stands afterwards; None where that does not change, and from workers of the version before.
    """

    organisation: str
    conversation_id: str
    decision: DecideApproval
    effect: str
    refused: str | None = None
    approval: Approval | None = None
    replaces: str | None = None
    after: Position | None = None


class ReadChannelInput(Frozen):
    """One reader of one organisation; where it stopped stands in the store."""

    organisation: str
    channel: ChannelKind


class ChannelRead(Frozen):
    """How many events were new. `taken_out`: the active version does not name the channel any more."""

    events: int
    taken_out: bool = False


class SynchroniseKnowledgeInput(Frozen):
    """One source of one organisation; the active version says how its articles are used."""

    organisation: str
    source: str


class FetchedKnowledge(Frozen):
    """How many articles the source listed: those that had changed, or all that it has."""

    articles: int
    everything: bool


class PublishedKnowledge(Frozen):
    """The active version afterwards, and how many of its articles come from sources."""

    spec_hash: str
    sourced: int
    changed: bool


class ReviewTrustInput(Frozen):
    """The AI agents of one organisation's active version."""

    organisation: str


class ReviewedTrust(Frozen):
    """How many AI agents earn trust, which of them moved down now, and which may move up if a person agrees."""

    reviewed: int
    moved_down: tuple[str, ...] = ()
    may_move_up: tuple[str, ...] = ()


class ClimbLadderInput(Frozen):
    """A reminder, widening or moving up of an approval that still waits."""

    organisation: str
    conversation_id: str
    approval: Approval
    step: LadderRung


class ClimbQueueLadderInput(Frozen):
    """The customer still waits for a person: somebody is reminded, or more or other people are asked to look."""

    organisation: str
    conversation_id: str
    wait: PersonWait
    step: LadderRung
