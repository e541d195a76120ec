"""SOQL, as much of it as a service desk asks: parsed strictly, knowing nothing of objects and records.

SELECT fields and child queries FROM one object, WHERE with AND, OR, comparisons, LIKE, IN of values or of a semi-join,
ORDER BY and LIMIT.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

Literal = str | float | bool | date | datetime | None
OPERATORS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
WORDS = frozenset(
    "select from where and or not in like order by asc desc nulls first last limit true false null".split()
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
LIKE_ESCAPES = {"_": "\\_", "%": "\\%"}
TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*')
      | (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))
      | (?P<day>\d{4}-\d\d-\d\d)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*)
      | (?P<sign><=|>=|<>|!=|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL,
)


class SoqlError(Exception):
    """A query that Salesforce refuses, with its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Compare:
    """A field against a literal; `like` is an operator too."""

    path: str
    operator: str
    value: Literal


@dataclass(frozen=True)
class In:
    """A field against a list of literals, or against what a semi-join finds."""

    path: str
    negated: bool
    values: "tuple[Literal, ...] | Query"


@dataclass(frozen=True)
class Joined:
    """Conditions that hold all (`and`) or any (`or`)."""

    word: str
    parts: "tuple[Condition, ...]"


Condition = Compare | In | Joined


class Order(NamedTuple):
    """What sorts the records."""

    path: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A parsed query; `children` are the queries among its fields."""

    kind: str
    paths: tuple[str, ...]
    children: "tuple[Query, ...]" = ()
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None


class Token(NamedTuple):
    """`group` is the kind of token; `end` closes every query."""

    group: str
    text: str


@dataclass
class _Reader:
    """Reads tokens one by one."""

    tokens: Sequence[Token]
    place: int = 0
    depth: int = field(default=0)

    def peek(self) -> Token:
        return self.tokens[self.place]

    def next(self) -> Token:
        token = self.tokens[self.place]
        self.place += token.group != "end"
        return token

    def takes(self, *words: str) -> bool:
        """Whether these words or signs come next; then they are read."""
        coming = [token.text.lower() for token in self.tokens[self.place : self.place + len(words)]]
        if coming != list(words):
            return False
        self.place += len(words)
        return True

    def expect(self, *words: str) -> None:
        if not self.takes(*words):
            raise unexpected(self.peek())

    def name(self) -> str:
        token = self.next()
        if token.group != "name" or token.text.lower() in WORDS:
            raise unexpected(token)
        return token.text

    def number(self) -> int:
        token = self.next()
        if token.group != "number" or not token.text.isdecimal():
            raise unexpected(token)
        return int(token.text)


def unexpected(token: Token) -> SoqlError:
    shown = "<EOF>" if token.group == "end" else f"'{token.text}'"
    return SoqlError("MALFORMED_QUERY", f"unexpected token: {shown}")


def parse(soql: str) -> Query:
    """Raises SoqlError."""
    reader = _Reader(_tokens(soql))
    query = _query(reader)
    if reader.peek().group != "end":
        raise unexpected(reader.peek())
    return query


def _tokens(soql: str) -> list[Token]:
    tokens, place = [], 0
    while soql[place:].strip():
        found = TOKEN.match(soql, place)
        if not found:
            stray = soql[place:].strip()[0]
            raise SoqlError("MALFORMED_QUERY", f"line 1:{place} no viable alternative at character '{stray}'")
        group = str(found.lastgroup)
        tokens.append(Token(group, found[group]))
        place = found.end()
    return [*tokens, Token("end", "")]


def _query(reader: _Reader) -> Query:
    reader.expect("select")
    paths: list[str] = []
    children: list[Query] = []
    while True:
        if reader.takes("("):
            children.append(_query(reader))
            reader.expect(")")
        else:
            paths.append(reader.name())
        if not reader.takes(","):
            break
    reader.expect("from")
    kind = reader.name()
    where = _any_of(reader) if reader.takes("where") else None
    order = _order(reader) if reader.takes("order", "by") else ()
    limit = reader.number() if reader.takes("limit") else None
    return Query(kind, tuple(paths), tuple(children), where, order, limit)


def _order(reader: _Reader) -> tuple[Order, ...]:
    keys = []
    while True:
        path = reader.name()
        descending = reader.takes("desc")
        if not descending:
            reader.takes("asc")
        keys.append(Order(path, descending))
        if not reader.takes(","):
            return tuple(keys)


def _any_of(reader: _Reader) -> Condition:
    """AND and OR at one level must be told apart by parentheses."""
    parts, words = [_one(reader)], set()
    while reader.peek().text.lower() in {"and", "or"} and reader.peek().group == "name":
        words.add(reader.peek().text.lower())
        if len(words) > 1:
            raise unexpected(reader.peek())
        reader.next()
        parts.append(_one(reader))
    if not words:
        return parts[0]
    (word,) = words
    if word == "or" and any(isinstance(part, In) and isinstance(part.values, Query) for part in parts):
        raise SoqlError("MALFORMED_QUERY", "Semi join sub-selects are not allowed with the 'OR' operator")
    return Joined(word, tuple(parts))


def _one(reader: _Reader) -> Condition:
    if reader.takes("("):
        reader.depth += 1
        inside = _any_of(reader)
        reader.depth -= 1
        reader.expect(")")
        return inside
    path = reader.name()
    negated = reader.takes("not", "in")
    if negated or reader.takes("in"):
        return In(path, negated, _list(reader))
    if reader.takes("like"):
        return Compare(path, "like", _literal(reader, pattern=True))
    sign = reader.next()
    if sign.text not in OPERATORS:
        raise unexpected(sign)
    return Compare(path, "!=" if sign.text == "<>" else sign.text, _literal(reader))


def _list(reader: _Reader) -> tuple[Literal, ...] | Query:
    reader.expect("(")
    if reader.peek().text.lower() == "select":
        if reader.depth:
            text = "Semi join sub-selects are only allowed at the top level WHERE expressions"
            raise SoqlError("MALFORMED_QUERY", f"{text} and not in nested WHERE expressions.")
        inner = _query(reader)
        if inner.order or inner.limit is not None or inner.children or len(inner.paths) != 1:
            raise SoqlError("MALFORMED_QUERY", "Semi join sub-selects select one field, without ORDER BY and LIMIT")
        reader.expect(")")
        return inner
    values = [_literal(reader)]
    while reader.takes(","):
        values.append(_literal(reader))
    reader.expect(")")
    return tuple(values)


def _literal(reader: _Reader, *, pattern: bool = False) -> Literal:
    token = reader.next()
    match token.group:
        case "text":
            return _unquoted(token.text, pattern=pattern)
        case "moment" | "day":
            return _point(token)
        case "number":
            return float(token.text)
        case "name" if token.text.lower() in {"true", "false", "null"}:
            return {"true": True, "false": False, "null": None}[token.text.lower()]
    raise unexpected(token)


def _point(token: Token) -> datetime | date:
    """A time or a day that the calendar has."""
    kind = datetime if token.group == "moment" else date
    try:
        return kind.fromisoformat(token.text)
    except ValueError:
        raise SoqlError("MALFORMED_QUERY", f"invalid date: {token.text}") from None


def _unquoted(quoted: str, *, pattern: bool) -> str:
    """The text between the quotes; in a LIKE pattern, `\\%` and `\\_` stay escaped."""
    escapes = {**ESCAPES, **(LIKE_ESCAPES if pattern else {})}
    inside = quoted[1:-1]
    for bad in re.finditer(r"\\(.)", inside, re.DOTALL):
        if bad[1] not in escapes:
            raise SoqlError("MALFORMED_QUERY", f"illegal escape: '\\{bad[1]}'")
    return re.sub(r"\\(.)", lambda found: escapes[found[1]], inside, flags=re.DOTALL)


def like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression over a whole value, in any case."""
    parts = re.findall(r"\\[%_]|%|_|.", pattern, re.DOTALL)
    known = {"%": ".*", "_": "."}
    return re.compile("".join(known.get(part) or re.escape(part[-1]) for part in parts), re.IGNORECASE | re.DOTALL)
