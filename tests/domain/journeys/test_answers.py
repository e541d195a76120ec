"""Which messages answer a question."""

from typing import Any

import pytest

from domain.journeys.answers import OpenQuestion, read_answer
from domain.specification.journeys import QuestionStep

COLOURS = {"answer": "choice", "choices": [{"value": "Dark red"}, {"value": "Blue"}]}
FEW = {"answer": "number", "minimum": 1, "maximum": 2000}


def question(**more: Any) -> QuestionStep:
    return QuestionStep.model_validate({"id": "q", "kind": "question", "text": "?"} | more)


@pytest.mark.parametrize(
    ("asked", "text", "answer"),
    [
        ({}, " Acme Ltd ", "Acme Ltd"),
        ({}, "where is my invoice?", None),
        ({}, "   ", None),
        ({}, "x" * 2_001, None),
        ({}, "I want to talk to a human", None),
        ({"answer": "yes_no"}, "Yes!", True),
        ({"answer": "yes_no"}, "No, thanks.", False),
        ({"answer": "yes_no"}, "ja", True),
        ({"answer": "yes_no"}, "yes but first tell me the price", None),
        ({"answer": "email"}, "Ada@North.example", "ada@north.example"),
        ({"answer": "email"}, "my mail is ada@north.example", "ada@north.example"),
        ({"answer": "email"}, "Hi, it's Ada@North.example.", "ada@north.example"),
        ({"answer": "email"}, "<ada@north.example>", "ada@north.example"),
        ({"answer": "email"}, "is it ada@north.example?", None),
        ({"answer": "email"}, "ada@north.example or bo@north.example", None),
        ({"answer": "email"}, "my mail is ada@north.example, and I want a refund", None),
        ({"answer": "email"}, "ada@north", None),
        (COLOURS, "dark red.", "Dark red"),
        (COLOURS, "2", "Blue"),
        (COLOURS, "3", None),
        (COLOURS, "green", None),
        (FEW, "12", 12.0),
        (FEW, "1,200", 1200.0),
        (FEW, "1.200", 1200.0),
        (FEW, "2.5", 2.5),
        (FEW, "2,5", 2.5),
        (FEW, "0", None),
        (FEW, "2001", None),
        (FEW, "about 12", None),
        ({"answer": "number"}, "-40", -40.0),
        ({"answer": "number"}, "12 people", None),
    ],
)
def test_an_answer_is_read_strictly(asked: dict[str, Any], text: str, answer: Any) -> None:
    assert read_answer(question(**asked), text) == answer


@pytest.mark.parametrize(("missed", "given_up"), [(0, False), (1, False), (2, True), (3, True)])
def test_after_so_many_attempts_nobody_asks_on(missed: int, given_up: bool) -> None:
    limited = question(attempts=2, otherwise="other")
    assert OpenQuestion(run="r", key="k", question=limited, missed=missed).is_given_up is given_up


def test_without_a_limit_it_stays_open() -> None:
    assert not OpenQuestion(run="r", key="k", question=question(), missed=99).is_given_up
