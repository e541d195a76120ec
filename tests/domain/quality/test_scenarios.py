"""What scenarios may say, and what is told of what came otherwise."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.conversation.ownership import Status
from domain.conversation.turn import Outcome, Reason
from domain.quality.scenarios import (
    CameOfStep,
    CustomerStep,
    Expectation,
    ExpectationOfPerson,
    ExpectedApproval,
    PersonStep,
    Scenario,
    ScenarioResult,
    StandingJourney,
    StepResult,
    differences,
    has_words,
    shown,
)

CAME = CameOfStep(
    status=Status.AWAITING_APPROVAL,
    ai_agent="billing",
    topic="refund",
    confidence=0.93,
    outcome=Outcome.ASK_APPROVAL,
    reason=Reason.SUPERVISED,
    approval=ExpectedApproval(rule="money", approvers=1, roles=("approver", "lead"), team="till", skill="tax law"),
    cites=("refunds",),
    text="You get your money back within 10 days: 48.00 EUR.",
    journeys=(StandingJourney(id="way", at=("both", "sub/ask")), StandingJourney(id="old", ended="left")),
)
NOTHING = CameOfStep(status=Status.WITH_HUMAN)


def scenario(*steps: dict[str, Any], **fields: Any) -> Scenario:
    return Scenario.model_validate({"id": "one", "title": "One", "steps": steps, **fields})


def test_steps_are_told_apart_by_who_acts() -> None:
    says, does = scenario({"says": "Hi", "expect": {"outcome": "clarify"}}, {"does": "approve", "by": "lea"}).steps
    assert isinstance(says, CustomerStep)
    assert isinstance(does, PersonStep)
    assert (does.by, does.roles) == ("lea", ("approver",))


def test_a_scenario_is_read_again_from_what_it_is() -> None:
    once = scenario({"says": "Hi", "expect": {"outcome": "clarify"}}, {"does": "take_over"})
    assert Scenario.model_validate(once.model_dump()) == once
    assert Scenario.model_validate({**dict(once), "steps": once.steps}) == once


EXPECTS = {"outcome": "send"}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"steps": []}, "at least 1"),
        ({"steps": [{"says": "Hi"}]}, "expects nothing of any step"),
        ({"steps": [{"says": "Hi", "expect": {}}]}, "expects nothing; write"),
        ({"steps": [{"says": "", "expect": EXPECTS}]}, "at least 1 character"),
        ({"steps": [{"expect": EXPECTS}]}, "Field required"),
        ({"steps": [{"does": "shout", "expect": {"status": "open"}}]}, "Input should be 'approve'"),
        ({"steps": [{"does": "reject", "expect": EXPECTS}]}, "reject needs a text"),
        ({"steps": [{"does": "edit", "text": " ", "expect": EXPECTS}]}, "edit needs a text"),
        ({"steps": [{"does": "reply", "expect": EXPECTS}]}, "reply needs a text"),
        ({"steps": [{"does": "take_over", "expect": {"effect": "send"}}]}, "take_over decides no approval"),
        ({"steps": [{"does": "enter_journey", "expect": {"journey": {"id": "a"}}}]}, "name it under journey"),
        ({"steps": [{"does": "tell_event", "expect": {"journey": {"id": "a"}}}]}, "name it under event"),
        ({"steps": [{"does": "confirm_step", "expect": {"journey": {"id": "a"}}}]}, "name it under step"),
        ({"steps": [{"does": "skip_step", "expect": {"journey": {"id": "a"}}}]}, "name it under step"),
        ({"steps": [{"does": "skip_step", "step": "A b", "expect": {"silent": True}}]}, "should match pattern"),
        ({"steps": [{"says": "Hi", "expect": {"journey": {"at": []}}}]}, "Field required"),
        ({"steps": [{"says": "Hi", "expect": {"effect": "send"}}]}, "Extra inputs"),
        ({"steps": [{"says": "Hi", "expect": {"outcome": "send", "approval": {"rule": "x"}}}]}, "and another outcome"),
        ({"steps": [{"says": "Hi", "expect": {"outcome": "send", "silent": True}}]}, "expects silence and a draft"),
        ({"steps": [{"says": "Hi", "expect": EXPECTS}], "verified": False}, "verified needs a customer"),
    ],
)
def test_what_tests_nothing_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Scenario.model_validate({"id": "one", "title": "One", **fields})


@pytest.mark.parametrize(
    "expected",
    [
        {"ai_agent": "billing"},
        {"topic": "refund"},
        {"outcome": "ask_approval", "reason": "supervised"},
        {"approval": {}},
        {"approval": {"rule": "money", "approvers": 1, "roles": ["lead", "approver"]}},
        {"approval": {"team": "till", "skill": "tax law"}},
        {"cites": ["refunds"]},
        {"holds": ["money BACK", "48.00 eur", "10 days:"], "lacks": ["8.00", "5 days", "refund"]},
        {"status": "awaiting_approval"},
        {"journey": {"id": "way"}},
        {"journey": {"id": "way", "at": ["sub/ask", "both"]}},
        {"journey": {"id": "old", "at": [], "ended": "left"}},
        {"journey": {"id": "never", "at": []}},
    ],
)
def test_what_came_as_expected_is_no_difference(expected: dict[str, Any]) -> None:
    assert differences(Expectation.model_validate(expected), CAME) == ()


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"ai_agent": "general"}, ["ai agent: expected general, came billing"]),
        ({"topic": "invoices"}, ["topic: expected invoices, came refund"]),
        ({"outcome": "send"}, ["outcome: expected send, came ask_approval"]),
        ({"reason": "action"}, ["reason: expected action, came supervised"]),
        ({"status": "open"}, ["status: expected open, came awaiting_approval"]),
        ({"approval": {"rule": "large"}}, ["rule: expected large, came money"]),
        ({"approval": {"approvers": 2}}, ["approvers: expected 2, came 1"]),
        ({"approval": {"team": "desk"}}, ["team: expected desk, came till"]),
        ({"approval": {"skill": "law"}}, ["skill: expected law, came tax law"]),
        ({"approval": {"roles": ["lead"]}}, ["roles: expected lead, came approver, lead"]),
        ({"cites": []}, ["cites: expected nothing, came refunds"]),
        ({"cites": ["refunds", "plans"]}, ["cites: expected plans, refunds, came refunds"]),
        ({"holds": ["tomorrow"]}, [f"text: expected 'tomorrow' in it, came {CAME.text!r}"]),
        ({"lacks": ["money"]}, [f"text: expected no 'money' in it, came {CAME.text!r}"]),
        ({"silent": True}, ["reply: expected none, came ask_approval"]),
        ({"journey": {"id": "never"}}, ["journey: expected never, came old, way"]),
        ({"journey": {"id": "way", "at": []}}, ["journey way: expected no step under way, came at both, sub/ask"]),
        ({"journey": {"id": "way", "at": ["both"]}}, ["journey way: expected at both, came at both, sub/ask"]),
        ({"journey": {"id": "never", "at": ["a"]}}, ["journey never: expected at a, came no step under way"]),
        ({"journey": {"id": "way", "ended": "left"}}, ["journey way: expected left, came at both, sub/ask"]),
        ({"journey": {"id": "old", "ended": "completed"}}, ["journey old: expected completed, came left"]),
        ({"journey": {"id": "never", "ended": "left"}}, ["journey never: expected left, came not entered"]),
        (
            {"ai_agent": "general", "topic": "plans"},
            ["ai agent: expected general, came billing", "topic: expected plans, came refund"],
        ),
    ],
)
def test_every_difference_is_told(expected: dict[str, Any], told: list[str]) -> None:
    assert list(map(str, differences(Expectation.model_validate(expected), CAME))) == told


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"outcome": "send"}, ["outcome: expected send, came none"]),
        ({"approval": {"rule": "money"}}, ["approval: expected rule money, came none"]),
        ({"approval": {"approvers": 2}}, ["approval: expected rule any, came none"]),
        ({"cites": ["refunds"]}, ["cites: expected refunds, came nothing"]),
        ({"effect": "send"}, ["effect: expected send, came none"]),
        ({"silent": True, "status": "with_human"}, []),
    ],
)
def test_what_did_not_come_is_told(expected: dict[str, Any], told: list[str]) -> None:
    assert list(map(str, differences(ExpectationOfPerson.model_validate(expected), NOTHING))) == told


def test_nothing_is_compared_where_nothing_is_expected() -> None:
    assert differences(None, CAME) == ()


@pytest.mark.parametrize(
    ("text", "phrase", "has"),
    [
        ("It costs 120 EUR.", "12", False),
        ("It costs 120 EUR.", "120 eur", True),
        ("Größe\n  und Gewicht", "grosse und", True),
        ("under *Settings > Billing*", "Settings > Billing", True),
        ("This is it.", "hi", False),
        ("12.50", "12.5", False),
        ("don’t", "dont", True),
        ("お問い合わせ", "問い合", True),
        ("", "a", False),
    ],
)
def test_words_stand_side_by_side_and_whole(text: str, phrase: str, has: bool) -> None:
    assert has_words(text, phrase) is has


def test_a_scenario_passes_when_no_step_differs() -> None:
    good = StepResult(number=1, what="Hi", came=CAME)
    [difference] = differences(Expectation(topic="plans"), CAME)
    bad = StepResult(number=2, what="Hi", came=CAME, differences=(difference,))
    assert ScenarioResult(id="a", title="A", steps=(good,)).passed
    assert not ScenarioResult(id="a", title="A", steps=(good, bad)).passed


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ({"says": "Where is\n my  bike?"}, "Where is my bike?"),
        ({"says": "a" * 121}, "a" * 119 + "…"),
        ({"does": "reject", "by": "lea", "text": "too  much"}, "lea: reject too much"),
        (
            {"does": "confirm_step", "journey": "way", "step": "meet", "text": "Fine."},
            "person: confirm_step way meet Fine.",
        ),
        ({"does": "tell_event", "event": "paid"}, "person: tell_event paid"),
    ],
)
def test_a_step_is_shown_on_one_line(step: dict[str, Any], line: str) -> None:
    assert shown(scenario(step, {"says": "Hi", "expect": {"status": "open"}}).steps[0]) == line
