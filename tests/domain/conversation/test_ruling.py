"""What rules add to what the built-in policy decides: more care, never less."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from domain.conversation.ruling import NOT_RECORDED, at_decision, drafted, with_rules
from domain.conversation.turn import Decision, Evidence, Outcome, Reason
from domain.specification.conditions import AtDecision, Drafted
from domain.specification.organisation import Sensitivity
from domain.specification.rules import Ask, DecidingRule

SENT = Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT, review="sample")
SUPERVISED = Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.SUPERVISED)
ASKED_BACK = Decision(outcome=Outcome.CLARIFY, reason=Reason.AMBIGUOUS)
VERIFY = Decision(outcome=Outcome.VERIFY, reason=Reason.IDENTITY)
UNSURE = Decision(outcome=Outcome.ESCALATE, reason=Reason.LOW_CONFIDENCE)
ALL = (SENT, SUPERVISED, ASKED_BACK, VERIFY, UNSURE)

ESCALATES, OTHER = DecidingRule(id="escalates", then="escalate"), DecidingRule(id="other", then="escalate")
ASKS = DecidingRule(id="asks", then="ask_approval", ask=Ask(approvers=2))
LATER = DecidingRule.model_validate({"id": "later", "then": "escalate", "when": [{"kind": "confidence", "below": 0.9}]})
RULES = (ASKS, ESCALATES, OTHER, LATER)
AT = AtDecision(confidence=0.95)


def ruled(decision: Decision, *held: str, at: AtDecision = AT) -> Decision:
    return with_rules(decision, Evidence(rules_held=held), RULES, at)


def by(outcome: Outcome, rule: str, reason: Reason = Reason.RULE) -> Decision:
    return Decision(outcome=outcome, reason=reason, rule=rule)


@pytest.mark.parametrize(
    ("decision", "held", "expected"),
    [
        (SENT, (), SENT),
        (SENT, ("escalates",), by(Outcome.ESCALATE, "escalates")),
        (SUPERVISED, ("escalates",), by(Outcome.ESCALATE, "escalates")),
        (ASKED_BACK, ("escalates",), by(Outcome.ESCALATE, "escalates")),
        (VERIFY, ("escalates",), by(Outcome.ESCALATE, "escalates")),
        (UNSURE, ("escalates",), UNSURE),
        (SENT, ("asks",), by(Outcome.ASK_APPROVAL, "asks")),
        (SUPERVISED, ("asks",), by(Outcome.ASK_APPROVAL, "asks", Reason.SUPERVISED)),
        (ASKED_BACK, ("asks",), ASKED_BACK),
        (VERIFY, ("asks",), VERIFY),
        (UNSURE, ("asks",), UNSURE),
        (SENT, ("asks", "escalates"), by(Outcome.ESCALATE, "escalates")),
        (SENT, ("escalates", "other"), by(Outcome.ESCALATE, "escalates")),
        (SENT, ("other", "escalates"), by(Outcome.ESCALATE, "other")),
        (SENT, ("later",), SENT),
        (SENT, ("later", "asks"), by(Outcome.ASK_APPROVAL, "asks")),
    ],
)
def test_a_rule_demands_more_care(decision: Decision, held: tuple[str, ...], expected: Decision) -> None:
    assert ruled(decision, *held) == expected


def test_what_is_left_to_decide_counts() -> None:
    assert ruled(SENT, "later", at=AtDecision(confidence=0.85)) == by(Outcome.ESCALATE, "later")


CARE = {
    Outcome.SEND: 0,
    Outcome.CLARIFY: 1,
    Outcome.VERIFY: 1,
    Outcome.ASK_APPROVAL: 1,
    Outcome.ESCALATE: 2,
}


@pytest.mark.parametrize("decision", ALL, ids=lambda one: one.outcome)
def test_no_rule_ever_takes_care_back(decision: Decision) -> None:
    names = [rule.id for rule in RULES]
    for chosen in product((False, True), repeat=len(names)):
        held = [name for name, is_held in zip(names, chosen, strict=True) if is_held]
        assert CARE[ruled(decision, *held).outcome] >= CARE[decision.outcome]


def test_where_no_rules_were_looked_at_nothing_changes() -> None:
    assert with_rules(SENT, Evidence(), RULES, AT) is SENT


def test_a_rule_that_the_policy_does_not_have_escalates() -> None:
    """A worker that knew no rules opened the conversation, and another one found that this rule holds."""
    assert with_rules(SENT, Evidence(rules_held=("new",)), (), AT) == by(Outcome.ESCALATE, "new")


@pytest.mark.parametrize(
    ("evidence", "clarifications", "failures"),
    [
        (Evidence(), 0, 0),
        (Evidence(), 2, 0),
        (Evidence(ambiguous=True), 0, 1),
        (Evidence(abstained=True), 1, 2),
    ],
)
def test_this_turn_is_one_of_those_that_failed(evidence: Evidence, clarifications: int, failures: int) -> None:
    assert at_decision(evidence, 0.5, 3, clarifications) == AtDecision(confidence=0.5, exchanges=3, failures=failures)


def test_a_turn_as_rules_see_it() -> None:
    evidence = Evidence(
        topic="refund",
        topic_confidence=0.8,
        sensitivity=Sensitivity.FINANCIAL,
        amount=Decimal("10.50"),
        missing_sources=("crm",),
        asks_for_person=True,
        cannot_do="fly",
        out_of_scope=0.1,
        retrieval=0.2,
        grounding=0.3,
        from_facts=True,
        injection=True,
        supervised=True,
        action="within_limit",
    )
    told: dict[str, Any] = {
        "text": "Hello",
        "language": "pt",
        "facts": {"plan": "Gold"},
        "verified": True,
        "promise_overdue": True,
    }
    assert drafted(evidence, "billing", sure_of_topic=True, **told) == Drafted(
        **told,
        ai_agent="billing",
        topic="refund",
        topic_confidence=0.8,
        sensitivity="financial",
        amount=10.5,
        missing_sources=("crm",),
        asks_for_person=True,
        cannot_do=True,
        out_of_scope=0.1,
        retrieval=0.2,
        grounding=0.3,
        answered=True,
        from_facts=True,
        injection=True,
        supervised=True,
        action="within_limit",
    )


@pytest.mark.parametrize("nothing", [{"abstained": True}, {"ambiguous": True}])
def test_of_nothing_known_nothing_is_told(nothing: dict[str, bool]) -> None:
    assert drafted(Evidence(topic="refund", **nothing), "billing", sure_of_topic=False) == Drafted(ai_agent="billing")


def test_what_no_record_tells_is_named() -> None:
    assert Drafted.model_fields.keys() >= NOT_RECORDED
