"""Files of a specification as data that remembers its lines: YAML, Markdown with a front matter, CSV."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from publishing.specification.problems import Location, Problem

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<head>.*?)^---[ \t]*\n(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
PLAIN_INTEGER = re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$")
INTEGER_TAG = "tag:yaml.org,2002:int"


class SpecificationLoader(yaml.SafeLoader):
    """Safe YAML in which 18:00 is a text: YAML 1.1 would silently read it as the number 1080."""


SpecificationLoader.yaml_implicit_resolvers = {
    first: [(tag, PLAIN_INTEGER if tag == INTEGER_TAG else pattern) for tag, pattern in resolvers]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """The content of one file; `file` is its path inside the organisation's folder."""

    file: str
    data: Any
    root: yaml.Node | None = None
    lines_above: int = 0
    body: str = ""
    row_lines: tuple[int, ...] = ()

    def line_of(self, location: Location) -> int | None:
        """The line of a value, or of the nearest thing around it."""
        if self.row_lines:
            return next((self.row_lines[step] for step in location if isinstance(step, int)), None)
        node = self.root
        line = node.start_mark.line if node else None
        for step in location:
            node = _child(node, step)
            if node is None:
                break
            line = node.start_mark.line
        return None if line is None else line + 1 + self.lines_above

    def problem(self, location: Location, text: str) -> Problem:
        return Problem(self.file, self.line_of(location), ".".join(map(str, location)), text)


@dataclass
class DocumentReader:
    """Reads files of one folder; what cannot be read becomes a problem."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def yaml(self, path: Path) -> Document | None:
        text = self._text(path)
        return None if text is None else self._parsed(path, text, 0, "")

    def markdown(self, path: Path) -> Document | None:
        """`data` is the front matter, `body` the Markdown after it."""
        text = self._text(path)
        if text is None:
            return None
        found = FRONT_MATTER.match(text)
        if found is None:
            self.report(path, 1, "must begin with a front matter between two lines ---; see specs/schema/article.json")
            return None
        return self._parsed(path, found["head"], 1, found["body"].strip())

    def csv(self, path: Path) -> Document | None:
        """`data` is a list of rows, each a mapping without its empty cells."""
        text = self._text(path)
        if text is None:
            return None
        rows = csv.DictReader(StringIO(text, newline=""), restkey="", skipinitialspace=True)
        data, lines = list[dict[str, str]](), list[int]()
        for row in rows:
            if "" in row:
                self.report(path, rows.line_num, "the row has more cells than the heading; quote cells with commas")
            data.append({name.strip(): cell.strip() for name, cell in row.items() if name and cell and cell.strip()})
            lines.append(rows.line_num)
        return Document(self._name(path), data, row_lines=tuple(lines))

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.report(path, None, "the file is missing; create it (its JSON Schema is under specs/schema)")
        except UnicodeDecodeError:
            self.report(path, None, "is not UTF-8 text; save it as UTF-8")
        except OSError as error:
            self.report(path, None, f"cannot be read ({error.strerror}); check the file and its permissions")
        return None

    def _parsed(self, path: Path, text: str, lines_above: int, body: str) -> Document | None:
        loader = SpecificationLoader(text)
        try:
            root = loader.get_single_node()
            document = Document(
                self._name(path), loader.construct_document(root) if root else {}, root, lines_above, body
            )
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 + lines_above if error.problem_mark else None
            self.report(path, line, f"is not valid YAML: {error.problem}; put a text with a colon in quotes")
            return None
        finally:
            loader.dispose()
        for location, mark in _repeated_keys(root, ()):
            place = ".".join(map(str, location))
            self.problems.append(Problem(document.file, mark.line + 1 + lines_above, place, "stands twice; keep one"))
        return document

    def report(self, path: Path, line: int | None, text: str) -> None:
        self.problems.append(Problem(self._name(path), line, "", text))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return None


def _repeated_keys(node: yaml.Node | None, location: Location) -> Iterator[tuple[Location, yaml.Mark]]:
    """YAML would keep the last of two equal keys and drop the first without a word."""
    if isinstance(node, yaml.MappingNode):
        seen = set[str]()
        for key, value in node.value:
            here = (*location, str(key.value))
            if key.value in seen:
                yield here, key.start_mark
            seen.add(str(key.value))
            yield from _repeated_keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated_keys(item, (*location, number))
