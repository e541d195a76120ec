"""YAML as text in blocks, so that one value is replaced and every other line stays, comments included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import yaml

from domain.errors import InvalidInputError
from publishing.specification.yaml_text import child_node, parsed


@dataclass(frozen=True)
class Blocks:
    """The lines of a text, and where each value stands: first line, and the line after its last, from 0."""

    lines: Sequence[str]
    places: Mapping[str, tuple[int, int]]
    column: int
    end: int
    """Where one more would be added."""

    def text_of(self, name: str) -> str:
        """The lines of a value, moved to the left edge."""
        start, stop = self.places[name]
        return "".join(self._outdented(line) for line in self.lines[start:stop])

    def with_changes(self, changes: Mapping[str, str | None]) -> str:
        """The whole text with values replaced, added at the end, or taken out (None)."""
        text, at = list[str](), 0
        for name, (start, stop) in self.places.items():
            if name in changes:
                text += [*self.lines[at:start], *self._moved(changes[name])]
                at = stop
        text += self.lines[at : max(at, self.end)]
        at = max(at, self.end)
        for name, added in changes.items():
            if name not in self.places:
                text += self._moved(added)
        return "".join([*text, *self.lines[at:]])

    def _outdented(self, line: str) -> str:
        return line.lstrip(" ") if line[: self.column].strip() else line[self.column :] or "\n"

    def _moved(self, text: str | None) -> list[str]:
        lines = (text or "").splitlines(keepends=True)
        return [" " * self.column + line if line.strip() else line for line in lines]


def keys_of(text: str) -> Blocks:
    """The keys of a file. Raises InvalidInputError unless each begins a line at the left edge."""
    lines = _lines(text)
    root = _root(lines)
    if root is None:
        return Blocks(lines, {}, 0, len(lines))
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise InvalidInputError("Its keys do not stand below each other: write one a line.")
    starts = [(str(key.value), key.start_mark.line) for key, _ in root.value]
    return _blocks(lines, starts, root.start_mark.column, len(lines))


def entries_of(text: str, key: str) -> Blocks:
    """The entries of a list of a file, by their ids. Raises InvalidInputError unless each begins a line with `- `."""
    lines = _lines(text)
    found = child_node(_root(lines), key)
    if found is None:
        return Blocks([*lines, f"{key}:\n"], {}, 2, len(lines) + 1)
    _, node = found
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        raise InvalidInputError(f"The entries of {key} do not stand below each other: begin each on a line with `- `.")
    column = node.start_mark.column
    starts = [(_id_of(entry), entry.start_mark.line) for entry in node.value]
    for (_, line), entry in zip(starts, node.value, strict=True):
        if not lines[line].startswith(" " * column + "- ") or entry.start_mark.column <= column:
            raise InvalidInputError(f"An entry of {key} does not begin behind its `- `: write `- id: …` on one line.")
    return _blocks(lines, starts, column, node.end_mark.line)


def _blocks(lines: Sequence[str], starts: Sequence[tuple[str, int]], column: int, end: int) -> Blocks:
    ends = [*(start for _, start in starts[1:]), end]
    places = {
        name: (start, _without_asides(lines, start, stop, column))
        for (name, start), stop in zip(starts, ends, strict=True)
    }
    overlap = any(after < stop for (_, stop), (after, _) in pairwise(places.values()))
    if overlap or len(places) < len(starts):
        raise InvalidInputError("Two values stand on one line or under one name: write each on lines of its own.")
    last = max((stop for _, stop in places.values()), default=end)
    return Blocks(lines, places, column, last)


def _without_asides(lines: Sequence[str], start: int, stop: int, column: int) -> int:
    """Blank lines and comments after a value belong to what follows."""
    while stop > start + 1 and _is_aside(lines[stop - 1], column):
        stop -= 1
    return stop


def _is_aside(line: str, column: int) -> bool:
    bare = line.lstrip()
    return not bare or (bare.startswith("#") and len(line) - len(bare) <= column)


def _id_of(entry: yaml.Node) -> str:
    found = child_node(entry, "id")
    return str(found[1].value) if found else ""


def _root(lines: Sequence[str]) -> yaml.Node | None:
    try:
        return parsed("".join(lines)).root
    except yaml.YAMLError as error:
        raise InvalidInputError("It is not valid YAML; `holdfast spec validate` tells where.") from error


def _lines(text: str) -> list[str]:
    """With their ends, the last one too."""
    return [line if line.endswith("\n") else f"{line}\n" for line in text.splitlines(keepends=True)]
