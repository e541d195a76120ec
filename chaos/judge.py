"""The judge: what must hold between what those outside saw and what was recorded. Pure; each rule yields what is wrong.

At rest only: nobody waits for a reply that is being written, and nothing is being sent.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from chaos.facts import ConversationFacts, DoneAction, Had, RunFacts, Said
from chaos.organisation import VOUCHER_TOOL
from chaos.references import is_answer, plain, references_in
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.record import StoredMessage
from domain.conversation.turn import Outcome
from domain.delivery.channels import PHONE, WEB_CHAT
from domain.model import Frozen
from invariants.conversations import (
    every_ai_message_was_decided_once,
    every_message_is_in_the_audit_trail_once,
    one_decision_lets_a_draft_go,
    one_owner_at_a_time,
    transcript_has_no_gaps,
)

Rule = Literal[
    "lost",
    "doubled",
    "after_takeover",
    "out_of_order",
    "unapproved",
    "unrecorded",
    "undecided",
    "actions",
    "unreplayable",
    "inconsistent",
]
SUPERVISED = frozenset({"refund", "large_refund"})
CARED_FOR = frozenset({Status.WITH_HUMAN, Status.AWAITING_APPROVAL, Status.RESOLVED})
MAKES_STALE = frozenset({"message_received", "ownership_changed", "escalated"})
SENT_BY_VENDOR_AS = "comment-"
"""What Zendesk's adapter puts before the ids of comments."""


class Problem(Frozen):
    """A broken rule, with the message that it concerns: a customer's mark, a seq, or the vendor's id."""

    rule: Rule
    conversation_id: str
    message: str
    what: str


Found = Iterator[tuple[Rule, str, str]]
"""A rule, a message, and what is wrong with it."""


def judge(run: RunFacts) -> list[Problem]:
    """Everything that is wrong with a run."""
    problems = [
        Problem(rule=rule, conversation_id=facts.conversation_id, message=message, what=what)
        for facts in run.conversations
        for check in PER_CONVERSATION
        for rule, message, what in check(facts)
    ]
    problems += [_homeless(said) for said in run.homeless if said.counts]
    found = [*actions_done_once(run), *messages_recorded_in_one_conversation(run)]
    return problems + [Problem(rule=rule, conversation_id="", message=key, what=what) for rule, key, what in found]


def _homeless(said: Said) -> Problem:
    return Problem(
        rule="lost", conversation_id="", message=said.mark, what="it was acknowledged, and no conversation has it"
    )


# What customers say.


def messages_recorded_once(facts: ConversationFacts) -> Found:
    """What was acknowledged is in the transcript; whatever was said is there once."""
    recorded = Counter(mark for message in _by_customer(facts) for mark in _marks(message))
    for said in facts.said:
        if said.counts and not recorded[said.mark]:
            yield "lost", said.mark, "it was acknowledged and is not in the transcript"
        if recorded[said.mark] > 1:
            yield "doubled", said.mark, f"it is {recorded[said.mark]} times in the transcript"


def messages_recorded_in_one_conversation(run: RunFacts) -> Found:
    """A message is in one transcript, however many conversations its customer has."""
    places = Counter(
        mark
        for facts in run.conversations
        for mark in {mark for message in _by_customer(facts) for mark in _marks(message)}
    )
    for mark, count in places.items():
        if count > 1:
            yield "doubled", mark, f"it is in the transcripts of {count} conversations"


def messages_answered_once(facts: ConversationFacts) -> Found:
    """Answered by one message of the AI agent or by a person, or cared for: escalated, or with whoever decides."""
    answers = Counter[str]()
    waiting: list[StoredMessage] = []
    for message in facts.recorded.messages:
        if message.author is Author.CUSTOMER:
            waiting.append(message)
        elif message.author is Author.AI_AGENT:
            answers.update(_marks(message))
            waiting = [one for one in waiting if not set(_marks(one)) <= set(_marks(message))]
        elif message.author is Author.HUMAN_AGENT:
            waiting.clear()
    yield from (("doubled", mark, f"it was answered {count} times") for mark, count in answers.items() if count > 1)
    for message in [] if _is_cared_for(facts) else waiting:
        yield "lost", _name(message), "it has no answer, and nobody has the conversation"


def answers_recorded(facts: ConversationFacts) -> Found:
    """What the record itself takes for unanswered is with somebody."""
    stands = facts.recorded.conversation
    if stands and not _is_cared_for(facts):
        for message in _by_customer(facts):
            if message.seq > stands.answered_seq:
                yield "lost", _name(message), "the record says that it is not answered, and nobody has the conversation"


def _is_cared_for(facts: ConversationFacts) -> bool:
    stands = facts.recorded.conversation
    return stands is not None and stands.status in CARED_FOR


def messages_in_order(facts: ConversationFacts) -> Found:
    """What was acknowledged before the customer wrote again stands before that in the transcript."""
    seqs = {mark: message.seq for message in _by_customer(facts) for mark in _marks(message)}
    placed = [said for said in facts.said if said.mark in seqs]
    for first, second in pairwise(sorted(placed, key=lambda said: said.said_at)):
        acknowledged = first.acknowledged_at is not None and first.acknowledged_at < second.said_at
        if acknowledged and seqs[first.mark] > seqs[second.mark]:
            yield "out_of_order", second.mark, f"it stands before {first.mark}, which had been acknowledged"


# What customers get.


def customers_have_what_was_recorded(facts: ConversationFacts) -> Found:
    """By the vendors' own ids, and in the web chat by seq: the same messages, none missing, none besides."""
    had = Counter(_key(one) for one in facts.had if one.part_of is None and one.channel != PHONE)
    sent, texts = Counter(_sent(facts)), {_key(one): one.text for one in facts.had}
    for key in sent - had:
        yield "lost", key, "it was recorded as sent, and the customer does not have it"
    for key in (+had).keys() - sent.keys():
        is_a_second = texts[key] in {text for other, text in texts.items() if other in sent}
        yield "doubled" if is_a_second else "unrecorded", key, "the customer has it, and it is not recorded"
    yield from (("doubled", key, f"the customer has it {count} times") for key, count in had.items() if count > 1)


def nothing_delivered_twice(facts: ConversationFacts) -> Found:
    """No two answers of the model are the same, and no two replies of people, so no text may come twice."""
    texts = Counter(one.text for one in facts.had if _is_unique(one.text) and one.channel != PHONE)
    keys = {one.text: _key(one) for one in facts.had}
    yield from (("doubled", keys[text], f"its text came {count} times") for text, count in texts.items() if count > 1)
    drafts = Counter(message.draft_id for message in facts.recorded.messages if message.draft_id)
    yield from (("doubled", draft, f"it was sent {count} times") for draft, count in drafts.items() if count > 1)


def deliveries_in_order(facts: ConversationFacts) -> Found:
    """Every customer has messages in the order of the transcript, channel by channel."""
    seqs = _seq_of_keys(facts)
    by_channel: dict[str, list[Had]] = {}
    for one in facts.had:
        if one.part_of is None and _key(one) in seqs:
            by_channel.setdefault(one.channel, []).append(one)
    for several in by_channel.values():
        for first, second in pairwise(several):
            if seqs[_key(first)] > seqs[_key(second)]:
                yield "out_of_order", _key(second), f"the customer has it after {_key(first)}"


class Window(Frozen):
    """What calls missed, and heard again: a caller can be asked nothing, so it is no broken promise."""

    calls: int
    unheard: int
    heard_again: int


def window_of(run: RunFacts) -> Window:
    """Of what the AI agent and people said on the phone, how often it was heard."""
    times = [count for facts in run.conversations for count in _times_heard(facts)]
    calls = sum(any(said.channel == PHONE for said in facts.said) for facts in run.conversations)
    return Window(calls=calls, unheard=times.count(0), heard_again=sum(count > 1 for count in times))


def _times_heard(facts: ConversationFacts) -> Iterator[int]:
    heard = Counter(one.text for one in facts.had if one.channel == PHONE)
    for message in facts.recorded.messages:
        if message.channel == PHONE and message.author in {Author.AI_AGENT, Author.HUMAN_AGENT}:
            yield heard[plain(message.text)]


# Who may say it.


def nothing_after_a_takeover(facts: ConversationFacts) -> Found:
    """By those outside, between the acknowledgement and the hand-back; and by the audit trail."""
    for takeover in facts.takeovers:
        for message in takeover.messages:
            yield "after_takeover", message, f"the AI agent's message came after {takeover.by} had taken over"
    for what in one_owner_at_a_time(facts.recorded):
        yield "after_takeover" if what.startswith("seq") else "inconsistent", what.partition(" is")[0], what


def drafts_approved_as_their_rules_demand(facts: ConversationFacts) -> Found:
    """By the decision record; and by those outside: an answer to such questions alone has a text that people let go."""
    approved = {view.approval.draft_id: view for view in facts.recorded.approvals if view.state == "approved"}
    votes = {view.approval.approval_id: {*view.approval.approved_by, view.closed_by} for view in approved.values()}
    turns = {turn.draft_id: turn for turn in facts.recorded.turns}
    for message in facts.recorded.messages:
        turn = turns.get(message.draft_id or "")
        if message.author is not Author.AI_AGENT or turn is None or turn.record is None:
            continue
        outcome, view = turn.record.decision.outcome, approved.get(turn.draft_id)
        if outcome is Outcome.ESCALATE:
            yield "unapproved", _name(message), "it was to be escalated"
        elif outcome is Outcome.ASK_APPROVAL and view is None:
            yield "unapproved", _name(message), "it needed an approval and has none that is in force"
        elif view and len(votes[view.approval.approval_id]) < view.approval.approvers_needed:
            yield "unapproved", _name(message), f"it needed {view.approval.approvers_needed} people"
    yield from _let_go_by_people(facts)


def _let_go_by_people(facts: ConversationFacts) -> Found:
    kinds = {said.mark: said.kind for said in facts.said}
    for one in facts.had:
        marks = references_in(one.text)
        demanded = marks and all(kinds.get(mark) in SUPERVISED for mark in marks)
        if is_answer(one.text) and demanded and not facts.mode_changed and one.text not in facts.approved_texts:
            yield "unapproved", _key(one), f"nobody outside has let the answer to {', '.join(marks)} go"


def approvals_fresh_when_approved(facts: ConversationFacts) -> Found:
    """By the audit trail: between the request and the approval nothing came that makes a draft stale."""
    since: dict[str, list[str]] = {}
    for event in facts.recorded.audit:
        approval_id = str(event.data.get("approval_id", ""))
        if event.kind == "approval_requested":
            since[approval_id] = []
        elif event.kind in MAKES_STALE:
            for came in since.values():
                came.append(event.kind)
        elif event.kind == "approval_approved" and since.get(approval_id):
            yield "unapproved", approval_id, f"it was approved after {since[approval_id][0]} had made it stale"


def decisions_recorded(facts: ConversationFacts) -> Found:
    """Every message of the AI agent has a complete decision record; each approval is decided once or still open."""
    for what in every_ai_message_was_decided_once(facts.recorded):
        yield "unrecorded", what.split(" was")[0], what
    for what in one_decision_lets_a_draft_go(facts.recorded):
        yield "undecided", what.split(" was")[0], what


def approvals_go_on(facts: ConversationFacts) -> Found:
    """Decided, or open with a next deadline."""
    for view in facts.recorded.approvals:
        if view.state == "open" and facts.next_deadline is None:
            yield "undecided", view.approval.approval_id, "it is open and nothing will remind anybody of it"


def record_consistent(facts: ConversationFacts) -> Found:
    for check in (transcript_has_no_gaps, every_message_is_in_the_audit_trail_once):
        yield from (("inconsistent", "", what) for what in check(facts.recorded))
    workflow = facts.recorded.workflow
    if not workflow.running:
        yield "inconsistent", "", "its workflow is not open"
    if workflow.pending_activities:
        yield "lost", "", f"it has not come to rest: {workflow.pending_activities} activities are pending"
    if facts.replay_failure:
        yield "unreplayable", "", facts.replay_failure


# What is done.


def actions_done_once(run: RunFacts) -> Found:
    """What was recorded as done was done, once; what is in doubt may have been, and a person looks."""
    done = Counter(run.done)
    calls = {_action(call.action.arguments): call for facts in run.conversations for call in facts.calls}
    for action, count in done.items():
        if count > 1:
            yield "actions", action.amount, f"{action.tool} was done {count} times"
        if action not in calls:
            yield "actions", action.amount, f"{action.tool} was done, and is not recorded"
        elif calls[action].state == "failed":
            yield "actions", action.amount, f"{action.tool} was done, and is recorded as failed"
    for action, call in calls.items():
        if call.state == "done" and not done[action]:
            yield "actions", action.amount, f"{action.tool} is recorded as done, and was not"


def _action(arguments: Mapping[str, object]) -> DoneAction:
    return DoneAction(tool=VOUCHER_TOOL, amount=f"{float(str(arguments['amount'])):.2f}")


PER_CONVERSATION: Sequence[Callable[[ConversationFacts], Found]] = (
    messages_recorded_once,
    messages_answered_once,
    answers_recorded,
    messages_in_order,
    customers_have_what_was_recorded,
    nothing_delivered_twice,
    deliveries_in_order,
    nothing_after_a_takeover,
    drafts_approved_as_their_rules_demand,
    approvals_fresh_when_approved,
    decisions_recorded,
    approvals_go_on,
    record_consistent,
)


def _by_customer(facts: ConversationFacts) -> list[StoredMessage]:
    return [message for message in facts.recorded.messages if message.author is Author.CUSTOMER]


def _marks(message: StoredMessage) -> tuple[str, ...]:
    """Without what stands in a subject, which vendors put before the text."""
    return references_in(message.text.rpartition("\n\n")[2])


def _name(message: StoredMessage) -> str:
    return " ".join(_marks(message)) or f"seq {message.seq}"


def _is_unique(text: str) -> bool:
    return is_answer(text) or "reply number" in text


def _key(had: Had) -> str:
    return f"{had.channel} seq {had.seq}" if had.seq is not None else f"{had.channel} {had.id}"


def _sent(facts: ConversationFacts) -> list[str]:
    return list(_seq_of_keys(facts))


def _seq_of_keys(facts: ConversationFacts) -> dict[str, int]:
    """What was recorded as sent, under the names by which customers have it."""
    ids = {one.message_key: one.provider_message_id for one in facts.recorded.receipts}
    named = dict[str, int]()
    for message in facts.recorded.messages:
        if message.author is Author.CUSTOMER:
            continue
        if message.channel == PHONE:
            continue
        if message.channel == WEB_CHAT:
            named[f"{WEB_CHAT} seq {message.seq}"] = message.seq
        elif message.message_id in ids:
            named[f"{message.channel} {ids[message.message_id].removeprefix(SENT_BY_VENDOR_AS)}"] = message.seq
    return named
