"""What is wrong with a specification, said so that its author can put it right."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import Field

from domain.errors import PermanentError
from domain.model import Frozen

MOST_MISTAKES = 200
"""Of one folder. Looking for what a name may have meant takes long, and nobody reads more at once."""


class Position(NamedTuple):
    """A place in a file; lines and columns count from 1. None: the file as a whole."""

    line: int | None = None
    column: int | None = None


class Mistake(Frozen):
    """One mistake, or a warning: where it stands, what is wrong, what to write instead.

    It never holds a value of a customer's record. `file` is the path inside the organisation's folder, `path` the place
    in the file's data, such as `topics.3.title`.
    """

    file: str
    line: int | None = None
    column: int | None = None
    path: str = ""
    problem: str = Field(min_length=1)
    remedy: str = Field(min_length=1)

    @property
    def place(self) -> str:
        """`agents/billing.yaml:4`, or the file alone."""
        file = printable(self.file)
        return f"{file}:{self.line}" if self.line else file

    @property
    def sentence(self) -> str:
        """The problem with its path, then the remedy."""
        told = f"{self.path}: {self.problem}" if self.path else self.problem
        return printable(f"{told}. {self.remedy}")

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class SpecificationError(PermanentError):
    """A specification, or a package of one, has mistakes; the text lists all of them, one a line."""

    def __init__(self, folder: str, mistakes: Sequence[Mistake], called: str = "specification") -> None:
        self.mistakes = tuple(sorted(mistakes, key=_order))
        more = " or more" if len(mistakes) >= MOST_MISTAKES else ""
        counted = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}{more}"
        self.summary = f"The {called} {folder!r} has {counted}. Correct and load it again."
        super().__init__("\n  ".join([self.summary, *map(str, self.mistakes)]))


def printable(text: str) -> str:
    """The text without what a terminal would obey: a specification may come from anybody."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _order(mistake: Mistake) -> tuple[str, int, int, str]:
    return mistake.file, mistake.line or 0, mistake.column or 0, mistake.path
