"""Each kind of condition as a table: when it holds, what it covers, what it contradicts."""

from math import nan
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from domain.specification.conditions import (
    DECIDED,
    AnyAsked,
    AnyCondition,
    AnyDecided,
    Asked,
    AskedCondition,
    AtDecision,
    Condition,
    DecidedCondition,
    Drafted,
    FoundCondition,
    Turn,
)

FOUND = TypeAdapter[FoundCondition](Annotated[FoundCondition, Field(discriminator="kind")])
ASKED = TypeAdapter[AskedCondition](AnyAsked)
AT_DECISION = TypeAdapter[DecidedCondition](AnyDecided)
ALL = TypeAdapter[FoundCondition | DecidedCondition](AnyCondition)

TOPIC = {"kind": "topic", "topics": ["refund", "invoice"]}
WORDS = {"kind": "words", "phrases": ["data breach", "lawyer"]}
PLAN = {"kind": "fact", "name": "plan", "one_of": ["Enterprise", "Business"]}
AMOUNT = {"kind": "amount", "above": 100}
EXPRESSION = {"kind": "expression", "cel": "amount > 50.0"}
SURE = {"kind": "confidence", "below": 0.8}
EXCHANGES = {"kind": "exchanges", "at_least": 3}
FAILURES = {"kind": "repeated_failure", "turns": 2}
CANNOT_DO, ASKS, OVERDUE = {"kind": "cannot_do"}, {"kind": "asks_for_person"}, {"kind": "promise_overdue"}
DRAFT_WORDS = {"kind": "draft_words", "phrases": ["paid back", "i promise"]}
DRAFT_LACKS = {"kind": "draft_lacks", "phrases": ["within 14 days", "in two weeks"]}
DRAFT_LENGTH = {"kind": "draft_length", "above": 10}
DRAFT_FACTS = {"kind": "draft_facts", "names": ["balance", "email"]}
MACRO = {"kind": "macro", "macros": ["renewal", "trial"]}


def known(**fields: Any) -> Turn:
    return Turn(known=Drafted(**fields))


@pytest.mark.parametrize(
    ("condition", "recorded"),
    [(TOPIC, True), (WORDS, False), (PLAN, False), (AMOUNT, True), (CANNOT_DO, True), (ASKS, True), (OVERDUE, False)],
)
def test_whether_the_record_of_a_turn_tells_that_it_held(condition: dict[str, Any], recorded: bool) -> None:
    """A plan calls a recorded turn unknown where a condition depends on what no record has."""
    assert FOUND.validate_python(condition).recorded is recorded


HOLDS: list[tuple[dict[str, Any], Turn, bool]] = [
    (TOPIC, known(topic="refund"), True),
    (TOPIC, known(topic="delivery"), False),
    (TOPIC, known(topic=""), False),
    (WORDS, Turn(said=frozenset({"lawyer"})), True),
    (WORDS, Turn(said=frozenset({"another phrase"})), False),
    (WORDS, Turn(), False),
    (PLAN, known(facts={"plan": "Business"}), True),
    (PLAN, known(facts={"plan": "enterprise"}), True),
    (PLAN, known(facts={"plan": "Starter"}), False),
    (PLAN, known(facts={"status": "Enterprise"}), False),
    (PLAN, known(), False),
    (AMOUNT, known(amount=100.01), True),
    (AMOUNT, known(amount=100), False),
    ({"kind": "amount", "above": 0}, known(), False),
    (CANNOT_DO, known(cannot_do=True), True),
    (CANNOT_DO, known(), False),
    (ASKS, known(asks_for_person=True), True),
    (ASKS, known(), False),
    (OVERDUE, known(promise_overdue=True), True),
    (OVERDUE, known(), False),
    (EXPRESSION, Turn(true=frozenset({"amount > 50.0"})), True),
    (EXPRESSION, Turn(true=frozenset({"verified"})), False),
    (DRAFT_WORDS, Turn(written=frozenset({"i promise"})), True),
    (DRAFT_WORDS, Turn(written=frozenset({"within 14 days"})), False),
    (DRAFT_WORDS, Turn(said=frozenset({"i promise"})), False),
    (DRAFT_LACKS, Turn(known=Drafted(answered=True)), True),
    (DRAFT_LACKS, Turn(known=Drafted(answered=True), written=frozenset({"in two weeks"})), False),
    (DRAFT_LACKS, Turn(known=Drafted(answered=False)), False),
    (DRAFT_LENGTH, known(draft="x" * 11), True),
    (DRAFT_LENGTH, known(draft="x" * 10), False),
    (DRAFT_LENGTH, known(text="x" * 11), False),
    (DRAFT_FACTS, known(facts_told=("plan", "email")), True),
    (DRAFT_FACTS, known(facts_told=("plan",), facts={"email": "a@b.example"}), False),
    (MACRO, known(macro="trial"), True),
    (MACRO, known(macro="other"), False),
    (MACRO, known(), False),
]


@pytest.mark.parametrize(("data", "turn", "expected"), HOLDS)
def test_it_holds_of_what_was_found(data: dict[str, Any], turn: Turn, expected: bool) -> None:
    assert FOUND.validate_python(data).holds(turn) is expected


@pytest.mark.parametrize("data", [DRAFT_WORDS, DRAFT_LACKS, DRAFT_LENGTH, DRAFT_FACTS, MACRO])
def test_of_what_is_not_written_yet_nothing_is_asked(data: dict[str, Any]) -> None:
    assert not FOUND.validate_python(data).holds(Turn(known=Asked(text="Where is it?")))
    with pytest.raises(ValidationError):
        ASKED.validate_python(data)


@pytest.mark.parametrize(
    ("data", "at", "expected"),
    [
        (SURE, AtDecision(confidence=0.79), True),
        (SURE, AtDecision(confidence=0.8), False),
        (SURE, AtDecision(confidence=nan), True),
        (EXCHANGES, AtDecision(confidence=1, exchanges=3), True),
        (EXCHANGES, AtDecision(confidence=1, exchanges=2), False),
        (FAILURES, AtDecision(confidence=1, failures=2), True),
        (FAILURES, AtDecision(confidence=1, failures=1), False),
    ],
)
def test_it_holds_at_the_decision(data: dict[str, Any], at: AtDecision, expected: bool) -> None:
    assert AT_DECISION.validate_python(data).holds(at) is expected


def condition(data: dict[str, Any]) -> Condition:
    return ALL.validate_python(data)


def test_every_kind_covers_itself_and_no_other_and_contradicts_neither() -> None:
    kinds: list[dict[str, Any]] = [TOPIC, WORDS, PLAN, AMOUNT, EXPRESSION, SURE, EXCHANGES, FAILURES, CANNOT_DO, ASKS]
    kinds += [DRAFT_WORDS, DRAFT_LACKS, DRAFT_LENGTH, DRAFT_FACTS, MACRO]
    for data in kinds:
        covered = [other["kind"] for other in kinds if condition(data).covers(condition(other))]
        assert covered == [data["kind"]]
        assert not any(condition(data).contradicts(condition(other)) for other in kinds)


def test_those_known_at_the_decision_only_are_told_apart() -> None:
    late = {data["kind"] for data in (TOPIC, WORDS, SURE, EXCHANGES, FAILURES) if isinstance(condition(data), DECIDED)}
    assert late == {"confidence", "exchanges", "repeated_failure"}


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (TOPIC, {"kind": "topic", "topics": ["refund"]}),
        (WORDS, {"kind": "words", "phrases": ["lawyer"]}),
        (PLAN, {"kind": "fact", "name": "plan", "one_of": ["BUSINESS"]}),
        (AMOUNT, {"kind": "amount", "above": 100.5}),
        (SURE, {"kind": "confidence", "below": 0.7}),
        (EXCHANGES, {"kind": "exchanges", "at_least": 4}),
        (FAILURES, {"kind": "repeated_failure", "turns": 3}),
        (DRAFT_WORDS, {"kind": "draft_words", "phrases": ["paid back"]}),
        (DRAFT_LACKS, {"kind": "draft_lacks", "phrases": ["within 14 days", "in two weeks", "soon"]}),
        (DRAFT_LENGTH, {"kind": "draft_length", "above": 11}),
        (DRAFT_FACTS, {"kind": "draft_facts", "names": ["email"]}),
        (MACRO, {"kind": "macro", "macros": ["trial"]}),
    ],
)
def test_the_wider_covers_the_narrower(wide: dict[str, Any], narrow: dict[str, Any]) -> None:
    assert condition(wide).covers(condition(narrow))
    assert not condition(narrow).covers(condition(wide))


@pytest.mark.parametrize(
    ("first", "second", "never"),
    [
        (TOPIC, {"kind": "topic", "topics": ["delivery"]}, True),
        (TOPIC, {"kind": "topic", "topics": ["delivery", "refund"]}, False),
        (PLAN, {"kind": "fact", "name": "plan", "one_of": ["Starter"]}, True),
        (PLAN, {"kind": "fact", "name": "plan", "one_of": ["enterprise"]}, False),
        (PLAN, {"kind": "fact", "name": "status", "one_of": ["Starter"]}, False),
        (MACRO, {"kind": "macro", "macros": ["other"]}, True),
        (MACRO, {"kind": "macro", "macros": ["other", "trial"]}, False),
    ],
)
def test_what_can_never_hold_together(first: dict[str, Any], second: dict[str, Any], never: bool) -> None:
    assert condition(first).contradicts(condition(second)) is never
    assert condition(second).contradicts(condition(first)) is never


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "promise"},
        {"kind": "topic", "topics": []},
        {"kind": "words", "phrases": []},
        {"kind": "fact", "name": "", "one_of": ["x"]},
        {"kind": "amount", "above": -1},
        {"kind": "confidence", "below": 0},
        {"kind": "confidence", "below": 1.1},
        {"kind": "exchanges", "at_least": 0},
        {"kind": "repeated_failure", "turns": 0},
        {"kind": "expression", "cel": ""},
        {"kind": "draft_words", "phrases": []},
        {"kind": "draft_lacks", "phrases": []},
        {"kind": "draft_length", "above": -1},
        {"kind": "draft_facts", "names": []},
        {"kind": "macro", "macros": []},
        {"kind": "cannot_do", "entry": "x"},
    ],
)
def test_what_can_not_be_meant_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        condition(data)


def test_the_guide_tells_every_kind_and_every_name() -> None:
    guide = Path("docs/guides/specification.md").read_text(encoding="utf-8")
    kinds = {get_args(one.model_fields["kind"].annotation)[0] for one in (*get_args(FoundCondition), *DECIDED)}
    assert {name for name in (*kinds, *Drafted.model_fields) if f"`{name}`" not in guide} == set()
