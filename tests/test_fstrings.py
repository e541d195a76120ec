"""Braces of a regular expression are doubled in an f-string: `{0, 20}` there is the text "(0, 20)"."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]


def tuples_in_fstrings(source: str) -> Iterator[int]:
    """The lines in which an f-string writes a tuple or a number: it was meant as a repetition."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue):
            is_number = isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
            if is_number or isinstance(node.value, ast.Tuple):
                yield node.lineno


def test_no_repetition_is_eaten_by_an_fstring() -> None:
    paths = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    found = [f"{path}:{line}" for path in paths for line in tuples_in_fstrings(path.read_text(encoding="utf-8"))]
    assert found == []


def test_such_an_fstring_is_found() -> None:
    assert list(tuples_in_fstrings('a = f"{x}b{0, 20}"\nb = f"c{3}"\nd = f"{{0,20}}{x}"')) == [1, 2]
