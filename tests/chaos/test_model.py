"""What the model says to each request, in each manner."""

import json
from typing import Any

import pytest

from chaos.model import SILENT_SECONDS, Manner, Model
from chaos.organisation import VOUCHER
from chaos.references import is_answer, references_in
from sandbox.scripted_model import Answers, Calls, Fails, Says


def asked(question: str, *, sources: tuple[str, ...] = ("s1",), tools: bool = False, called: bool = False) -> Any:
    document = {"question": question, "transcript": [], "sources": [{"id": key} for key in sources]}
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": f"<data>\n{json.dumps(document)}\n</data>"},
    ]
    if called:
        messages.append({"role": "tool", "content": "A voucher is on its way."})
    return {"messages": messages} | ({"tools": [{}]} if tools else {})


def statement(said: Any) -> dict[str, Any]:
    assert isinstance(said, Says)
    (only,) = json.loads(said.content or "")["statements"]
    return dict(only)


def test_an_answer_has_the_marks_of_its_questions_and_a_number_of_its_own() -> None:
    model = Model()
    first, second = (statement(model.answer(asked("Where? ref1x1\nAnd how? ref1x2"))) for _ in range(2))
    assert references_in(first["text"]) == ("ref1x1", "ref1x2")
    assert is_answer(first["text"])
    assert first["source_ids"] == ["s1"]
    assert first["text"] != second["text"]


def test_without_a_source_it_claims_none() -> None:
    assert statement(Model().answer(asked("Where? ref1x1", sources=())))["source_ids"] == []


def test_a_voucher_is_proposed_once_with_an_amount_of_its_own() -> None:
    model = Model()
    calls = [model.answer(asked(f"{VOUCHER} ref1x1", tools=True)) for _ in range(2)]
    amounts = [json.loads(call.arguments[0])["amount"] for call in calls if isinstance(call, Calls)]
    assert len(set(amounts)) == 2
    assert is_answer(statement(model.answer(asked(f"{VOUCHER} ref1x1", tools=True, called=True)))["text"])
    assert is_answer(statement(model.answer(asked(f"{VOUCHER} ref1x1")))["text"])


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        ("limited", Fails(status=429, type="rate_limit_error", headers={"retry-after": "2"})),
        ("failing", Fails(status=500)),
        ("nonsense", Says(content="Lorem ipsum dolor sit amet.")),
        ("silent", Answers(after_seconds=SILENT_SECONDS)),
    ],
)
def test_in_another_manner_it_answers_nobody(manner: Manner, said: object) -> None:
    model = Model()
    model.manner = manner
    assert model.answer(asked("Where? ref1x1")) == said
    model.manner = "sound"
    assert is_answer(statement(model.answer(asked("Where? ref1x1")))["text"])
