"""Rules: what is found before and what is left to decide, who is asked, which rule covers which."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.specification.conditions import AtDecision, Drafted, Turn
from domain.specification.rules import Rule, rule_named, rules_held

TOPIC = {"kind": "topic", "topics": ["refund"]}
LARGE = {"kind": "amount", "above": 100}
UNSURE = {"kind": "confidence", "below": 0.9}
LATE = {"kind": "exchanges", "at_least": 2}


def rule(*when: dict[str, Any], key: str = "rule", then: str = "escalate", **more: Any) -> Rule:
    return Rule.model_validate({"id": key, "description": "Why.", "when": when, "then": then, **more})


def test_what_is_known_before_is_apart_from_what_is_left_to_decide() -> None:
    made = rule(TOPIC, UNSURE, LARGE, LATE, then="ask_approval", ask={"approvers": 2})
    assert [one.kind for one in made.found] == ["topic", "amount"]
    assert [one.kind for one in made.to_decide.when] == ["confidence", "exchanges"]
    assert (made.to_decide.id, made.to_decide.then, made.to_decide.ask) == ("rule", "ask_approval", made.ask)


@pytest.mark.parametrize(
    ("confidence", "exchanges", "expected"), [(0.5, 2, True), (0.5, 1, False), (0.9, 2, False), (0.9, 1, False)]
)
def test_it_holds_when_all_that_is_left_holds(confidence: float, exchanges: int, expected: bool) -> None:
    at = AtDecision(confidence=confidence, exchanges=exchanges)
    assert rule(TOPIC, UNSURE, LATE).to_decide.holds(at) is expected


def test_with_nothing_left_it_holds() -> None:
    assert rule(TOPIC).to_decide.holds(AtDecision(confidence=1))


def test_rules_hold_in_their_order_by_all_that_is_found() -> None:
    rules = [rule(TOPIC, LARGE, key="both"), rule(LARGE, key="large"), rule(TOPIC, key="topic"), rule(LATE, key="late")]
    turn = Turn(known=Drafted(topic="refund", amount=50))
    assert rules_held(rules, turn) == ("topic", "late")


def test_a_rule_that_escalates_asks_nobody_for_an_approval() -> None:
    with pytest.raises(ValidationError, match="ask has no effect"):
        rule(TOPIC, ask={"approvers": 2})


def test_it_asks_as_usual_where_nothing_is_said() -> None:
    asks = rule(TOPIC, then="ask_approval", ask={}).ask
    assert asks is not None
    assert (asks.approvers, asks.roles, asks.exclude_requester, asks.ladder) == (1, ("approver",), True, ())


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ((TOPIC,), (TOPIC,), True),
        ((TOPIC,), (LARGE, TOPIC), True),
        ((TOPIC, LARGE), (TOPIC,), False),
        (({"kind": "amount", "above": 50},), (LARGE,), True),
        ((LARGE,), ({"kind": "amount", "above": 50},), False),
    ],
)
def test_a_rule_covers_those_that_demand_more(wide: Any, narrow: Any, expected: bool) -> None:
    assert rule(*wide).covers(rule(*narrow)) is expected


def test_a_rule_is_found_by_its_id() -> None:
    rules = [rule(TOPIC, key="a").to_decide, rule(TOPIC, key="b").to_decide]
    assert rule_named(rules, "b") is rules[1]
    assert rule_named(rules, "c") is None
