"""Reads SQL for its JSON paths: which keys of which value a function reads, and what it hands to other functions.

This is no parser of SQL. It knows the few forms in which storage/ reads JSON, and refuses what it does not know: no
access goes by unseen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

ELEMENT = "[]"
"""The step of a path into the elements of an array."""

_TOKEN = re.compile(
    r"--[^\n]*|'(?:[^']|'')*'|\$\$|\$\d+|->>|->|#>>|#>|\|\||:=|::|[A-Za-z_]\w*(?:\.\w+|\.\*)*|\d+|\S", re.ASCII
)
_OPERATORS = frozenset({"->", "->>", "#>", "#>>", "?"})
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(")
_LOOP = re.compile(r"FOR (\w+) IN SELECT \* FROM jsonb_array_elements\((\w+)\)")
_ELEMENTS = re.compile(r"jsonb_array_elements\((\$?\w+)\) AS (\w+)")
_RECORDS = re.compile(r"jsonb_to_recordset\((\$?\w+)\) AS \(([^)]*)\)")
_SELECTED = re.compile(r"SELECT (\w+) INTO (\w+) FROM")
_DECLARED = re.compile(r"(\w+) jsonb(?: := (\w+)(?:->'(\w+)')?)?;")
_ACCESS = re.compile(r"(?:->>?|#>>?|\?)\s*'\{?(?:\w+,)*(\w+)\}?'")
_BUILT = re.compile(r"jsonb_build_object\(\s*'(\w+)'")


class UnreadableSqlError(Exception):
    """An access to JSON in a form that this reader does not know."""


@dataclass(frozen=True)
class Path:
    """Keys below a root: a parameter (`step`, `$1`) or a column (`column:draft`). `tested`: only asked for by `?`."""

    root: str
    keys: tuple[str, ...] = ()
    tested: bool = False

    def __str__(self) -> str:
        return ".".join((self.root, *self.keys))


@dataclass(frozen=True)
class Handed:
    """A value handed to the parameter of another function, with keys that were added to it."""

    function: str
    position: int
    path: Path
    added: frozenset[str]


@dataclass
class SqlFunction:
    """`parameters` in order; those that are JSON can be roots."""

    name: str
    parameters: tuple[str, ...]
    json_parameters: frozenset[str]
    paths: list[Path] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    operators: int = 0


def read_functions(sources: Iterable[str], columns: frozenset[str]) -> dict[str, SqlFunction]:
    """The functions of some SQL files by name. Raises UnreadableSqlError."""
    parts = [part for source in sources for part in _split(source)]
    signatures = {name: _signature(declared) for name, declared, _ in parts}
    return {name: read_body(name, body, *signatures[name], signatures, columns) for name, _, body in parts}


def read_body(
    name: str,
    body: str,
    parameters: tuple[str, ...],
    json_parameters: frozenset[str],
    signatures: dict[str, tuple[tuple[str, ...], frozenset[str]]],
    columns: frozenset[str],
) -> SqlFunction:
    """What one body reads, and what it hands on."""
    function = SqlFunction(name, parameters, json_parameters)
    roots = {parameter: Path(parameter) for parameter in json_parameters}
    roots |= _aliases(body, roots)
    tokens = [token for token in _TOKEN.findall(body) if not token.startswith("--")]
    _Reader(function, tokens, roots, columns, signatures).read()
    for array, declared in _RECORDS.findall(body):
        names = [column.split()[0] for column in declared.split(",")]
        function.paths += [Path(roots[array].root, (*roots[array].keys, ELEMENT, one)) for one in names]
    return function


_JSON_COLUMN = re.compile(r"(?:^\s+|ADD COLUMN )(\w+)\s+jsonb\b", re.MULTILINE)


def json_columns(migrations: Iterable[str]) -> frozenset[str]:
    """The names of all columns of the type jsonb."""
    return frozenset(name for text in migrations for name in _JSON_COLUMN.findall(text))


def misspelt(source: str) -> Iterator[tuple[str, str]]:
    """The source once for each of its accesses, with the last key of that access misspelt; and the misspelt key."""
    for found in _ACCESS.finditer(source):
        start, end = found.span(1)
        yield f"{source[:start]}{found[1]}_misspelt{source[end:]}", f"{found[1]}_misspelt"


def _split(source: str) -> Iterator[tuple[str, str, str]]:
    for found in _FUNCTION.finditer(source):
        end = _closing(source, found.end())
        opening = source.index("$$", end) + 2
        yield found[1], source[found.end() : end], source[opening : source.index("$$", opening)]


def _closing(text: str, start: int) -> int:
    depth = 1
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise UnreadableSqlError("A bracket is not closed.")


def _signature(declared: str) -> tuple[tuple[str, ...], frozenset[str]]:
    words = [one.split() for one in declared.split(",") if one.strip()]
    inputs = [one for one in words if one[0] != "OUT"]
    return tuple(one[0] for one in inputs), frozenset(one[0] for one in inputs if one[1] == "jsonb")


def _aliases(body: str, roots: dict[str, Path]) -> dict[str, Path]:
    aliases: dict[str, Path] = {}
    for name, source, key in _DECLARED.findall(body):
        if source in roots:
            aliases[name] = Path(source, (key,) if key else ())
    for column, name in _SELECTED.findall(body):
        aliases[name] = Path(f"column:{column}")
    elements = [(name, array) for name, array in _LOOP.findall(body)]
    elements += [(name, array) for array, name in _ELEMENTS.findall(body)]
    for name, array in elements:
        root = {**roots, **aliases}.get(array, Path(array))
        aliases[name] = Path(root.root, (*root.keys, ELEMENT))
    return aliases


@dataclass
class _Reader:
    function: SqlFunction
    tokens: list[str]
    roots: dict[str, Path]
    columns: frozenset[str]
    signatures: dict[str, tuple[tuple[str, ...], frozenset[str]]]

    def read(self) -> None:
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token in _OPERATORS:
                raise UnreadableSqlError(f"{self.function.name} reads JSON in a way that nothing here knows: {token}")
            if token in self.signatures and self.tokens[at + 1 : at + 2] == ["("]:
                self._read_call(token, at + 2)
            root = self._root(token)
            at = at + 1 if root is None else self._read_chain(root, at + 1)[1]

    def _root(self, token: str) -> Path | None:
        if token in self.roots:
            return self.roots[token]
        column = token.rpartition(".")[2]
        return Path(f"column:{column}") if column in self.columns else None

    def _read_chain(self, root: Path, at: int, *, counting: bool = True) -> tuple[Path, int]:
        path = root
        while at < len(self.tokens) and self.tokens[at] in _OPERATORS:
            operator, argument = self.tokens[at : at + 2]
            if not argument.startswith("'"):
                raise UnreadableSqlError(f"{self.function.name} reads a key that is no constant: {argument}")
            keys = tuple(argument.strip("'{}").split(","))
            path = Path(path.root, path.keys + keys, tested=operator == "?")
            if counting:
                self.function.operators += 1
                self.function.paths.append(path)
            at += 2
        return path, at

    def _read_call(self, callee: str, at: int) -> None:
        parameters, json_parameters = self.signatures[callee]
        for position, argument in enumerate(self._arguments(at)):
            if position < len(parameters) and parameters[position] in json_parameters:
                self._hand(callee, position, argument)

    def _hand(self, callee: str, position: int, argument: list[str]) -> None:
        root = self._root(argument[0])
        added = frozenset(_BUILT.findall("".join(argument)))
        if root is None and argument[0] not in {"NULL", "jsonb_build_object", "jsonb_strip_nulls"}:
            raise UnreadableSqlError(f"{self.function.name} hands {argument[0]} to {callee}: nothing is known of it")
        if root is not None:
            chain = _Reader(self.function, argument, self.roots, self.columns, self.signatures)
            path, _ = chain._read_chain(root, 1, counting=False)
            self.function.handed.append(Handed(callee, position, path, added))

    def _arguments(self, at: int) -> list[list[str]]:
        arguments: list[list[str]] = [[]]
        depth = 1
        while True:
            token = self.tokens[at]
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth == 0:
                return [one for one in arguments if one]
            if token == "," and depth == 1:
                arguments.append([])
            else:
                arguments[-1].append(token)
            at += 1
