"""Why a message left: everything that it rests on, read from the record and put together. Pure functions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import Field

from domain.approvals.approval import VETO_WINDOW
from domain.conversation.activity_models import ScoredConfidence
from domain.conversation.confidence import Calibration, Loss, losses
from domain.conversation.messages import Author
from domain.conversation.ownership import Via
from domain.conversation.record import ApprovalState, AuditEvent, DecisionView, StoredMessage
from domain.conversation.requests import human_reply_key, workflow_id
from domain.conversation.turn import CustomerContext, DecisionRecord, Draft, LookedUp, Outcome, Usage
from domain.journeys.progress import ActiveStep
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from domain.tools.calls import RecordedCall

MOST_ATTEMPTS = 20


class Change(Frozen):
    """A stretch of two texts: in both, only in the first, or only in the second."""

    op: Literal["same", "removed", "added"]
    text: str


class RecordedDraft(Frozen):
    """A row of the decision record, as it is kept."""

    draft_id: str
    turn: int
    revision: int
    ai_agent: str
    suggestion: bool
    draft: Draft
    retrieved: tuple[LookedUp, ...] = ()
    context: CustomerContext | None = None
    fetched_at: datetime | None = None
    instruction: str = ""
    verdict: ScoredConfidence | None = None
    confidence: float | None = None
    record: DecisionRecord | None = None
    spec_hash: str
    created_at: datetime
    decided_at: datetime | None = None


class RecordedApproval(Frozen):
    """An approval of one of the drafts."""

    approval_id: str
    draft_id: str
    state: ApprovalState
    rule: str
    reason: str
    text: str
    who: str = Field(description="Who might decide.")
    requested_at: datetime
    closed_at: datetime | None
    closed_by: str | None


class RecordedDelivery(Frozen):
    """The claim under which a message left."""

    message_key: str
    state: str
    revision: int
    answers_seq: int
    channel: ChannelKind
    claimed_at: datetime
    delivered_at: datetime | None
    provider_message_id: str | None
    report: str | None
    report_code: str | None


class RecordedStep(Frozen):
    """A step of a journey of the conversation."""

    journey: str
    run_id: str
    workflow_id: str
    step: str
    visit: int
    kind: str
    owner: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str | None


class RecordedVersion(Frozen):
    """The version that a draft was decided by."""

    content_hash: str
    published_by: str
    published_at: datetime
    calibration: Calibration


class MessageRecord(Frozen):
    """Everything in the record that concerns one message. `drafts`: the oldest first."""

    message: StoredMessage
    spec_hash: str
    erased: bool
    answers: tuple[StoredMessage, ...] = ()
    delivery: RecordedDelivery | None = None
    drafts: tuple[RecordedDraft, ...] = ()
    approvals: tuple[RecordedApproval, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    tool_calls: tuple[RecordedCall, ...] = ()
    steps: tuple[RecordedStep, ...] = ()
    events: tuple[AuditEvent, ...] = ()
    versions: tuple[RecordedVersion, ...] = ()


class ExplainedDraft(Frozen):
    """A draft with what it was made from, how sure it was, and what became of it."""

    recorded: RecordedDraft
    became: Literal["sent", "edited", "rejected", "overtaken", "escalated", "suggested", "not_sent"]
    changes: tuple[Change, ...] = Field((), description="From the draft to what was sent, where they differ.")
    chosen_because: str = ""
    lowered_by: tuple[Loss, ...] = ()
    usage: tuple[Usage, ...] = Field(description="Of the writer, then of the validator where it was asked.")


class ExplainedDecision(Frozen):
    """A person's decision, with how they came. `via` is not known of decisions of earlier versions."""

    decision: DecisionView
    via: Via | None = None


class ExplainedApproval(Frozen):
    """An approval with everything that was decided about it."""

    approval: RecordedApproval
    decisions: tuple[ExplainedDecision, ...]


class ExplainedRequest(Frozen):
    """Which request of a person a message carried out."""

    request_id: str
    by: str
    via: Via | None = None


class Explanation(Frozen):
    """One message, complete. `why` says in a sentence what let it leave.

    `erased`: what was said is gone for good; ids, instants, figures and outcomes are as they were.
    """

    message: StoredMessage
    why: str
    erased: bool
    answers: tuple[StoredMessage, ...]
    drafts: tuple[ExplainedDraft, ...]
    approvals: tuple[ExplainedApproval, ...]
    tool_calls: tuple[RecordedCall, ...]
    request: ExplainedRequest | None
    step: RecordedStep | None
    delivery: RecordedDelivery | None
    events: tuple[AuditEvent, ...] = Field(description="Of its delivery: claims, refusals, when it left.")
    specification: RecordedVersion | None
    spec_hash: str
    workflow_id: str
    workflow_path: str = Field(description="Its page in the Temporal UI, below the address of that.")


def explain(found: MessageRecord, namespace: str) -> Explanation:
    """Put the record of a message together."""
    message, version = found.message, _version(found)
    workflow = workflow_id(message.conversation_id)
    return Explanation(
        message=message,
        why=why_it_left(found),
        erased=found.erased,
        answers=found.answers,
        drafts=tuple(_explained(one, found) for one in found.drafts),
        approvals=tuple(_approval(one, found) for one in found.approvals),
        tool_calls=found.tool_calls,
        request=_request(found),
        step=step_of(found),
        delivery=found.delivery,
        events=tuple(one for one in found.events if one.data.get("message_key") == message.message_id),
        specification=version,
        spec_hash=version.content_hash if version else found.spec_hash,
        workflow_id=workflow,
        workflow_path=f"/namespaces/{namespace}/workflows/{workflow}",
    )


def why_it_left(found: MessageRecord) -> str:
    """In a sentence."""
    match found.message.author:
        case Author.HUMAN_AGENT:
            return f"{found.message.author_id} wrote it."
        case Author.AI_AGENT if found.message.draft_id:
            return _why_drafted(found)
    return _why_notice(found)


def _why_drafted(found: MessageRecord) -> str:
    sent = next((one for one in found.drafts if one.draft_id == found.message.draft_id), None)
    if sent is None or sent.record is None:
        return f"The AI agent {found.message.author_id} wrote it."
    decided = f"confidence {sent.record.confidence:.2f}, {_words(sent.record.decision.reason)}"
    approval = next((one for one in found.approvals if one.draft_id == sent.draft_id and one.state == "approved"), None)
    if approval is None:
        asks = sent.record.decision.outcome is Outcome.CLARIFY
        return f"The AI agent {sent.ai_agent} {'asked back' if asks else 'answered alone'}: {decided}."
    if approval.closed_by == VETO_WINDOW.id:
        return f"The AI agent {sent.ai_agent} wrote it, and nobody stopped it in its veto window: {decided}."
    return f"The AI agent {sent.ai_agent} wrote it and {approval.closed_by} approved it: {decided}."


def _why_notice(found: MessageRecord) -> str:
    """Notices say where things stand; their ids tell on what occasion."""
    key, conversation = found.message.message_id, found.message.conversation_id
    step = step_of(found)
    if step is not None:
        return f"The journey {step.journey} said it at its step {step.step}."
    if found.drafts and found.drafts[-1].draft_id == key:
        return "The customer was asked for a code, because what they want needs proof of who they are."
    for one in found.approvals:
        if key == f"{one.approval_id}-notice":
            return f"A draft waits for approval ({_words(one.reason)}), and the customer was told so."
    escalation = next((one for one in found.events if one.kind == "escalated" and _tells_of(found.message, one)), None)
    if escalation is not None:
        reason = _words(str(escalation.data.get("reason", "")))
        return f"A person was asked to take over ({reason}), and the customer was told so."
    occasion = key.removeprefix(f"{conversation}-").partition("-")[0]
    return NOTICES.get(occasion, "A notice of the organisation itself: it tells where things stand.")


NOTICES = {
    "approval": "A draft waits for approval, and the customer was told so.",
    "parked": "No model answered for a while, and the customer was told that an answer comes later.",
    "code": "The code that the customer gave was wrong, and they were told so.",
}


def _tells_of(message: StoredMessage, escalation: AuditEvent) -> bool:
    """A notice of its own transaction, or one that was pushed to a vendor afterwards: then its key has the revision."""
    pushed = f"{message.conversation_id}-escalation-{escalation.data.get('revision')}-notice"
    return message.message_id == pushed or (message.at == escalation.at and message.author is Author.SYSTEM)


def difference(before: str, after: str) -> tuple[Change, ...]:
    """What was changed from one text to another, word by word; nothing where they are the same words."""
    first, second = before.split(), after.split()
    if first == second:
        return ()
    changes = list[Change]()
    for op, i, j, k, n in SequenceMatcher(a=first, b=second, autojunk=False).get_opcodes():
        if op == "equal":
            changes.append(Change(op="same", text=" ".join(first[i:j])))
            continue
        if i < j:
            changes.append(Change(op="removed", text=" ".join(first[i:j])))
        if k < n:
            changes.append(Change(op="added", text=" ".join(second[k:n])))
    return tuple(changes)


def _explained(one: RecordedDraft, found: MessageRecord) -> ExplainedDraft:
    sent = one.draft_id == found.message.draft_id
    told = found.message.text if sent or found.message.author is Author.HUMAN_AGENT else None
    clarified = sent and found.message.kind == "clarification"
    wrote = one.draft.clarifying_question if clarified else one.draft.text
    changes = difference(wrote, told) if told is not None and wrote else ()
    return ExplainedDraft(
        recorded=one,
        became=_became(one, found, edited=bool(changes)),
        changes=changes,
        chosen_because=one.draft.chosen_because,
        lowered_by=_lowered_by(one, found),
        usage=(one.draft.usage, *((one.verdict.usage,) if one.verdict else ())),
    )


def _became(
    one: RecordedDraft, found: MessageRecord, *, edited: bool
) -> Literal["sent", "edited", "rejected", "overtaken", "escalated", "suggested", "not_sent"]:
    if one.draft_id == found.message.draft_id:
        return "edited" if edited else "sent"
    states = {approval.state for approval in found.approvals if approval.draft_id == one.draft_id}
    if "rejected" in states:
        return "rejected"
    if one.suggestion:
        return "suggested"
    if one.record and one.record.decision.outcome is Outcome.ESCALATE:
        return "escalated"
    return "overtaken" if one.record is None or "stale" in states else "not_sent"


def _lowered_by(one: RecordedDraft, found: MessageRecord) -> tuple[Loss, ...]:
    version = next((version for version in found.versions if version.content_hash == one.spec_hash), None)
    if version is None:
        return ()
    supported = one.verdict.supported if one.verdict else None
    evidence = (
        one.draft.evidence if supported is None else one.draft.evidence.model_copy(update={"validator": supported})
    )
    return losses(evidence, version.calibration)


def _version(found: MessageRecord) -> RecordedVersion | None:
    """That of the draft that was sent, else the one that the conversation follows."""
    sent = next((one.spec_hash for one in found.drafts if one.draft_id == found.message.draft_id), found.spec_hash)
    return next((one for one in found.versions if one.content_hash == sent), None)


def _approval(one: RecordedApproval, found: MessageRecord) -> ExplainedApproval:
    own = (decision for decision in found.decisions if decision.approval_id == one.approval_id)
    return ExplainedApproval(
        approval=one,
        decisions=tuple(
            ExplainedDecision(decision=decision, via=_via(found.events, "decision_id", decision.decision_id))
            for decision in own
        ),
    )


def _request(found: MessageRecord) -> ExplainedRequest | None:
    """Of a person's own message: the request is part of the key under which it left."""
    message = found.message
    prefix = human_reply_key(message.conversation_id, "")
    if message.author is not Author.HUMAN_AGENT or not message.message_id.startswith(prefix):
        return None
    request_id = message.message_id.removeprefix(prefix)
    via = _via(found.events, "message_key", message.message_id) or _via(found.events, "request_id", request_id)
    return ExplainedRequest(request_id=request_id, by=message.author_id or "", via=via)


def _via(events: Iterable[AuditEvent], key: str, value: str) -> Via | None:
    vias: Sequence[Any] = [one.data["via"] for one in events if one.data.get(key) == value and one.data.get("via")]
    return vias[0] if vias else None


def step_of(found: MessageRecord) -> RecordedStep | None:
    """The step of a journey that a message was said for, if it was."""
    keyed = next((step for step in found.steps if _is_of(found.message, step)), None)
    sent = next((one for one in found.drafts if one.draft_id == found.message.draft_id), None)
    if keyed is not None or sent is None or not sent.draft.for_journey:
        return keyed
    under_way = [
        step
        for step in found.steps
        if step.owner == sent.ai_agent
        and step.began_at <= found.message.at
        and (step.ended_at is None or step.ended_at >= sent.created_at)
    ]
    return under_way[-1] if under_way else None


def _is_of(message: StoredMessage, step: RecordedStep) -> bool:
    """Steps are told under a key that is made of where they stand."""
    attempts = (
        ActiveStep(path=step.step, visit=step.visit, attempt=attempt, began_at=step.began_at)
        for attempt in range(1, MOST_ATTEMPTS)
    )
    return any(one.key(message.conversation_id, step.run_id) == message.message_id for one in attempts)


def _words(name: str) -> str:
    return name.replace("_", " ")
