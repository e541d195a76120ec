"""Validation errors in the author's words."""

import pytest
from pydantic import ValidationError

from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import AiAgentSpec, CannotDo
from publishing.specification.problems import Problem, SpecificationError, did_you_mean, explained

GOOD = {"id": "general", "name": "Gil", "role": "Answers.", "can_do": ["Answer"]}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"tone": True}, "YAML reads true as a bool; put it in quotes"),
        ({"name": 7}, "YAML reads 7 as a int; put it in quotes"),
        ({"mode": "pilot"}, "must be 'delegation', 'supervision' or 'co_pilot'"),
        ({"id": "Has Space"}, "must match ^[a-z][a-z0-9_-]{0,62}$"),
        ({"escalate_below": 2}, "should be less than or equal to 1"),
        (
            {"cannot_do": [{"description": "x", "phrase": []}]},
            "(did you mean 'phrases'?); use one of description, phrases",
        ),
    ],
)
def test_explanations(change: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError) as raised:
        AiAgentSpec.model_validate(GOOD | change)
    [error] = raised.value.errors()
    assert text in explained(error, AiAgentSpec.model_json_schema())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"hours": [{"weekday": 0, "opens": "8 am", "closes": "18:00"}]}, "must be a time of day such as 08:00"),
        ({"holidays": ["Christmas"]}, "must be a date such as 2026-03-31"),
        ({"timezone": "Berlin"}, "'Berlin' is not an IANA time zone such as Europe/Berlin"),
    ],
)
def test_explanations_of_times(change: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError) as raised:
        BusinessCalendar.model_validate(change)
    assert explained(raised.value.errors()[0], BusinessCalendar.model_json_schema()) == text


def test_a_key_that_is_missing() -> None:
    with pytest.raises(ValidationError) as raised:
        CannotDo.model_validate({})
    assert explained(raised.value.errors()[0], CannotDo.model_json_schema()) == "is missing; add it"


def test_suggestions_only_when_something_is_close() -> None:
    assert did_you_mean("biling", ["billing", "general"]) == " (did you mean 'billing'?)"
    assert did_you_mean("sales", ["billing", "general"]) == ""


def test_problems_are_sorted_by_file_and_line() -> None:
    problems = [Problem("b.yaml", None, "", "x"), Problem("a.yaml", 9, "k", "y"), Problem("a.yaml", 2, "", "z")]
    lines = str(SpecificationError("wheels", problems)).splitlines()
    assert lines == [
        "The specification 'wheels' has 3 mistakes. Correct and load it again.",
        "  a.yaml:2: z",
        "  a.yaml:9: k: y",
        "  b.yaml: x",
    ]
