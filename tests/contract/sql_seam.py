"""Holds what SQL reads against what repositories send, through every function that hands a value on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.contract.repository_calls import Sent, SqlCall
from tests.contract.sql_paths import Handed, Path, SqlFunction, read_body

Place = tuple[str, str]
"""The name of a function, and a root in it."""


@dataclass(frozen=True)
class Problem:
    """A key that is read, and that a value which gets there lacks."""

    function: str
    path: Path
    sent: str

    def __str__(self) -> str:
        return f"{self.function} reads {self.path}, and {self.sent} has no such field."


class Seam:
    """All the SQL there is: functions, and what repositories run. `columns` says what JSON columns hold."""

    def __init__(
        self, functions: Mapping[str, SqlFunction], calls: Sequence[SqlCall], columns: Mapping[str, Sent]
    ) -> None:
        self._columns = columns
        self._sent: dict[Place, set[Sent]] = defaultdict(set)
        self.functions = dict(functions)
        self.unknown: list[str] = []
        signatures = {name: (one.parameters, one.json_parameters) for name, one in functions.items()}
        for number, call in enumerate(calls):
            self._take_in(call, f"{call.where}#{number}", signatures)
        for function in list(self.functions.values()):
            self._hand_columns_on(function)

    def problems(self) -> list[Problem]:
        """What is read and not sent. A key that its function asks for by `?` need not be in every value."""
        return [
            problem
            for function in self.functions.values()
            for path in function.paths
            for problem in self._problems_of(function, path)
        ]

    def roots(self) -> list[Place]:
        """Every root that is read from, with the function that does."""
        return sorted({(function.name, path.root) for function in self.functions.values() for path in function.paths})

    def _take_in(self, call: SqlCall, name: str, signatures: dict[str, tuple[tuple[str, ...], frozenset[str]]]) -> None:
        roots = tuple(f"${number}" for number in range(1, len(call.arguments) + 1))
        body = read_body(name, call.sql, roots, frozenset(roots), signatures, frozenset(self._columns))
        self.functions[name] = body
        for root, sent in zip(roots, call.arguments, strict=True):
            if sent is not None:
                self._send((name, root), sent)
        for handed in body.handed:
            if handed.path.root in roots and not self._sent[(name, handed.path.root)]:
                self.unknown.append(f"{call.where} sends {handed.path.root} to {handed.function}")

    def _hand_columns_on(self, function: SqlFunction) -> None:
        for handed in function.handed:
            column = self._columns.get(handed.path.root.removeprefix("column:"))
            if handed.path.root.startswith("column:") and column is not None:
                self._hand_on(handed, column)

    def _send(self, place: Place, sent: Sent) -> None:
        if sent in self._sent[place]:
            return
        self._sent[place].add(sent)
        for handed in self.functions[place[0]].handed:
            if handed.path.root == place[1]:
                self._hand_on(handed, sent)

    def _hand_on(self, handed: Handed, sent: Sent) -> None:
        below = sent.below(handed.path.keys)
        if below is not None:
            callee = self.functions[handed.function]
            added = below.added | sent.added if not handed.path.keys else frozenset()
            self._send(
                (callee.name, callee.parameters[handed.position]),
                Sent(below.types, below.origin, added | handed.added),
            )

    def _problems_of(self, function: SqlFunction, path: Path) -> list[Problem]:
        sources = self._sources(function, path.root)
        lacking = [one for one in sources if one.below(path.keys) is None]
        if sources and len(lacking) < len(sources) and _is_tested(function, path):
            return []
        if not sources:
            return [Problem(function.name, path, "nobody who sends it is known, so it")]
        return [Problem(function.name, path, one.origin) for one in sorted(lacking, key=lambda one: one.origin)]

    def _sources(self, function: SqlFunction, root: str) -> set[Sent]:
        kind, _, column = root.partition(":")
        if kind == "column":
            return {self._columns[column]} if column in self._columns else set()
        return self._sent[(function.name, root)]


def _is_tested(function: SqlFunction, path: Path) -> bool:
    """Whether the function asks by `?` for a key on the way before it reads on."""
    asked = [one for one in function.paths if one.tested and one.root == path.root]
    return any(path.keys[: len(one.keys)] == one.keys for one in asked)
