"""Looking into data that need not be valid, and saying what to write instead."""

import pytest

from domain.specification.findings import Finding, as_list, child, did_you_mean, instead_of, texts_at, values_at
from tests.organisation import SPECIFICATION

DATA = {"topics": [{"id": "plans"}, {"id": 7}, "text"], "names": {"one": "a", "two": None}, "id": "acme"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("id", [(("id",), "acme")]),
        ("topics.*.id", [(("topics", 0, "id"), "plans"), (("topics", 1, "id"), 7)]),
        ("names.*", [(("names", "one"), "a"), (("names", "two"), None)]),
        ("id.*", []),
        ("topics.id", []),
        ("nothing.*.id", []),
    ],
)
def test_values_at_places(pattern: str, found: list[object]) -> None:
    assert list(values_at(DATA, pattern)) == found


def test_texts_are_those_of_several_places() -> None:
    assert list(texts_at(DATA, "topics.*.id", "names.*")) == [(("topics", 0, "id"), "plans"), (("names", "one"), "a")]


def test_a_valid_specification_is_looked_into_as_its_data_is() -> None:
    assert list(texts_at(SPECIFICATION, "topics.*.ai_agent")) == list(
        texts_at(SPECIFICATION.model_dump(), "topics.*.ai_agent")
    )


@pytest.mark.parametrize(
    ("value", "step", "found"), [({"a": 1}, "a", 1), ([1], 0, 1), ([1], 1, None), ([1], "a", None), ("text", 0, None)]
)
def test_one_step_further_in(value: object, step: str | int, found: object) -> None:
    assert child(value, step) == found


def test_only_lists_are_lists() -> None:
    assert [*as_list([1]), *as_list((2,)), *as_list("text"), *as_list({"a": 1})] == [1, 2]


@pytest.mark.parametrize(
    ("name", "known", "remedy"),
    [
        ("biling", {"general", "billing"}, "Did you mean 'billing'? Use one of billing, general."),
        ("sales", {"general", "billing"}, "Use one of billing, general."),
        ("opens", ["weekday", "closes"], "Use one of weekday, closes."),
        ("sales", set(), "Add it."),
        ("topic-99x", {f"topic-{number}" for number in range(100)}, "Did you mean 'topic-99'?"),
        ("sales", {f"topic-{number}" for number in range(100)}, "Add it."),
    ],
)
def test_what_to_write_instead(name: str, known: set[str], remedy: str) -> None:
    assert instead_of(name, known, "Add it.") == remedy


def test_among_very_many_names_no_close_one_is_looked_for() -> None:
    assert did_you_mean("c-99x", {f"c-{number}" for number in range(5_000)}) == ""


def test_a_finding_as_text() -> None:
    assert str(Finding(("topics", 3, "id"), "stands twice", "Keep one.")) == "topics.3.id: stands twice"
