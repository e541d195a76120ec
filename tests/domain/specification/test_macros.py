"""Macros: who says them, in which language, and what their text becomes."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.specification.conditions import Asked, Turn
from domain.specification.macros import LONGEST, Macro, facts_in, stray_brace_in

REFUND = {"kind": "topic", "topics": ["refund"]}


def macro(**fields: Any) -> Macro:
    return Macro.model_validate({"id": "m", "description": "Why.", "when": [REFUND], "text": "Five days.", **fields})


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("Five days.", {}, "Five days."),
        ("On {plan} until {renews}.\n", {"plan": "Team", "renews": "3 May"}, "On Team until 3 May."),
        ("{plan}, I say {plan}", {"plan": "Team", "seats": "3"}, "Team, I say Team"),
        ("You are {name}.", {"name": "{plan} \\1"}, "You are {plan} \\1."),
        ("On {plan} until {renews}.", {"plan": "Team"}, None),
        ("On {}.", {"plan": "Team"}, None),
    ],
)
def test_its_text_is_filled_once_or_not_at_all(text: str, facts: dict[str, str], expected: str | None) -> None:
    assert macro(text=text).filled(facts) == expected


@pytest.mark.parametrize(
    ("text", "facts", "stray"),
    [
        ("Plain.", (), None),
        ("{plan} {seats} {plan}", ("plan", "seats"), None),
        ("{plan", (), "{"),
        ("plan}", (), "}"),
        ("{{plan}}", ("plan",), "{"),
        ("{}", ("",), None),
    ],
)
def test_placeholders_are_told_from_other_brackets(text: str, facts: tuple[str, ...], stray: str | None) -> None:
    assert (facts_in(text), stray_brace_in(text)) == (facts, stray)


@pytest.mark.parametrize(
    ("fields", "known", "expected"),
    [
        ({}, {"topic": "refund"}, True),
        ({}, {"topic": "delivery"}, False),
        ({"ai_agents": ["billing"]}, {"topic": "refund", "ai_agent": "billing"}, True),
        ({"ai_agents": ["billing"]}, {"topic": "refund", "ai_agent": "general"}, False),
        ({"when": [REFUND, {"kind": "amount", "above": 5}]}, {"topic": "refund"}, False),
    ],
)
def test_it_holds_for_its_ai_agents_where_all_conditions_do(
    fields: dict[str, Any], known: dict[str, Any], expected: bool
) -> None:
    assert macro(**fields).holds(Turn(known=Asked(**known))) is expected


@pytest.mark.parametrize(
    ("own", "language", "usual", "expected"),
    [
        (None, "en", "en", True),
        (None, "pt", "pt-BR", True),
        (None, "de", "en", False),
        ("de", "de", "en", True),
        ("de", "en", "en", False),
    ],
)
def test_without_a_language_it_is_in_that_of_the_articles(
    own: str | None, language: str, usual: str, expected: bool
) -> None:
    assert macro(language=own).is_in(language, usual) is expected


@pytest.mark.parametrize(
    ("when", "topic", "expected"),
    [
        ([REFUND], "refund", True),
        ([REFUND], "delivery", False),
        ([REFUND], None, False),
        ([{"kind": "amount", "above": 5}], None, True),
        ([REFUND, {"kind": "amount", "above": 5}], "delivery", False),
    ],
)
def test_what_it_may_be_about(when: list[object], topic: str | None, expected: bool) -> None:
    assert macro(when=when).may_be_about(topic) is expected


@pytest.mark.parametrize(
    "fields",
    [
        {"when": []},
        {"when": [{"kind": "draft_words", "phrases": ["x"]}]},
        {"when": [{"kind": "confidence", "below": 0.5}]},
        {"text": "x" * (LONGEST + 1)},
        {"language": "German"},
        {"topics": ["refund"]},
    ],
)
def test_what_can_not_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        macro(**fields)
