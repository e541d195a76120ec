"""How `holdfast spec check` shows the mistakes of a specification, to people and to programs."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import computed_field
from rich.console import Group, RenderableType
from rich.text import Text

from domain.model import Frozen
from publishing.specification import Mistake, SpecificationError
from publishing.specification.mistakes import printable

SHOWN_WIDTH = 100
BEFORE_COLUMN = 60
CUSTOMERS = "customers/"
"""Lines of these files are never shown: they hold what is known of people."""


class ValidationReport(Frozen):
    """What `--json` prints. `content_hash` names a valid specification for ever; without one there are mistakes."""

    content_hash: str | None = None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def valid(self) -> bool:
        return not self.mistakes

    @property
    def as_json(self) -> str:
        return self.model_dump_json(indent=2)


def shown(error: SpecificationError, folder: Path) -> RenderableType:
    """Every mistake with the line that holds it, then how many there are."""
    parts, lines = list[Text](), dict[str, list[str]]()
    for mistake in error.mistakes:
        parts.append(Text.assemble((mistake.place, "bold"), f": {mistake.sentence}"))
        if not mistake.file.startswith(CUSTOMERS):
            if mistake.file not in lines:
                lines[mistake.file] = _lines(folder / mistake.file)
            parts += _excerpt(mistake, lines[mistake.file])
    return Group(*parts, Text(error.summary, style="red"))


def _excerpt(mistake: Mistake, lines: list[str]) -> Iterator[Text]:
    """The line itself, cut to what fits, and a mark below the column."""
    if mistake.line is None or mistake.line > len(lines) or not lines[mistake.line - 1].strip():
        return
    column = mistake.column or 1
    cut = max(0, column - 1 - BEFORE_COLUMN)
    line = printable(lines[mistake.line - 1][cut : cut + SHOWN_WIDTH])
    number = f"{mistake.line:>6} | "
    yield Text(number + line, style="dim")
    if mistake.column:
        yield Text(" " * (len(number) + column - 1 - cut) + "^", style="red")


def _lines(path: Path) -> list[str]:
    """Of a file that can be read; what is wrong with another one is told as its mistake."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
