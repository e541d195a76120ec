"""Expressions in CEL over what is known of a turn: checked when a specification is read, evaluated with each draft.

They see the fields of the model that they are checked against and the standard functions of the language, nothing
else. What would go through a list is refused, so that no part is computed twice: the length of the expression and of
the messages bounds the cost.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from cel_expr_python import cel

from domain.specification.conditions import Asked
from domain.specification.expression_text import depth_of, repeating_in
from domain.specification.findings import did_you_mean

LONGEST = 500
DEEPEST = 8
TYPES: Mapping[Any, cel.Type] = {
    str: cel.Type.STRING,
    bool: cel.Type.BOOL,
    float: cel.Type.DOUBLE,
    tuple[str, ...]: cel.Type.List(cel.Type.STRING),
    dict[str, str]: cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
}
"""What the types of fields are in CEL."""
ERROR = re.compile(r"ERROR: [^:]*:(?P<line>\d+):(?P<column>\d+): (?P<message>.*?)(?= expecting |\n| \[|$)")
UNKNOWN = re.compile(r"undeclared reference to '([^']*)'")
REFUSED = (RuntimeError, TypeError)
"""What the library raises: the first for what is no expression, the second for letters that are no Unicode."""
EXAMPLES = "Correct it; the guide to specifications has examples."
LIKE_WITH_LIKE = "Compare like with like: texts in quotes, numbers with a point, such as 50.0."


class Wrong(NamedTuple):
    """What is wrong with an expression, and what to write instead; the problem has no stop."""

    problem: str
    remedy: str


def wrong_with(expression: str, known: type[Asked]) -> Wrong | None:
    """The first mistake of an expression about turns of this model; None where there is none."""
    if len(expression) > LONGEST:
        return Wrong(f"has {len(expression)} letters", f"Write at most {LONGEST}, or make it several conditions.")
    if depth_of(expression) > DEEPEST:
        return Wrong(f"opens more than {DEEPEST} brackets within each other", "Make it several conditions.")
    if macro := repeating_in(expression):
        return Wrong(f"{macro} goes through a list, which is not allowed", "Ask with `in` whether a list has a value.")
    try:
        compiled = _compiled(expression, known)
    except REFUSED as error:
        return _explained(str(error), known)
    if compiled.return_type() != cel.Type.BOOL:
        return Wrong("is neither true nor false", "Compare something, as in `amount > 50.0`.")
    return None


def evaluate(expression: str, known: Asked) -> bool | None:
    """The value of an expression about a turn; None where it fails, or is no truth value."""
    try:
        result = _compiled(expression, type(known)).eval(data=_values(known))
    except REFUSED:
        return None
    value = result.value() if result.type() == cel.Type.BOOL else None
    return value if isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _compiled(expression: str, known: type[Asked]) -> cel.Expression:
    """Raises one of REFUSED for what is no expression."""
    return _environment(known).compile(expression)


@cache
def _environment(known: type[Asked]) -> cel.Env:
    fields = known.model_fields.items()
    return cel.NewEnv(variables={name: TYPES[field.annotation] for name, field in fields})


def _values(known: Asked) -> dict[str, object]:
    values = known.model_dump()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _explained(message: str, known: type[Asked]) -> Wrong:
    found = ERROR.search(message)
    if found is None:
        return Wrong("is no expression in CEL", EXAMPLES)
    at = f"at letter {found['column']}" if found["line"] == "1" else f"in its line {found['line']}"
    if unknown := UNKNOWN.search(found["message"]):
        name, names = unknown[1], sorted(known.model_fields)
        meant = did_you_mean(name, names)
        listed = f"Use one of {', '.join(names)}."
        return Wrong(f"there is no {name!r}, {at}", " ".join(filter(None, (meant, listed))))
    return Wrong(f"{found['message'].rstrip('. ')}, {at}", LIKE_WITH_LIKE if "overload" in message else EXAMPLES)
