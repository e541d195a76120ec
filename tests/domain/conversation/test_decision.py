"""The decision as a table: every rule, their order, and the thresholds to the digit."""

from decimal import Decimal
from itertools import combinations
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation.decision import decide, in_sample
from domain.conversation.turn import Decision, Evidence, Outcome, Reason
from domain.specification.organisation import Sensitivity, ServiceLevels, Thresholds
from domain.specification.rules import DecidingRule

SEND, ASK, CLARIFY, ESCALATE = Outcome.SEND, Outcome.ASK_APPROVAL, Outcome.CLARIFY, Outcome.ESCALATE
VERIFY = Outcome.VERIFY
NO_SAMPLE = Thresholds(review_sample=0.0)


class Rule(NamedTuple):
    """One cause, and what follows where it stands alone."""

    outcome: Outcome
    reason: Reason
    evidence: dict[str, Any] = {}
    confidence: float = 0.95
    exchanges: int = 0


IN_ORDER = [
    Rule(ESCALATE, Reason.ASKED_FOR_PERSON, {"asks_for_person": True}),
    Rule(ESCALATE, Reason.INJECTION, {"injection": True}),
    Rule(ESCALATE, Reason.CANNOT_DO, {"cannot_do": "promise a delivery date"}),
    Rule(ESCALATE, Reason.TOPIC_ESCALATES, {"topic_escalates": True}),
    Rule(ESCALATE, Reason.UNSUPPORTED_LANGUAGE, {"unsupported_language": "pt"}),
    Rule(ESCALATE, Reason.EXCHANGE_LIMIT, exchanges=5),
    Rule(VERIFY, Reason.IDENTITY, {"identity": "to_verify"}),
    Rule(CLARIFY, Reason.AMBIGUOUS, {"ambiguous": True}),
    Rule(ESCALATE, Reason.OUT_OF_SCOPE, {"out_of_scope": 0.51}),
    Rule(ESCALATE, Reason.NO_ANSWER, {"abstained": True}),
    Rule(ASK, Reason.SUPERVISED, {"supervised": True}),
    Rule(ESCALATE, Reason.LOW_CONFIDENCE, confidence=0.1),
    Rule(ASK, Reason.ACTION, {"action": "needs_approval"}),
    Rule(ASK, Reason.SENSITIVE_TOPIC, {"sensitivity": Sensitivity.LEGAL}),
    Rule(SEND, Reason.CONFIDENT),
]


def decision(
    evidence: Evidence | None = None,
    *,
    confidence: float = 0.95,
    exchanges: int = 0,
    clarifications: int = 0,
    thresholds: Thresholds = NO_SAMPLE,
    sampling_key: str = "draft-1",
    rules: tuple[DecidingRule, ...] = (),
) -> Decision:
    return decide(
        evidence=evidence or Evidence(),
        confidence=confidence,
        exchanges=exchanges,
        clarifications=clarifications,
        thresholds=thresholds,
        service_levels=ServiceLevels(exchange_limit=5, clarification_limit=2),
        sampling_key=sampling_key,
        rules=rules,
    )


def test_confident_draft_is_sent() -> None:
    assert decision() == Decision(outcome=SEND, reason=Reason.CONFIDENT)


def test_what_needs_an_identity_that_nothing_can_prove_goes_to_a_person() -> None:
    unknown = Evidence(identity="unknown", action="within_limit")
    assert decision(unknown) == Decision(outcome=ESCALATE, reason=Reason.IDENTITY)


@pytest.mark.parametrize("rule", IN_ORDER, ids=lambda rule: rule.reason)
def test_each_cause_alone(rule: Rule) -> None:
    decided = decision(Evidence(**rule.evidence), confidence=rule.confidence, exchanges=rule.exchanges)
    assert (decided.outcome, decided.reason) == (rule.outcome, rule.reason)


@pytest.mark.parametrize(("first", "second"), list(combinations(IN_ORDER, 2)), ids=lambda rule: rule.reason)
def test_of_two_causes_the_earlier_rule_wins(first: Rule, second: Rule) -> None:
    decided = decision(
        Evidence(**first.evidence | second.evidence),
        confidence=min(first.confidence, second.confidence),
        exchanges=max(first.exchanges, second.exchanges),
    )
    assert (decided.outcome, decided.reason) == (first.outcome, first.reason)


ESCALATES = DecidingRule(id="vip", then="escalate")
ASKS = DecidingRule(id="vip", then="ask_approval")


@pytest.mark.parametrize("rule", IN_ORDER, ids=lambda rule: rule.reason)
@pytest.mark.parametrize("added", [ESCALATES, ASKS], ids=lambda rule: rule.then)
def test_the_built_in_policy_comes_before_rules(rule: Rule, added: DecidingRule) -> None:
    """Its escalations keep their reason; everything else may only become an escalation or an approval."""
    evidence = Evidence(**rule.evidence, rules_held=("vip",))
    decided = decision(evidence, confidence=rule.confidence, exchanges=rule.exchanges, rules=(added,))
    if rule.outcome is ESCALATE:
        assert decided == Decision(outcome=ESCALATE, reason=rule.reason)
    elif added.then == "escalate":
        assert decided == Decision(outcome=ESCALATE, reason=Reason.RULE, rule="vip")
    elif rule.outcome in {SEND, ASK}:
        reason = Reason.RULE if rule.outcome is SEND else rule.reason
        assert decided == Decision(outcome=ASK, reason=reason, rule="vip")
    else:
        assert (decided.outcome, decided.reason) == (rule.outcome, rule.reason)


@pytest.mark.parametrize(("exchanges", "outcome"), [(0, SEND), (4, SEND), (5, ESCALATE), (6, ESCALATE)])
def test_the_sixth_exchange_goes_to_a_person(exchanges: int, outcome: Outcome) -> None:
    assert decision(exchanges=exchanges).outcome is outcome


@pytest.mark.parametrize(
    ("clarifications", "expected"),
    [
        (0, (CLARIFY, Reason.AMBIGUOUS)),
        (1, (CLARIFY, Reason.AMBIGUOUS)),
        (2, (ESCALATE, Reason.NO_ANSWER)),
        (3, (ESCALATE, Reason.NO_ANSWER)),
    ],
)
def test_asking_back_ends_at_its_limit(clarifications: int, expected: tuple[Outcome, Reason]) -> None:
    decided = decision(Evidence(ambiguous=True), confidence=0.0, clarifications=clarifications)
    assert (decided.outcome, decided.reason) == expected


@pytest.mark.parametrize(
    ("evidence", "confidence", "clarifications", "expected"),
    [
        ({}, 0.69, 0, (CLARIFY, Reason.AMBIGUOUS)),
        ({}, 0.69, 1, (CLARIFY, Reason.AMBIGUOUS)),
        ({}, 0.69, 2, (ESCALATE, Reason.LOW_CONFIDENCE)),
        ({}, 0.70, 0, (SEND, Reason.CONFIDENT)),
        ({"sensitivity": Sensitivity.LEGAL}, 0.69, 0, (ESCALATE, Reason.LOW_CONFIDENCE)),
        ({"supervised": True}, 0.69, 0, (ASK, Reason.SUPERVISED)),
        ({"out_of_scope": 0.6}, 0.69, 0, (ESCALATE, Reason.OUT_OF_SCOPE)),
        ({"asks_for_person": True}, 0.69, 0, (ESCALATE, Reason.ASKED_FOR_PERSON)),
    ],
)
def test_between_two_near_articles_an_unsure_draft_becomes_a_question(
    evidence: dict[str, Any], confidence: float, clarifications: int, expected: tuple[Outcome, Reason]
) -> None:
    decided = decision(Evidence(near_articles=True, **evidence), confidence=confidence, clarifications=clarifications)
    assert (decided.outcome, decided.reason) == expected


@pytest.mark.parametrize(
    ("confidence", "outcome", "review"),
    [
        (0.0, ESCALATE, None),
        (0.6999, ESCALATE, None),
        (0.70, SEND, "low_confidence"),
        (0.7999, SEND, "low_confidence"),
        (0.80, SEND, None),
        (1.0, SEND, None),
        (float("nan"), ESCALATE, None),
    ],
)
def test_confidence_thresholds_at_their_boundaries(confidence: float, outcome: Outcome, review: str | None) -> None:
    decided = decision(confidence=confidence)
    assert (decided.outcome, decided.review) == (outcome, review)


@pytest.mark.parametrize(
    ("own", "confidence", "outcome"), [(0.9, 0.85, ESCALATE), (0.9, 0.9, SEND), (0.1, 0.5, ESCALATE)]
)
def test_the_ai_agents_own_threshold_only_makes_it_stricter(own: float, confidence: float, outcome: Outcome) -> None:
    assert decision(Evidence(escalate_below=own), confidence=confidence).outcome is outcome


@pytest.mark.parametrize(("out_of_scope", "outcome"), [(0.5, SEND), (0.501, ESCALATE)])
def test_out_of_scope_above_its_threshold_escalates(out_of_scope: float, outcome: Outcome) -> None:
    assert decision(Evidence(out_of_scope=out_of_scope)).outcome is outcome


@pytest.mark.parametrize("kind", Sensitivity)
def test_every_kind_of_sensitive_topic_asks_for_approval(kind: Sensitivity) -> None:
    assert decision(Evidence(sensitivity=kind)).outcome is ASK


def test_a_drawn_draft_is_sent_and_reviewed() -> None:
    assert decision(thresholds=Thresholds(review_sample=1.0)).review == "sample"


def test_low_confidence_is_the_reason_for_review_even_when_drawn() -> None:
    assert decision(confidence=0.75, thresholds=Thresholds(review_sample=1.0)).review == "low_confidence"


@pytest.mark.parametrize(
    ("share", "low", "high"), [(0.0, 0, 0), (0.1, 900, 1100), (0.5, 4850, 5150), (1.0, 10_000, 10_000)]
)
def test_the_sample_has_the_right_share(share: float, low: int, high: int) -> None:
    drawn = sum(in_sample(f"conversation-{number}", share) for number in range(10_000))
    assert low <= drawn <= high


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_contains_the_smaller_one(key: str, share: float, other: float) -> None:
    smaller, larger = sorted((share, other))
    assert in_sample(key, larger) or not in_sample(key, smaller)


evidences = st.builds(
    Evidence,
    out_of_scope=st.floats(0, 1),
    abstained=st.booleans(),
    ambiguous=st.booleans(),
    asks_for_person=st.booleans(),
    injection=st.booleans(),
    cannot_do=st.none() | st.just("refunds"),
    sensitivity=st.none() | st.sampled_from(Sensitivity),
    supervised=st.booleans(),
    action=st.none() | st.sampled_from(["within_limit", "needs_approval"]),
    topic_escalates=st.booleans(),
    escalate_below=st.none() | st.floats(0, 1),
)


@given(evidences, st.floats(), st.integers(0, 20), st.integers(0, 5))
def test_nothing_is_sent_against_a_rule(
    evidence: Evidence, confidence: float, exchanges: int, clarifications: int
) -> None:
    """Fails closed: a draft leaves alone only when no rule at all speaks against it."""
    decided = decision(evidence, confidence=confidence, exchanges=exchanges, clarifications=clarifications)
    if evidence.asks_for_person:
        assert decided == Decision(outcome=ESCALATE, reason=Reason.ASKED_FOR_PERSON)
    if decided.outcome is SEND:
        assert confidence >= max(NO_SAMPLE.escalate_below, evidence.escalate_below or 0.0)
        assert not (evidence.injection)
        assert not (evidence.cannot_do)
        assert not (evidence.topic_escalates)
        assert not (evidence.abstained)
        assert not (evidence.ambiguous)
        assert not (evidence.supervised)
        assert not (evidence.sensitivity)
        assert evidence.action != "needs_approval"
        assert exchanges < 5


@given(evidences, st.floats(0, 1), st.floats(0, 1))
def test_more_confidence_never_turns_a_send_into_something_else(evidence: Evidence, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if decision(evidence, confidence=low).outcome is SEND:
        assert decision(evidence, confidence=high).outcome is SEND


@pytest.mark.parametrize("risk", [{"missing_sources": ("crm",)}, {"amount": Decimal(120)}, {"action": "within_limit"}])
def test_every_risky_reply_is_reviewed(risk: dict[str, Any]) -> None:
    assert decision(Evidence(**risk)).review == "risk"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"action": "within_limit"}, (SEND, Reason.JOURNEY)),
        ({"action": "needs_approval"}, (ASK, Reason.ACTION)),
        ({"action": "within_limit", "supervised": True}, (ASK, Reason.ACTION)),
    ],
)
def test_what_a_journey_has_done_is_doubted_by_nobody_and_approved_as_ever(
    changes: dict[str, Any], expected: tuple[Outcome, Reason]
) -> None:
    decided = decision(Evidence(of_journey=True, **changes), confidence=0.0, exchanges=99)
    assert (decided.outcome, decided.reason) == expected


@pytest.mark.parametrize(
    ("then", "action", "expected"),
    [
        ("ask_approval", "within_limit", (ASK, Reason.RULE, "large")),
        ("ask_approval", "needs_approval", (ASK, Reason.ACTION, "large")),
        ("escalate", "within_limit", (ESCALATE, Reason.RULE, "large")),
    ],
)
def test_a_rule_adds_to_what_a_journey_has_done(
    then: Literal["escalate", "ask_approval"],
    action: Literal["within_limit", "needs_approval"],
    expected: tuple[Outcome, Reason, str],
) -> None:
    evidence = Evidence(of_journey=True, action=action, rules_held=("large",))
    decided = decision(evidence, rules=(DecidingRule(id="large", then=then),))
    assert (decided.outcome, decided.reason, decided.rule) == expected
