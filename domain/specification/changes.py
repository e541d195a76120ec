"""What changes from one version of a specification to another, entry by entry, in words that its lead knows."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, TypeGuard

from pydantic import JsonValue

from domain.model import Frozen
from domain.specification.organisation import SpecVersion

KEYS = (("id",), ("server", "tool"), ("server", "name"), ("kind",), ("description",), ("metric",))
"""Fields that name an entry of a list: the first of these that it has."""
NAMES = {
    "ai_agents": "AI agent",
    "approval_rules": "approval rule",
    "articles": "article",
    "channels": "channel",
    "guidelines": "guideline",
    "journeys": "journey",
    "knowledge_sources": "knowledge source",
    "macros": "macro",
    "people": "person",
    "rules": "rule",
    "service_levels": "service level",
    "thresholds": "threshold",
    "teams": "team",
    "tool_servers": "tool server",
    "tools": "described tool",
    "topics": "topic",
}
"""What people call an entry of each part; the name of a part itself is that of its files."""
LONGEST_VALUE = 120
ARROW = "→"

Path = tuple[str, ...]


class Change(Frozen):
    """One difference. `path` leads to it by the names in the files, entries of lists by their ids.

    Added and removed is an entry, a text of a list, or a value where there was none. Of a list whose entries have
    moved, `before` and `after` are the names of those that both have.
    """

    path: Path
    kind: Literal["added", "removed", "changed"]
    before: JsonValue = None
    after: JsonValue = None

    @property
    def place(self) -> str:
        """Where, such as `AI agent billing, escalate_below`."""
        part, *rest = self.path
        if not rest:
            return part
        named = f"{NAMES.get(part, part)} {rest[0]}"
        return f"{named}, {' / '.join(rest[1:])}" if rest[1:] else named

    def __str__(self) -> str:
        if self.kind == "added":
            return f"{self.place} added: {_value(self.after)}"
        if self.kind == "removed":
            return f"{self.place} removed: {_value(self.before)}"
        if isinstance(self.before, list) and isinstance(self.after, list):
            return f"{self.place} in another order: {_value(self.before)} {ARROW} {_value(self.after)}"
        if _is_long(self.before) and _is_long(self.after):
            return f"{self.place} changed, {_lines(self.before, self.after)}"
        return f"{self.place}: {_value(self.before)} {ARROW} {_value(self.after)}"


def changes_between(before: SpecVersion, after: SpecVersion) -> tuple[Change, ...]:
    """Every difference, in the order of the files; none for equal versions only."""
    return tuple(_compared((), _parts(before), _parts(after)))


def _parts(version: SpecVersion) -> dict[str, JsonValue]:
    """The specification's own parts, then articles and tools, side by side."""
    document = version.model_dump(mode="json")
    specification: dict[str, JsonValue] = document.pop("specification")
    return specification | document


def _compared(path: Path, before: JsonValue, after: JsonValue) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _entries(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _listed(path, before, after)
    elif before is None:
        yield Change(path=path, kind="added", after=after)
    elif after is None:
        yield Change(path=path, kind="removed", before=before)
    else:
        yield Change(path=path, kind="changed", before=before, after=after)


def _entries(path: Path, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Iterator[Change]:
    """Those that both have, then what is gone, then what is new."""
    for name in [name for name in before if name in after]:
        yield from _compared((*path, name), before[name], after[name])
    for name in before:
        if name not in after and before[name] is not None:
            yield Change(path=(*path, name), kind="removed", before=before[name])
    for name in after:
        if name not in before and after[name] is not None:
            yield Change(path=(*path, name), kind="added", after=after[name])


def _listed(path: Path, before: Sequence[JsonValue], after: Sequence[JsonValue]) -> Iterator[Change]:
    numbered = not (_have_names(before) and _have_names(after))
    old, new = _by_name(before, numbered=numbered), _by_name(after, numbered=numbered)
    for change in _entries(path, old, new):
        is_text = isinstance(change.before or change.after, str) and change.path[:-1] == path
        yield change.model_copy(update={"path": path}) if is_text and change.kind != "changed" else change
    kept, moved = [name for name in old if name in new], [name for name in new if name in old]
    if kept != moved:
        yield Change(path=path, kind="changed", before=list[JsonValue](kept), after=list[JsonValue](moved))


def _have_names(entries: Sequence[JsonValue]) -> bool:
    """Each its own: of a ladder they have none, and a text may stand twice."""
    names = [_name(entry) for entry in entries]
    return None not in names and len(set(names)) == len(names)


def _by_name(entries: Sequence[JsonValue], *, numbered: bool) -> dict[str, JsonValue]:
    """By their ids, texts by themselves; or by their numbers, from 1."""
    return {str(number if numbered else _name(entry)): entry for number, entry in enumerate(entries, 1)}


def _name(entry: JsonValue) -> str | None:
    if not isinstance(entry, dict):
        return str(entry)
    fields = next((fields for fields in KEYS if all(field in entry for field in fields)), None)
    return ".".join(str(entry[field]) for field in fields) if fields else None


def _is_long(value: JsonValue) -> TypeGuard[str]:
    return isinstance(value, str) and (len(value) > LONGEST_VALUE or "\n" in value)


def _lines(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    steps = [step for step in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"]
    added, removed = sum(step[4] - step[3] for step in steps), sum(step[2] - step[1] for step in steps)
    return f"lines: {added} added, {removed} removed" if steps else "in its line breaks alone"


def _value(value: JsonValue) -> str:
    """On one line, as a reader of YAML expects it, and cut when it is long."""
    match value:
        case None:
            text = "nothing"
        case bool():
            text = "yes" if value else "no"
        case list():
            text = ", ".join(map(_value, value)) or "nothing"
        case dict():
            text = "; ".join(f"{name} {_value(one)}" for name, one in value.items() if one not in (None, "", [], {}))
        case _:
            text = " ".join(str(value).split()) or "nothing"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
