"""After a restore from backups: what a workflow and the record know of one conversation, and what is safe to do.

The two backups are minutes apart, and what happened after the later one is in neither. So a conversation goes on by
itself only where nothing is known to be missing; a person looks at every other one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from domain.conversation.groups import LastCustomerMessage
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Position, Status
from domain.conversation.record import ConversationView
from domain.conversation.requests import AnyRequest, ReportFailure, SendHumanReply, StartConversation, human_reply_key
from domain.conversation.turn import Reason
from domain.model import Frozen

TURNS_SKIPPED = 1_000
"""More turns than any conversation can have had in the time that was lost."""
MAX_QUOTED_CHARACTERS = 500
LOOK_FIRST = (
    "Holdfast was restored from backups. What happened after them is not known here: look at the customer's channel"
    " before you decide or answer. Nothing is sent again by itself."
)


class SentMessage(Frozen):
    """What left by the workflow's word; `text` is None where only the record had it."""

    message_key: str
    at: datetime
    text: str | None = None


class WorkflowFacts(Frozen):
    """What Temporal has of a running conversation, from the history of its present run.

    `status` and `owner_kind` are its search attributes. `messages`, `requests` and `sent` are all that this run knows;
    `under_way` are activities that had not ended, and signals that had not been worked on.
    """

    start: StartConversation
    run_id: str
    revision: int
    turn: int
    status: str | None
    owner_kind: str | None
    approval_id: str | None
    messages: tuple[CustomerMessage, ...] = ()
    requests: tuple[AnyRequest, ...] = ()
    sent: tuple[SentMessage, ...] = ()
    under_way: tuple[str, ...] = ()


class StoredFacts(Frozen):
    """What PostgreSQL has of a conversation. `claimed`: sends and uses of tools that were begun and not recorded."""

    conversation: ConversationView
    unanswered: int
    message_ids: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()
    claimed: tuple[str, ...] = ()
    requests: frozenset[str] = frozenset()
    approval_id: str | None = None
    mode_was_set: bool = False
    latest: LastCustomerMessage = LastCustomerMessage()

    def lifecycle(self) -> Lifecycle:
        """Without its approval: a restored conversation that has one is given to a person, or left alone."""
        row = self.conversation
        return Lifecycle(owner=row.owner, status=row.status, revision=row.revision)


class Missing(Frozen):
    """What the workflow knows and the record does not."""

    messages: tuple[CustomerMessage, ...] = ()
    requests: tuple[AnyRequest, ...] = ()
    sent: tuple[SentMessage, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.messages or self.requests or self.sent)


class Verdict(StrEnum):
    """What becomes of a conversation.

    `agrees`: both say the same and nothing is under way, so it goes on as it is. `goes_on`: the record is newer and
    complete, so the workflow begins anew from it. `closed`: the record says that it is resolved, so an older workflow
    ends. `person`: a person has to look at it.
    """

    AGREES = "agrees"
    GOES_ON = "goes_on"
    CLOSED = "closed"
    PERSON = "person"


def missing(workflow: WorkflowFacts | None, stored: StoredFacts | None) -> Missing:
    """Where the record knows nothing at all, everything is missing."""
    if workflow is None:
        return Missing()
    if stored is None:
        return Missing(messages=workflow.messages, requests=workflow.requests, sent=workflow.sent)
    return Missing(
        messages=tuple(one for one in workflow.messages if one.message_id not in stored.message_ids),
        requests=tuple(one for one in workflow.requests if not _is_recorded(one, stored)),
        sent=tuple(one for one in workflow.sent if one.message_key not in stored.delivered),
    )


def _is_recorded(request: AnyRequest, stored: StoredFacts) -> bool:
    if isinstance(request, SendHumanReply):
        return human_reply_key(stored.conversation.conversation_id, request.request_id) in stored.delivered
    # A reported failure leaves no id behind; what came of it, an escalation, is compared with the rest.
    return isinstance(request, ReportFailure) or request.request_id in stored.requests


def judge_restored(workflow: WorkflowFacts | None, stored: StoredFacts | None) -> Verdict:
    """What is safe for one conversation that either side knows. Whatever is in doubt is for a person."""
    if stored is None or stored.claimed or missing(workflow, stored):
        return Verdict.PERSON
    if workflow is not None and _agree(workflow, stored):
        return Verdict.AGREES
    row = stored.conversation
    if workflow is not None and (workflow.revision > row.revision or workflow.turn > row.turn):
        return Verdict.PERSON
    if row.status is Status.RESOLVED and not stored.unanswered:
        return Verdict.CLOSED
    answered = row.status is Status.OPEN and not stored.unanswered
    return Verdict.GOES_ON if answered or row.status is Status.WITH_HUMAN else Verdict.PERSON


def _agree(workflow: WorkflowFacts, stored: StoredFacts) -> bool:
    row = stored.conversation
    waits = row.status in {Status.OPEN, Status.SNOOZED} and row.owner.kind == "ai_agent" and stored.unanswered
    return (
        not workflow.under_way
        and not waits
        and (workflow.revision, workflow.turn) == (row.revision, row.turn)
        and (workflow.status, workflow.owner_kind) == (row.status.value, row.owner.kind)
        and (stored.approval_id is None or workflow.approval_id == stored.approval_id)
    )


def position_with_person(workflow: WorkflowFacts | None, stored: StoredFacts | None) -> Position:
    """Where a conversation stands that is given to a person: whoever owned it by the record keeps it.

    The revision is above both, so nothing that either side had drafted can leave.
    """
    before = stored.lifecycle() if stored else Lifecycle()
    known = max(before.revision, workflow.revision if workflow else 0)
    moved_on = before.model_copy(update={"revision": known}).move_on()
    after = moved_on.escalate(Reason.RESTORED.value) if moved_on.owned_by_ai else moved_on.wake()
    return after.position


def note_for_person(workflow: WorkflowFacts | None, stored: StoredFacts | None) -> str:
    """What a person has to know of a restored conversation before they answer."""
    return "\n".join(_note(workflow, stored))


def _note(workflow: WorkflowFacts | None, stored: StoredFacts | None) -> Iterator[str]:
    yield LOOK_FIRST
    if stored is None:
        yield "The record of this conversation was lost; only Temporal had something of it."
    if workflow is None:
        yield "Temporal had lost this conversation; what you see is the record."
    lost = missing(workflow, stored)
    if lost.messages:
        yield f"{len(lost.messages)} message(s) of the customer were missing in the record and were added to it."
    for sent in lost.sent:
        yield f"Sent {sent.at:%Y-%m-%d %H:%M} UTC and missing in the record: {_quoted(sent.text)}"
    for request in lost.requests:
        yield f"Asked by {request.by.id} and not in the record: {request.kind.replace('_', ' ')}{_detail(request)}."
    if stored and stored.claimed:
        yield f"May have left, nobody knows: {', '.join(stored.claimed)}."
    if workflow and workflow.under_way:
        yield f"Was under way: {', '.join(workflow.under_way)}."


def _quoted(text: str | None) -> str:
    return "a text that only the lost record had." if text is None else f"“{text[:MAX_QUOTED_CHARACTERS]}”"


def _detail(request: AnyRequest) -> str:
    """What cannot be asked for again without its words."""
    return f" {_quoted(request.text)}" if isinstance(request, SendHumanReply) else ""


class Finding(Frozen):
    """One conversation that either side knows, and what becomes of it."""

    conversation_id: str
    verdict: Verdict
    workflow: WorkflowFacts | None = None
    stored: StoredFacts | None = None

    @property
    def start(self) -> StartConversation:
        """With what its workflow begins. Raises ValueError when neither side knows it."""
        if self.workflow:
            return self.workflow.start
        if self.stored is None:
            raise ValueError("nobody knows this conversation")
        row = self.stored.conversation
        return StartConversation(
            organisation=row.organisation,
            conversation_id=row.conversation_id,
            channel=row.channel,
            customer_id=row.customer_id,
        )


def count(findings: Sequence[Finding]) -> dict[Verdict, int]:
    """How many of each verdict."""
    return {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
