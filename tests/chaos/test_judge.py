"""The judge finds every planted fault, under its rule and with its message, and nothing wrong with what is in order."""

from typing import get_args

import pytest

from chaos.facts import Had, RunFacts, Said
from chaos.judge import Rule, Window, judge, window_of
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.turn import Outcome
from invariants.records import WorkflowRecord
from tests.chaos.facts import (
    AI,
    ANSWER,
    APPROVED,
    AUDIT,
    BY_MAIL,
    FIRST,
    HAD,
    IN_ORDER,
    MAIL_ID,
    MESSAGES,
    RECORDED,
    SAID,
    SECOND,
    THIRD,
    actions,
    called,
    inside,
    outside,
    taken_over,
    transcript,
    without,
)
from tests.invariants.records import START, approval, event, stored, turn

LATE = stored(8, Author.CUSTOMER, "Hello? ref1x4")
SAID_LATE = Said(mark="ref1x4", channel="web_chat", kind="question", said_at=8, acknowledged_at=8.1)
OPEN = approval("ap2", "d3", "open")
STANDS = RECORDED.conversation
assert STANDS

PLANTED: dict[str, tuple[RunFacts, Rule, str]] = {
    "an acknowledged message is in no transcript": (outside(said=(*SAID, SAID_LATE)), "lost", "ref1x4"),
    "a message that is read from its vendor is in no transcript": (
        outside(said=(*SAID, SAID_LATE.model_copy(update={"acknowledged_at": None, "found_by_reading": True}))),
        "lost",
        "ref1x4",
    ),
    "an acknowledged message has no conversation": (
        outside().model_copy(update={"homeless": (SAID_LATE,)}),
        "lost",
        "ref1x4",
    ),
    "a message has no answer and nobody has it": (transcript(*MESSAGES, LATE), "lost", "ref1x4"),
    "the record says that a message is not answered": (
        inside(conversation=STANDS.model_copy(update={"answered_seq": 5})),
        "lost",
        THIRD,
    ),
    "the web chat never showed a reply": (outside(had=without(HAD, 2)), "lost", "web_chat seq 5"),
    "a vendor never had a mail that was recorded as sent": (outside(had=without(HAD, 3)), "lost", f"email {MAIL_ID}"),
    "a step is tried for ever": (
        inside(workflow=RECORDED.workflow.model_copy(update={"pending_activities": 1})),
        "lost",
        "",
    ),
    "a message is twice in a transcript": (
        transcript(*MESSAGES, stored(8, Author.CUSTOMER, f"Again {FIRST}"), stored(9, Author.HUMAN_AGENT, "Yes.")),
        "doubled",
        FIRST,
    ),
    "a message is in two conversations": (RunFacts(conversations=(IN_ORDER, IN_ORDER)), "doubled", FIRST),
    "a message is answered twice": (
        transcript(*MESSAGES, stored(8, Author.AI_AGENT, "Again. (answer 11 to ref1x3)", draft_id="d4")),
        "doubled",
        THIRD,
    ),
    "a draft is sent twice": (
        transcript(*MESSAGES, LATE, stored(9, Author.AI_AGENT, ANSWER, draft_id="d1")),
        "doubled",
        "d1",
    ),
    "a vendor has one mail twice": (outside(had=(*HAD, HAD[3])), "doubled", f"email {MAIL_ID}"),
    "a vendor has one text under two ids": (
        outside(had=(*HAD, Had(channel="email", id="other", text=BY_MAIL))),
        "doubled",
        "email other",
    ),
    "a vendor has a notice twice": (
        outside(had=(*HAD, Had(channel="email", id="notice", text="A colleague checks."))),
        "doubled",
        "email notice",
    ),
    "the AI agent reached the customer after an acknowledged takeover": (taken_over(ANSWER), "after_takeover", ANSWER),
    "the trail has the AI agent's message under a person": (
        inside(audit=(event("ownership_changed", "anna", owner_kind="human_agent"), *AUDIT)),
        "after_takeover",
        "seq 2",
    ),
    "the web chat showed messages in another order": (
        outside(had=(HAD[2], HAD[0], HAD[1], HAD[3])),
        "out_of_order",
        "web_chat seq 2",
    ),
    "a later message stands before one that had been acknowledged": (
        transcript(
            stored(1, Author.CUSTOMER, f"Refund me. {SECOND}"),
            MESSAGES[1],
            stored(3, Author.CUSTOMER, f"Where are my invoices? {FIRST}"),
            *MESSAGES[3:],
        ),
        "out_of_order",
        SECOND,
    ),
    "no approval is in force": (inside(approvals=(approval("ap1", "d2", "stale"),)), "unapproved", SECOND),
    "an approval needed two people": (
        inside(
            approvals=(
                (view := approval("ap1", "d2")).model_copy(
                    update={"approval": view.approval.model_copy(update={"approvers_needed": 2})}
                ),
            )
        ),
        "unapproved",
        SECOND,
    ),
    "an approval was stale when it was approved": (
        inside(audit=(*AUDIT[:6], event("message_received", "customer", seq=6), *AUDIT[6:8], *AUDIT[9:])),
        "unapproved",
        "ap1",
    ),
    "what was to be escalated was sent": (
        inside(turns=(turn("d1", Outcome.ESCALATE), *RECORDED.turns[1:])),
        "unapproved",
        FIRST,
    ),
    "nobody outside let a refund go": (outside(approved_texts=frozenset()), "unapproved", "web_chat seq 5"),
    "the customer has what nobody recorded": (
        outside(had=(*HAD, Had(channel="email", id="other", text="Hello."))),
        "unrecorded",
        "email other",
    ),
    "a reply has no decision record": (
        inside(turns=(RECORDED.turns[0].model_copy(update={"record": None}), *RECORDED.turns[1:])),
        "unrecorded",
        "draft d1",
    ),
    "an approval is open and nothing will remind of it": (
        inside(approvals=(*RECORDED.approvals, OPEN)),
        "undecided",
        "ap2",
    ),
    "an approval is approved and nobody decided it": (inside(decisions=()), "undecided", "approval ap1"),
    "an action was done twice": (actions(7, 7, calls=(called(7),)), "actions", "7.00"),
    "an action was done and is not recorded": (actions(7, calls=()), "actions", "7.00"),
    "an action was done and is recorded as failed": (actions(7, calls=(called(7, "failed"),)), "actions", "7.00"),
    "an action is recorded and was not done": (actions(calls=(called(7),)), "actions", "7.00"),
    "a history does not replay": (outside(replay_failure="its history does not replay"), "unreplayable", ""),
    "a transcript has a gap": (
        inside(conversation=STANDS.model_copy(update={"last_seq": 9})),
        "inconsistent",
        "",
    ),
    "a workflow is closed": (
        inside(workflow=WorkflowRecord(workflow_id=RECORDED.workflow.workflow_id)),
        "inconsistent",
        "",
    ),
}

SOUND: dict[str, RunFacts] = {
    "a conversation": RunFacts(conversations=(IN_ORDER,)),
    "nobody came": RunFacts(),
    "an unacknowledged message got lost": outside(said=(*SAID, SAID_LATE.model_copy(update={"acknowledged_at": None}))),
    "a message that was written while the answer to the one before was on its way": outside(
        recorded=RECORDED.model_copy(
            update={
                "messages": (
                    MESSAGES[0],
                    stored(2, Author.CUSTOMER, f"Refund me. {SECOND}"),
                    stored(3, Author.AI_AGENT, ANSWER, draft_id="d1"),
                    *MESSAGES[3:],
                ),
                "audit": (
                    AUDIT[0],
                    event("message_received", "customer", seq=2),
                    AUDIT[1],
                    event("message_delivered", AI, seq=3),
                    *AUDIT[4:],
                ),
            }
        ),
        had=(HAD[0].model_copy(update={"seq": 3}), *HAD[1:]),
    ),
    "an action that may have happened": actions(7, calls=(called(7, "in_doubt"),)),
    "an open approval with a deadline": outside(
        recorded=RECORDED.model_copy(update={"approvals": (*RECORDED.approvals, OPEN)}), next_deadline=START
    ),
    "a takeover that nothing came after": taken_over(),
    "refunds that need no approval any more": outside(approved_texts=frozenset(), mode_changed=True),
}


@pytest.mark.parametrize(("run", "rule", "message"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found_and_named(run: RunFacts, rule: Rule, message: str) -> None:
    assert (rule, message) in {(problem.rule, problem.message) for problem in judge(run)}


@pytest.mark.parametrize("run", SOUND.values(), ids=SOUND)
def test_nothing_is_wrong_with_what_is_in_order(run: RunFacts) -> None:
    assert judge(run) == []


def test_a_message_that_nobody_cares_for_is_with_a_person_or_lost() -> None:
    assert STANDS
    cared_for = STANDS.model_copy(update={"status": Status.WITH_HUMAN, "last_seq": 8})
    audit = (*AUDIT, event("message_received", "customer", seq=8))
    escalated = event("escalated", reason="asked")
    run = inside(messages=(*MESSAGES, LATE), conversation=cared_for, audit=(*audit, escalated))
    assert not [problem for problem in judge(run) if problem.rule == "lost"]


@pytest.mark.parametrize(
    ("heard", "window"),
    [
        (0, Window(calls=1, unheard=1, heard_again=0)),
        (1, Window(calls=1, unheard=0, heard_again=0)),
        (2, Window(calls=1, unheard=0, heard_again=1)),
    ],
)
def test_what_a_call_missed_or_heard_again_is_counted_apart(heard: int, window: Window) -> None:
    said = Said(mark="ref1x4", channel="phone", kind="question", said_at=8, acknowledged_at=8.1)
    line = "There. (answer 12 to ref1x4)"
    spoken = (
        stored(8, Author.CUSTOMER, "Where? ref1x4", channel="phone"),
        stored(9, Author.AI_AGENT, line, draft_id="d4", channel="phone"),
    )
    facts = outside(
        recorded=RECORDED.model_copy(
            update={
                "messages": (*MESSAGES, *spoken),
                "conversation": STANDS and STANDS.model_copy(update={"last_seq": 9, "answered_seq": 8}),
                "turns": (*RECORDED.turns, turn("d4")),
                "audit": (
                    *AUDIT,
                    event("message_received", "customer", seq=8),
                    event("turn_decided", draft_id="d4"),
                    event("message_delivered", AI, seq=9),
                ),
            }
        ),
        said=(*SAID, said),
        had=(*HAD, *[Had(channel="phone", id="", text=line)] * heard),
    )
    assert judge(facts) == []
    assert window_of(facts) == window


def test_every_rule_is_broken_by_some_plant() -> None:
    assert {rule for _, rule, _ in PLANTED.values()} == set(get_args(Rule))


def test_the_facts_in_order_are_those_that_the_plants_change() -> None:
    assert {said.mark for said in SAID} == {FIRST, SECOND, THIRD}
    assert [one.text for one in HAD] == [ANSWER, "A colleague checks.", APPROVED, BY_MAIL]
    assert all(one.actor == AI for one in AUDIT if one.kind == "message_delivered")
