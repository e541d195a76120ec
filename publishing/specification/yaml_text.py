"""YAML as a specification may use it: plain data within limits, in which every value knows where it stands."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from domain.specification.findings import Finding, Location

MOST_LEVELS = 30
MOST_ALIASES = 100
MOST_VALUES = 100_000
"""In one file, where every alias counts for all that it stands for."""

TAG = "tag:yaml.org,2002:"
PLAIN = {
    f"{TAG}int": re.compile(r"^[-+]?(?:0|[1-9][0-9_]{0,30})$"),
    f"{TAG}bool": re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    f"{TAG}float": re.compile(
        r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$"
    ),
}
"""How numbers and truth values are written; any other text is a text."""
WITHOUT_FORM = frozenset(TAG + kind for kind in ("str", "null", "map", "seq", "merge"))
LEFT_OUT = frozenset({f"{TAG}timestamp", f"{TAG}value"})


class Refused(yaml.MarkedYAMLError):
    """A text that is YAML, and more than a specification may hold."""

    def __init__(self, problem: str, remedy: str, event: yaml.Event | yaml.Node) -> None:
        super().__init__(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]
        self.remedy = remedy


@dataclass
class _Opened:
    """A node that is being read: its values and the levels below it, aliases written out."""

    anchor: str | None
    values: int = 1
    levels: int = 1

    def holds(self, other: "_Opened") -> None:
        self.values += other.values
        self.levels = max(self.levels, other.levels + 1)


class SpecificationLoader(yaml.SafeLoader):
    """Safe YAML in which 18:00, `no` and dates are texts, and keys are the texts that stand there.

    Levels, aliases and values are counted while the text is read, before anything is made of them.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._open = [_Opened(None)]
        self._anchored: dict[str, _Opened] = {}
        self._aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next node. Raises Refused when it is too much, or when it stands within itself."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            read = self._aliased(event)
            node = super().compose_node(parent, index)
        else:
            read = _Opened(getattr(event, "anchor", None))
            self._open.append(read)
            self._check(read, event)
            node = super().compose_node(parent, index)
            self._open.pop()
            if read.anchor:
                self._anchored[read.anchor] = read
        self._open[-1].holds(read)
        self._check(self._open[-1], event)
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Take in what is merged; then every key is a text."""
        super().flatten_mapping(node)
        for key, _ in node.value:
            key.tag = f"{TAG}str"

    def _aliased(self, event: yaml.AliasEvent) -> _Opened:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            problem = f"has more than {MOST_ALIASES} aliases"
            raise Refused(problem, "Write the values out where they are needed.", event)
        if any(opened.anchor == event.anchor for opened in self._open):
            problem = f"*{event.anchor} stands within what it repeats"
            raise Refused(problem, "Write the values out: nothing can hold itself.", event)
        return self._anchored.get(event.anchor or "", _Opened(None))

    def _check(self, read: _Opened, event: yaml.Event) -> None:
        if len(self._open) + read.levels > MOST_LEVELS + 2:
            problem = f"is nested more than {MOST_LEVELS} levels deep"
            raise Refused(problem, "Write it with fewer levels: no file needs more than ten.", event)
        if read.values > MOST_VALUES:
            problem = f"holds more than {MOST_VALUES:,} values, with aliases written out"
            raise Refused(problem, "Leave aliases of aliases out, or split the file.", event)


SpecificationLoader.yaml_implicit_resolvers = {
    first: [(tag, PLAIN.get(tag, pattern)) for tag, pattern in resolvers if tag not in LEFT_OUT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Parsed(NamedTuple):
    """A text as data, as nodes that know their places, and what is wrong in it."""

    data: Any
    root: yaml.Node | None
    wrong: list[Finding]


def parsed(text: str) -> Parsed:
    """The content of a text, {} of an empty one. Raises yaml.YAMLError where it is not YAML, Refused included."""
    loader = SpecificationLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Parsed({}, None, [])
        wrong = list(_wrong(root, ()))
        return Parsed(loader.construct_document(root), root, wrong)
    finally:
        loader.dispose()


def child_node(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value one step further in; an item of a list is its own key. The last of equal keys counts."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in reversed(node.value) if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _wrong(node: yaml.Node, location: Location) -> Iterator[Finding]:
    """What YAML lets pass. Raises Refused where no data can be made of a node."""
    _require_plain(node)
    if isinstance(node, yaml.MappingNode):
        yield from _repeated_keys(node, location)
        for key, value in node.value:
            yield from _wrong(value, (*location, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _wrong(item, (*location, number))
    elif node.tag == f"{TAG}float" and not math.isfinite(_number(node.value)):
        yield Finding(location, "is no finite number", "Write a number, or leave the key out.")


def _repeated_keys(node: yaml.MappingNode, location: Location) -> Iterator[Finding]:
    """YAML would keep the last of two equal keys and drop the first without a word."""
    seen: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Refused("a key is a list or a mapping", "Write a plain name before the colon.", key)
        if key.value in seen:
            remedy = f"It stands on line {seen[key.value]} as well: keep one."
            yield Finding((*location, key.value), "stands twice", remedy)
        seen.setdefault(key.value, key.start_mark.line + 1)


def _require_plain(node: yaml.Node) -> None:
    form = PLAIN.get(node.tag)
    if form is None and node.tag not in WITHOUT_FORM:
        problem = f"the tag {node.tag.replace(TAG, '!!')} is not allowed"
        raise Refused(problem, "Remove the tag: a specification is plain data.", node)
    if form and not (isinstance(node, yaml.ScalarNode) and form.match(node.value)):
        problem = f"is tagged {node.tag.replace(TAG, '!!')} and is none"
        raise Refused(problem, "Remove the tag, or correct the value.", node)


def _number(text: str) -> float:
    """The value of a float's text, as YAML writes it."""
    return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
