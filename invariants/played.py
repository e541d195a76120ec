"""What must hold between what customers and staff saw and what was recorded. Each rule yields what is wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.record import AuditEvent, StoredMessage
from domain.conversation.turn import Outcome
from invariants.journeys import is_said_by_the_letter, written_on_journeys
from invariants.modes import nothing_sent_alone_in_co_pilot
from invariants.records import Conversation, Heard

BURST_WINDOW = timedelta(seconds=0.3)
CLOSES_AN_APPROVAL = frozenset({"send", "redraft", "take_over", "answer", "reapprove_edit"})

Problems = Iterator[str]


def every_story_played(conversation: Conversation) -> Problems:
    if conversation.played.failure:
        yield f"“{conversation.played.title}” stopped at {conversation.played.failure}"


def every_message_recorded_once(conversation: Conversation) -> Problems:
    """As often as it was sent, and whatever failed meanwhile."""
    recorded, sent = _said_by_customer(conversation), set(conversation.played.sent)
    for one in sent:
        count = sum(one.is_in(said) for said in recorded)
        if count != 1:
            yield f"message {one.message_id or ''} was sent and is recorded {count} times"
    for said in recorded:
        if not any(one.is_in(said) for one in sent):
            yield f"message {said.message_id} is recorded but was not sent like that"


def every_message_answered_or_escalated_once(conversation: Conversation) -> Problems:
    """A reply answers everything before it; one that finds nothing to answer is a second answer to the same.

    What a journey says by the letter answers nothing, and what it lets an AI agent write need not.
    """
    waiting: list[StoredMessage] = []
    on_journeys = written_on_journeys(conversation.recorded)
    for said in conversation.recorded.messages:
        if said.author is Author.CUSTOMER:
            waiting.append(said)
        elif is_said_by_the_letter(said):
            continue
        elif said.author is Author.AI_AGENT and not waiting and said.seq not in on_journeys:
            yield f"the reply with seq {said.seq} answers what had been answered before"
        elif said.author is not Author.SYSTEM:
            waiting.clear()
    if _escalated_while_with_a_person(conversation):
        yield "it was escalated while a person had it already"
    stands = conversation.recorded.conversation
    cared_for = stands is not None and stands.status in {Status.WITH_HUMAN, Status.AWAITING_APPROVAL}
    if waiting and not cared_for:
        yield f"{len(waiting)} messages from seq {waiting[0].seq} have no answer and nobody has them"
    if stands and not waiting and stands.answered_seq < _last_customer_seq(conversation):
        yield f"the record says that only messages up to seq {stands.answered_seq} are answered"


def no_reply_sent_twice(conversation: Conversation) -> Problems:
    """Neither the same draft, nor the same words again before the customer wrote."""
    outbound = [said for said in conversation.recorded.messages if said.author is not Author.CUSTOMER]
    yield from _repeated("draft", (said.draft_id for said in outbound if said.draft_id))
    yield from _repeated("message key", (said.message_id for said in outbound))
    for before, after in pairwise(conversation.recorded.messages):
        if before.author is after.author is Author.AI_AGENT and before.text == after.text:
            yield f"seq {after.seq} says the same as seq {before.seq}"


def bursts_answered_together(conversation: Conversation) -> Problems:
    """Messages that arrived within the burst window have no reply between them."""
    at = {said.message_id: said for said in _said_by_customer(conversation)}
    for burst in conversation.played.bursts:
        stored = sorted((at[message_id] for message_id in burst if message_id in at), key=lambda said: said.at)
        for first, second in pairwise(stored):
            low, high = sorted((first.seq, second.seq))
            between = [said.seq for said in conversation.recorded.messages if low < said.seq < high]
            replies = [seq for seq in between if _author_of(conversation, seq) is not Author.CUSTOMER]
            if replies and second.at - first.at < BURST_WINDOW:
                yield f"a burst was answered in its middle, at seq {replies[0]}"


def no_ai_message_after_takeover(conversation: Conversation) -> Problems:
    """By the audit trail, and by the clock of the person who got the acknowledgement."""
    for event, owner in _with_owners(conversation):
        if event.kind == "message_delivered" and event.actor.startswith("ai_agent:") and owner != "ai_agent":
            yield f"seq {event.data.get('seq')} of the AI agent was delivered while a person owned the conversation"
    for takeover in conversation.played.takeovers:
        for said in conversation.recorded.messages:
            in_time = takeover.handed_back_at is None or said.at < takeover.handed_back_at
            if said.author is Author.AI_AGENT and takeover.acknowledged_at < said.at and in_time:
                yield f"seq {said.seq} of the AI agent came after the takeover was acknowledged"


def every_ai_reply_has_a_decision_record(conversation: Conversation) -> Problems:
    turns = {turn.draft_id: turn for turn in conversation.recorded.turns}
    approved = {view.approval.draft_id for view in conversation.recorded.approvals if view.state == "approved"}
    for said in conversation.recorded.messages:
        if said.author is not Author.AI_AGENT or is_said_by_the_letter(said):
            continue
        turn = turns.get(said.draft_id or "")
        if turn is None or turn.record is None:
            yield f"seq {said.seq} has no decision record"
        elif turn.record.decision.outcome is Outcome.ASK_APPROVAL and turn.draft_id not in approved:
            yield f"seq {said.seq} needed an approval and has none"
        elif turn.record.decision.outcome is Outcome.ESCALATE:
            yield f"seq {said.seq} was to be escalated"


def every_approval_decided_at_most_once(conversation: Conversation) -> Problems:
    decided = Counter(
        decision.approval_id for decision in conversation.recorded.decisions if decision.effect in CLOSES_AN_APPROVAL
    )
    for approval_id, count in decided.items():
        if count > 1:
            yield f"approval {approval_id} was decided {count} times"
    for view in conversation.recorded.approvals:
        by_person = view.state in {"approved", "rejected", "replaced"}
        if by_person and not decided[view.approval.approval_id]:
            yield f"approval {view.approval.approval_id} is {view.state} without a decision"


def late_decisions_told_who_decided(conversation: Conversation) -> Problems:
    closed = {view.approval.approval_id: view.closed_by for view in conversation.recorded.approvals}
    for late in conversation.played.late_decisions:
        if late.decided_by is None or late.decided_by != closed.get(late.approval_id):
            yield f"{late.by} was told that {late.decided_by} decided, it was {closed.get(late.approval_id)}"


def every_client_saw_every_message_once_in_order(conversation: Conversation) -> Problems:
    """What came over the socket, connection after connection, is the transcript: nothing missed, nothing doubled."""
    stands = conversation.recorded.conversation
    recorded_seqs = [said.seq for said in conversation.recorded.messages]
    if recorded_seqs != list(range(1, (stands.last_seq if stands else 0) + 1)):
        yield f"the record has the seqs {recorded_seqs}"
    heard = [_essence(said) for said in conversation.played.heard]
    stored = [_essence(said) for said in conversation.recorded.messages]
    if heard == stored:
        return
    seqs = [said.seq for said in conversation.played.heard]
    yield from _repeated("seq", seqs)
    for seq in sorted(set(recorded_seqs) - set(seqs)):
        yield f"the client never saw seq {seq}"
    for seq in sorted(set(seqs) - set(recorded_seqs)):
        yield f"the client saw seq {seq}, which is not recorded"
    if seqs != sorted(seqs):
        yield f"the client saw seqs in the order {seqs}"
    if seqs == recorded_seqs:
        yield "the client saw another text than the one recorded"


def every_workflow_healthy(conversation: Conversation) -> Problems:
    """Open, nothing pending, and no workflow task failed, whatever was killed."""
    workflow = conversation.recorded.workflow
    if not workflow.running:
        yield "the workflow is not open"
    if workflow.pending_activities:
        yield f"{workflow.pending_activities} activities are pending"
    if workflow.failed_tasks:
        yield f"{workflow.failed_tasks} workflow tasks failed"


IN_EVERY_CHANNEL: tuple[Callable[[Conversation], Problems], ...] = (
    every_story_played,
    every_message_recorded_once,
    every_message_answered_or_escalated_once,
    no_reply_sent_twice,
    bursts_answered_together,
    no_ai_message_after_takeover,
    nothing_sent_alone_in_co_pilot,
    every_ai_reply_has_a_decision_record,
    every_approval_decided_at_most_once,
    late_decisions_told_who_decided,
    every_client_saw_every_message_once_in_order,
    every_workflow_healthy,
)


def _said_by_customer(conversation: Conversation) -> list[StoredMessage]:
    return [said for said in conversation.recorded.messages if said.author is Author.CUSTOMER]


def _last_customer_seq(conversation: Conversation) -> int:
    return max((said.seq for said in _said_by_customer(conversation)), default=0)


def _with_owners(conversation: Conversation) -> Iterator[tuple[AuditEvent, str]]:
    """Each event of the audit trail with the kind of owner before it."""
    owner = "ai_agent"
    for event in conversation.recorded.audit:
        yield event, owner
        if event.kind == "escalated":
            owner = "human_agent"
        elif event.kind == "ownership_changed":
            owner = str(event.data.get("owner_kind"))


def _escalated_while_with_a_person(conversation: Conversation) -> bool:
    return any(event.kind == "escalated" and owner != "ai_agent" for event, owner in _with_owners(conversation))


def _author_of(conversation: Conversation, seq: int) -> Author:
    return next(said.author for said in conversation.recorded.messages if said.seq == seq)


def _repeated(what: str, values: Iterable[object]) -> Problems:
    yield from (f"{what} {value} comes {count} times" for value, count in Counter(values).items() if count > 1)


def _essence(said: Heard | StoredMessage) -> tuple[int, str, Author, str]:
    return said.seq, said.message_id, said.author, said.text
