"""Every rule finds the record that breaks it, and nothing is wrong with one that is in order."""

import pytest

from domain.conversation.messages import Author
from domain.conversation.ownership import Owner
from domain.conversation.record import AuditEvent, DecisionView
from invariants.conversations import (
    AT_REST,
    every_ai_message_was_decided_once,
    one_owner_at_a_time,
    problems_at_rest,
)
from invariants.records import ClaimedSend, Recorded, WorkflowRecord
from tests.invariants.records import MESSAGES, approval, decision, event, sound, stored, turn

AI = "ai_agent:billing"
BY = {Author.CUSTOMER: ("message_received", "customer"), Author.AI_AGENT: ("message_delivered", AI)}
AUDIT: tuple[AuditEvent, ...] = (
    *(event(*BY[said.author], seq=said.seq) for said in MESSAGES if said.author in BY),
    event("turn_decided", draft_id="d1"),
    event("turn_decided", draft_id="d2"),
)
CLAIMS = tuple(
    ClaimedSend(message_key=said.message_id, state="delivered", text=said.text)
    for said in MESSAGES
    if said.author is Author.AI_AGENT
)
IN_ORDER = sound().recorded.model_copy(update={"audit": AUDIT, "claims": CLAIMS})
WITHDRAWN = ClaimedSend(message_key="d3", state="withdrawn", text="Hello.")
TAKEN_OVER = event("ownership_changed", "anna", owner_kind="human_agent")
STANDS = IN_ORDER.conversation
assert STANDS


def record(**changes: object) -> Recorded:
    return IN_ORDER.model_copy(update=changes)


def broken(recorded: Recorded) -> set[str]:
    """The names of the rules that do not hold."""
    return {problem.partition(":")[0] for problem in problems_at_rest(recorded)}


BY_ANNA = STANDS.model_copy(update={"owner": Owner(kind="human_agent", id="anna")})
CLAIMED = event("delivery_claimed", "system", message_key="d9")
FOUND = event("message_delivered", AI, message_key="d9", seq=7)


def test_what_left_before_a_takeover_may_be_found_afterwards() -> None:
    found = record(audit=(*AUDIT, CLAIMED, TAKEN_OVER, FOUND), conversation=BY_ANNA)
    assert list(one_owner_at_a_time(found)) == []


@pytest.mark.parametrize(
    "audit",
    [(TAKEN_OVER, CLAIMED, FOUND), (TAKEN_OVER, FOUND), (CLAIMED, TAKEN_OVER, event("message_delivered", AI, seq=7))],
    ids=["claimed afterwards", "never claimed", "under another claim"],
)
def test_what_was_claimed_after_a_takeover_is_found(audit: tuple[AuditEvent, ...]) -> None:
    assert list(one_owner_at_a_time(record(audit=(*AUDIT, *audit), conversation=BY_ANNA))) == [
        "seq 7 is from ai_agent:billing, the owner was human_agent"
    ]


@pytest.mark.parametrize(("kind", "found"), [("notice", 0), ("reply", 1)])
def test_only_what_a_journey_says_word_by_word_has_no_draft(kind: str, found: int) -> None:
    said = stored(7, Author.AI_AGENT, "Welcome.", kind=kind)
    assert len(list(every_ai_message_was_decided_once(record(messages=(*MESSAGES, said))))) == found


TAMPERED = {
    "a message is missing": (
        record(messages=(*MESSAGES[:4], MESSAGES[5])),
        {"transcript_has_no_gaps"},
    ),
    "the conversation knows of more": (
        record(conversation=STANDS.model_copy(update={"last_seq": 7})),
        {"transcript_has_no_gaps"},
    ),
    "a message is not in the audit trail": (record(audit=AUDIT[1:]), {"every_message_is_in_the_audit_trail_once"}),
    "a message is twice in the audit trail": (
        record(audit=(AUDIT[0], *AUDIT)),
        {"every_message_is_in_the_audit_trail_once"},
    ),
    "a draft was not decided": (
        record(turns=(turn("d1"), turn("d2").model_copy(update={"record": None}))),
        {"every_ai_message_was_decided_once"},
    ),
    "a draft is unknown": (record(turns=(turn("d1"),)), {"every_ai_message_was_decided_once"}),
    "a draft was decided twice": (record(audit=(*AUDIT, AUDIT[-1])), {"every_ai_message_was_decided_once"}),
    "a draft was sent twice": (
        record(messages=(*MESSAGES[:5], stored(6, Author.AI_AGENT, "Within five days.", draft_id="d1"))),
        {"every_ai_message_was_decided_once", "every_claim_was_carried_out_once"},
    ),
    "the AI agent wrote after a takeover": (
        record(
            audit=(TAKEN_OVER, *AUDIT),
            conversation=STANDS.model_copy(update={"owner": Owner(kind="human_agent", id="anna")}),
        ),
        {"one_owner_at_a_time"},
    ),
    "the owner is another one than the trail says": (record(audit=(*AUDIT, TAKEN_OVER)), {"one_owner_at_a_time"}),
    "an escalation counts as a change of owner": (
        record(audit=(*AUDIT, event("escalated", reason="legal"))),
        {"one_owner_at_a_time"},
    ),
    "two decisions sent the same draft": (
        record(decisions=(decision("q1", "ap1"), decision("q2", "ap1"))),
        {"one_decision_lets_a_draft_go"},
    ),
    "nobody decided what is approved": (record(decisions=()), {"one_decision_lets_a_draft_go"}),
    "a decision sent what is not approved": (
        record(approvals=(approval("ap1", "d2", "stale"),)),
        {"one_decision_lets_a_draft_go"},
    ),
    "a reply was never claimed": (record(claims=CLAIMS[1:]), {"every_claim_was_carried_out_once"}),
    "a claim never became a message": (
        record(claims=(*CLAIMS, ClaimedSend(message_key="d3", state="delivered", text="Hello."))),
        {"every_claim_was_carried_out_once"},
    ),
    "a claim is still open": (
        record(claims=(*CLAIMS, ClaimedSend(message_key="d3", state="claimed", text="Hello."))),
        {"every_claim_was_carried_out_once"},
    ),
    "a claim was withdrawn and nobody knows why": (
        record(claims=(*CLAIMS, WITHDRAWN), audit=(*AUDIT, event("delivery_refused", message_key="d4"))),
        {"every_claim_was_carried_out_once"},
    ),
    "what was withdrawn is in the transcript": (
        record(
            claims=(CLAIMS[0].model_copy(update={"state": "withdrawn"}), *CLAIMS[1:]),
            audit=(*AUDIT, event("delivery_refused", message_key=CLAIMS[0].message_key)),
        ),
        {"every_claim_was_carried_out_once"},
    ),
    "another text was sent than the one claimed": (
        record(claims=(CLAIMS[0], CLAIMS[1].model_copy(update={"text": "Never."}))),
        {"every_claim_was_carried_out_once"},
    ),
}


def test_nothing_is_wrong_with_a_record_in_order() -> None:
    assert problems_at_rest(IN_ORDER) == []


def test_nothing_is_wrong_with_what_was_withdrawn_for_a_reason() -> None:
    refused = event("delivery_refused", message_key="d3", refusal="stopped")
    assert problems_at_rest(record(claims=(*CLAIMS, WITHDRAWN), audit=(*AUDIT, refused))) == []


@pytest.mark.parametrize("sends", [(), (decision("q9", "ap9"),)], ids=["before its claim", "afterwards"])
def test_nothing_is_wrong_with_what_was_called_back(sends: tuple[DecisionView, ...]) -> None:
    called_back = (*IN_ORDER.approvals, approval("ap9", "d9", "revoked"))
    assert problems_at_rest(record(approvals=called_back, decisions=(*IN_ORDER.decisions, *sends))) == []


def test_nothing_is_wrong_where_nothing_was_recorded() -> None:
    assert problems_at_rest(Recorded(workflow=WorkflowRecord(workflow_id="conversation-cv_nothing"))) == []


@pytest.mark.parametrize("owner", ["ai_agent", "human_agent"])
def test_a_notice_may_leave_whoever_owns_the_conversation(owner: str) -> None:
    """By a vendor a notice is delivered like any message; in the web chat it is only shown."""
    assert STANDS
    notice = stored(7, Author.SYSTEM, "A colleague will answer.")
    delivered = event("message_delivered", "system:platform", seq=7)
    delivered = delivered.model_copy(update={"data": delivered.data | {"kind": "notice"}})
    taken_over = (TAKEN_OVER,) if owner == "human_agent" else ()
    stands = STANDS.model_copy(
        update={"last_seq": 7, "owner": Owner(kind="human_agent", id="anna") if taken_over else STANDS.owner}
    )
    told = record(messages=(*MESSAGES, notice), audit=(*AUDIT, *taken_over, delivered), conversation=stands)
    assert problems_at_rest(told) == []


@pytest.mark.parametrize(("recorded", "rules"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a_rule_finds_what_breaks_it(recorded: Recorded, rules: set[str]) -> None:
    assert broken(recorded) == rules


def test_every_rule_is_broken_by_some_record() -> None:
    assert {rule.__name__ for rule in AT_REST} == set.union(*(rules for _, rules in TAMPERED.values()))
