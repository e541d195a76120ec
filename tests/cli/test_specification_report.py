"""Mistakes with the lines that hold them."""

from pathlib import Path

import pytest
from rich.console import Console

from cli.specification_report import ValidationReport, shown
from publishing.specification import Mistake, SpecificationError

WRONG = {"problem": "is wrong", "remedy": "Write it right."}
TEXT = "topics:\n  - id: a\n\ttitle: \x1b[31mred\n\n" + "x" * 300 + "\n"


def lines(folder: Path, *mistakes: Mistake) -> list[str]:
    (folder / "topics.yaml").write_text(TEXT)
    (folder / "customers").mkdir()
    (folder / "customers" / "people.yaml").write_text("name: Ada\n")
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(shown(SpecificationError("wheels", mistakes), folder), soft_wrap=True)
    return [line.rstrip() for line in captured.get().splitlines()][:-1]


@pytest.mark.parametrize(
    ("file", "line", "column", "below"),
    [
        ("topics.yaml", 2, 9, ["     2 |   - id: a", "                 ^"]),
        ("topics.yaml", 2, None, ["     2 |   - id: a"]),
        ("topics.yaml", 3, 2, ["     3 |  title:  [31mred", "          ^"]),
        ("topics.yaml", 5, 201, ["     5 | " + "x" * 100, " " * 69 + "^"]),
        ("topics.yaml", 4, 1, []),
        ("topics.yaml", 99, 1, []),
        ("topics.yaml", None, None, []),
        ("missing.yaml", 1, 1, []),
        ("customers/people.yaml", 1, 7, []),
    ],
)
def test_the_line_stands_below(
    tmp_path: Path, file: str, line: int | None, column: int | None, below: list[str]
) -> None:
    mistake = Mistake(file=file, line=line, column=column, **WRONG)
    assert lines(tmp_path, mistake) == [str(mistake), *below]


def test_nothing_is_taken_for_markup(tmp_path: Path) -> None:
    mistake = Mistake(file="topics.yaml", path="[red]", **WRONG)
    assert lines(tmp_path, mistake) == ["topics.yaml: [red]: is wrong. Write it right."]


def test_for_programs() -> None:
    mistake = Mistake(file="topics.yaml", line=2, column=3, path="topics", **WRONG)
    assert ValidationReport(mistakes=(mistake,)).model_dump() == {
        "content_hash": None,
        "mistakes": ({"file": "topics.yaml", "line": 2, "column": 3, "path": "topics"} | WRONG,),
        "warnings": (),
        "valid": False,
    }
    assert ValidationReport(content_hash="ab").valid
