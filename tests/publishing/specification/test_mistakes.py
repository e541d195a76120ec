"""Mistakes as text, and in order."""

import pytest
from pydantic import ValidationError

from publishing.specification.mistakes import Mistake, SpecificationError


def mistake(file: str, line: int | None = None, column: int | None = None, path: str = "") -> Mistake:
    return Mistake(file=file, line=line, column=column, path=path, problem="is wrong", remedy="Write it right.")


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (mistake("a.yaml", 2, 7, "topics.3.id"), "a.yaml:2: topics.3.id: is wrong. Write it right."),
        (mistake("a.yaml", 2, 7), "a.yaml:2: is wrong. Write it right."),
        (mistake("a.yaml"), "a.yaml: is wrong. Write it right."),
    ],
)
def test_as_text(told: Mistake, text: str) -> None:
    assert str(told) == text


@pytest.mark.parametrize("missing", ["problem", "remedy"])
def test_each_says_what_is_wrong_and_what_to_do(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Mistake.model_validate({"file": "a.yaml", "problem": "is wrong", "remedy": "Write it right."} | {missing: ""})


def test_they_are_ordered_by_file_and_place() -> None:
    unordered = [mistake("b.yaml"), mistake("a.yaml", 9), mistake("a.yaml", 2, 8), mistake("a.yaml", 2, 3)]
    error = SpecificationError("wheels", unordered)
    assert [(found.file, found.line, found.column) for found in error.mistakes] == [
        ("a.yaml", 2, 3),
        ("a.yaml", 2, 8),
        ("a.yaml", 9, None),
        ("b.yaml", None, None),
    ]


@pytest.mark.parametrize(("count", "counted"), [(1, "1 mistake."), (2, "2 mistakes.")])
def test_the_error_counts_and_lists_them(count: int, counted: str) -> None:
    lines = str(SpecificationError("wheels", [mistake("a.yaml", 2)] * count)).splitlines()
    assert lines[0] == f"The specification 'wheels' has {counted} Correct and load it again."
    assert lines[1:] == ["  a.yaml:2: is wrong. Write it right."] * count
