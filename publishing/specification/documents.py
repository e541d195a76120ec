"""Files of a specification as data that remembers its places: YAML, Markdown with a front matter, CSV."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from domain.specification.findings import Finding, Location
from publishing.specification.mistakes import MOST_MISTAKES, Mistake, Position
from publishing.specification.yaml_errors import explained_yaml
from publishing.specification.yaml_text import child_node, parsed

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<head>.*?)^---[ \t]*\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
WHOLE_FILE = Position()
LARGEST_TEXT = 1_000_000
LARGEST_TABLE = 20_000_000
LARGEST_FOLDER = 8_000_000
"""Bytes: of a YAML or Markdown file, of a CSV file, of all YAML and Markdown files together."""


@dataclass(frozen=True)
class Document:
    """The content of one file; `file` is its path inside the organisation's folder."""

    file: str
    data: Any
    root: yaml.Node | None = None
    body: str = ""
    row_lines: tuple[int, ...] = ()

    def position_of(self, location: Location, *, of_key: bool = False) -> Position:
        """Where a value stands, or the nearest thing around it; a list or mapping stands where its key does."""
        if self.row_lines:
            return Position(next((self.row_lines[step] for step in location if isinstance(step, int)), None))
        node, at = self.root, self.root
        for number, step in enumerate(location, 1):
            found = child_node(node, step)
            if found is None:
                break
            key, node = found
            wanted_key = of_key and number == len(location)
            at = node if isinstance(node, yaml.ScalarNode) and not wanted_key else key
        return Position(at.start_mark.line + 1, at.start_mark.column + 1) if at else Position()

    def mistake(self, finding: Finding, *, of_key: bool = False) -> Mistake:
        """A finding at its place in this file; of the whole file where its location is empty."""
        line, column = self.position_of(finding.location, of_key=of_key)
        steps = [step for step in finding.location if isinstance(step, str) or not self.row_lines]
        return Mistake(
            file=self.file,
            line=line,
            column=column,
            path=".".join(map(str, steps)),
            problem=finding.problem,
            remedy=finding.remedy,
        )


@dataclass
class DocumentReader:
    """Reads files of one folder; what is wrong with them becomes a mistake."""

    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)
    bytes_read: int = 0
    _places: set[tuple[str, int | None, str]] = field(default_factory=set)

    def yaml(self, path: Path) -> Document | None:
        text = self._text(path)
        return None if text is None else self._parsed(path, text, "")

    def markdown(self, path: Path) -> Document | None:
        """`data` is the front matter, `body` the Markdown after it."""
        text = self._text(path)
        if text is None:
            return None
        found = FRONT_MATTER.match(text)
        if found is None:
            remedy = "Begin with `---`, then id, title, topic, source and updated, then `---` on a line of its own."
            self.report(path, "has no front matter", remedy, Position(1, 1))
            return None
        return self._parsed(path, "\n" + found["head"], found["body"].strip())

    def csv(self, path: Path) -> Document | None:
        """`data` is a list of rows, each a mapping without its empty cells."""
        text = self._text(path, LARGEST_TABLE)
        if text is None:
            return None
        rows = csv.DictReader(StringIO(text, newline=""), restkey="", skipinitialspace=True)
        data, lines = list[dict[str, str]](), list[int]()
        try:
            self._check_heading(path, rows.fieldnames or ())
            for row in rows:
                if "" in row:
                    remedy = "Put cells that hold a comma in quotes."
                    self.report(path, "the row has more cells than the heading", remedy, Position(rows.line_num))
                data.append(
                    {name.strip(): cell.strip() for name, cell in row.items() if name and cell and cell.strip()}
                )
                lines.append(rows.line_num)
        except csv.Error as error:
            remedy = "Close every quote, and save the table as CSV in UTF-8."
            self.report(path, f"is not valid CSV: {error}", remedy, Position(rows.line_num + 1))
            return None
        return Document(self._name(path), data, row_lines=tuple(lines))

    def report(self, path: Path, problem: str, remedy: str, at: Position = WHOLE_FILE) -> None:
        """A mistake of a file as a whole, or at a position of it."""
        line, column = at
        self.add(Mistake(file=self._name(path), line=line, column=column, problem=problem, remedy=remedy))

    @property
    def has_enough(self) -> bool:
        """There are as many mistakes as are told at once."""
        return len(self.mistakes) >= MOST_MISTAKES

    def add(self, mistake: Mistake) -> None:
        """One more, unless its place has one already: a wrong value often breaks several rules."""
        place = (mistake.file, mistake.line, mistake.path)
        if not self.has_enough and (not mistake.path or place not in self._places):
            self.mistakes.append(mistake)
        self._places.add(place)

    def _text(self, path: Path, largest: int = LARGEST_TEXT) -> str | None:
        """The text of a file of at most that many bytes."""
        try:
            raw = self._bytes(path, largest)
            return None if raw is None else raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except FileNotFoundError:
            self.report(path, "the file is missing", "Create it; `holdfast spec new` writes one into a new folder.")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.report(path, "is not UTF-8 text", "Save the file as UTF-8.", Position(line))
        except OSError as error:
            self.report(path, f"cannot be read ({error.strerror})", "Check the file and its permissions.")
        return None

    def _bytes(self, path: Path, largest: int) -> bytes | None:
        if path.exists() and not path.is_file():
            self.report(path, "is no file", "Put a file of text in its place.")
            return None
        with path.open("rb") as opened:
            raw = opened.read(largest + 1)
        if len(raw) > largest:
            remedy = f"Split it, or remove what is not needed; a file may have {largest:,} bytes."
            self.report(path, "is too large", remedy)
            return None
        self.bytes_read += len(raw) if largest == LARGEST_TEXT else 0
        if self.bytes_read > LARGEST_FOLDER:
            remedy = f"Remove what is not needed; all YAML and Markdown may have {LARGEST_FOLDER:,} bytes."
            self.report(path, "the specification is too large from here on", remedy)
            return None
        return raw

    def _parsed(self, path: Path, text: str, body: str) -> Document | None:
        try:
            data, root, wrong = parsed(text)
        except yaml.YAMLError as error:
            problem, remedy, at = explained_yaml(error, text)
            self.report(path, problem, remedy, at)
            return None
        document = Document(self._name(path), data, root, body)
        for finding in wrong[:MOST_MISTAKES]:
            self.add(document.mistake(finding, of_key=True))
        return document

    def _check_heading(self, path: Path, heading: Sequence[str]) -> None:
        names = [name.strip() for name in heading]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.report(path, f"the heading has {name!r} twice", "Give each column its own name.", Position(1))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()
