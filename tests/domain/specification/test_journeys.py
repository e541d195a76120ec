"""Journeys as they stand in a specification."""

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.specification.journeys import DescribedStep, Journey, MessageStep
from domain.specification.organisation import OrganisationSpec
from tests.domain.journeys.journeys import ask, journey, say, use, wait
from tests.domain.specification.test_organisation import document, organisation


def test_a_step_without_a_kind_is_in_words_as_every_step_of_earlier_versions() -> None:
    earlier = {
        "id": "leaving",
        "title": "Leaving",
        "topics": ["refunds"],
        "steps": [
            {"id": "ask", "description": "Ask why", "ai_agent": None, "next": ["done"]},
            {"id": "done", "description": ""},
        ],
    }
    read = Journey.model_validate(earlier)
    assert [type(step) for step in read.steps] == [DescribedStep, DescribedStep]
    assert not read.runs
    assert Journey.model_validate_json(read.model_dump_json()) == read


def test_a_journey_runs_when_all_of_its_steps_have_a_kind() -> None:
    assert journey(say("a", "b"), say("b")).runs
    assert not journey(say("a", "b"), {"id": "b", "description": "Words."}).runs


def test_a_step_is_found_by_its_id() -> None:
    of = journey(say("a", "b"), {"id": "b", "description": "Words."})
    assert isinstance(of.step("a"), MessageStep)
    with pytest.raises(StopIteration):
        of.step("b")


def test_a_journey_is_found_by_its_id() -> None:
    assert organisation().journey("leaving")
    assert organisation().journey("none") is None


def test_an_organisation_with_every_kind_is_the_same_after_json() -> None:
    steps = [
        ask("name", "pick", answer="yes_no", choices=[{"value": "yes", "next": "pick"}]),
        {
            "id": "pick",
            "kind": "branch",
            "next": "both",
            "conditions": [{"fact": "plan", "one_of": ["a", 1], "next": "both"}],
        },
        {"id": "both", "kind": "parallel", "branches": ["w", "m"], "next": "meet"},
        wait("w", event="paid", hours=2),
        say("m", ai_agent="general"),
        {"id": "meet", "kind": "check_in", "role": "coach", "next": "call"},
        {"id": "call", "kind": "promise", "promise": "A call", "within_hours": 4, "overdue_to": "lead", "next": "sub"},
        {"id": "sub", "kind": "journey", "journey": "leaving", "next": "tell"},
        {"id": "tell", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it.", "next": "use"},
        use("use", arguments={"a": {"answer": "name"}, "b": {"fact": "email"}, "c": 1, "d": True, "e": "x"}),
    ]
    journeys = [*document()["journeys"], {"id": "all", "title": "All", "steps": steps}]
    servers = [{"id": "shop", "transport": "http", "url": "https://shop.example"}]
    read = organisation(journeys=journeys, tool_servers=servers)
    assert OrganisationSpec.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(
    ("step", "after"),
    [
        (say("a"), None),
        (ask("a"), None),
        (ask("a", within_hours=2, otherwise="a"), timedelta(hours=2)),
        (wait("a", hours=0.5), timedelta(minutes=30)),
        ({"id": "a", "kind": "check_in", "role": "coach"}, timedelta(hours=24)),
        (use("a"), None),
    ],
)
def test_when_something_happens_by_itself(step: dict[str, Any], after: timedelta | None) -> None:
    assert journey(step).step("a").due_after == after


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (ask("a", answer="choice", choices=[{"value": "x"}]), "a choice needs two answers or more"),
        (ask("a", answer="yes_no", choices=[{"value": "maybe"}]), "the answers are yes and no"),
        (ask("a", answer="number", choices=[{"value": "1"}]), "choices stand beside answer number"),
        (ask("a", answer="number", minimum=3, maximum=2), "maximum is lower than minimum"),
        (ask("a", attempts=2), "who does not answer goes nowhere"),
        (ask("a", within_hours=2), "who does not answer goes nowhere"),
        (wait("a"), "it waits for nothing"),
        (wait("a", hours=0), "greater than 0"),
        ({"id": "a", "kind": "branch", "conditions": []}, "at least 1 item"),
        (
            {"id": "a", "kind": "branch", "conditions": [{"answer": "q", "fact": "f", "equals": 1, "next": "a"}]},
            "it compares an answer or a fact",
        ),
        ({"id": "a", "kind": "branch", "conditions": [{"answer": "q", "next": "a"}]}, "it compares with nothing"),
        ({"id": "a", "kind": "parallel", "branches": ["a"]}, "at least 2 items"),
        ({"id": "a", "kind": "dance"}, "does not match any of the expected tags"),
        ({"id": "a", "kind": "message"}, "Field required"),
        ({"id": "A", "kind": "message", "text": "x"}, "should match pattern"),
        (say("a") | {"colour": "blue"}, "Extra inputs are not permitted"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        journey(step)


@pytest.mark.parametrize("steps", ["words", [7], None, [["a"]]])
def test_steps_of_another_shape_are_refused(steps: Any) -> None:
    with pytest.raises(ValidationError):
        Journey.model_validate({"id": "a", "title": "A", "steps": steps})


def test_no_journey_at_all_is_refused() -> None:
    with pytest.raises(ValidationError):
        Journey.model_validate("words")
