"""What a check of a specification finds, and how it looks into data that need not be valid."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple, TypeGuard

from pydantic import BaseModel

Location = tuple[str | int, ...]
MOST_NAMES_LISTED = 12
MOST_NAMES_COMPARED = 2_000


class Finding(NamedTuple):
    """A mistake in a specification, or a doubt: where, what is wrong, what to write instead.

    Both are sentences, the first without its stop.
    """

    location: Location
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.location))}: {self.problem}"


def values_at(data: object, pattern: str) -> Iterator[tuple[Location, object]]:
    """Every value at a place such as `topics.*.id`, with its location. What has another shape has none."""
    return _values(data, pattern.split("."), ())


def texts_at(data: object, *patterns: str) -> Iterator[tuple[Location, str]]:
    """The texts at these places."""
    for pattern in patterns:
        for location, value in values_at(data, pattern):
            if isinstance(value, str):
                yield location, value


def child(value: object, step: str | int) -> object:
    """The value one step further in, or None."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, BaseModel):
        return getattr(value, str(step), None)
    if is_list(value) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def children(value: object) -> Iterator[tuple[str | int, object]]:
    """What a list or a mapping holds, by its number or key."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif is_list(value):
        yield from enumerate(value)


def as_list(value: object) -> Sequence[object]:
    """The list itself; of anything else, an empty one."""
    return value if is_list(value) else ()


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """A list or a tuple, never a text."""
    return isinstance(value, list | tuple)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """`Did you mean 'billing'?` when a known name is close, else nothing; among very many names none is looked for."""
    close = get_close_matches(name, list(known), n=1) if len(known) <= MOST_NAMES_COMPARED else []
    return f"Did you mean {close[0]!r}?" if close else ""


def instead_of(name: str, known: Collection[str], nothing: str) -> str:
    """What to write instead of an unknown name; `nothing` is the sentence for when none is close and many are known.

    A sequence of known names keeps its order.
    """
    meant = did_you_mean(name, known)
    names = known if isinstance(known, Sequence) else sorted(known)
    listed = f"Use one of {', '.join(names)}." if 0 < len(names) <= MOST_NAMES_LISTED else ""
    return " ".join(filter(None, (meant, listed))) or nothing


def is_number(value: object) -> TypeGuard[float]:
    """A whole or decimal number, neither true nor false."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _values(value: object, pattern: Sequence[str], location: Location) -> Iterator[tuple[Location, object]]:
    if not pattern:
        yield location, value
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        for key, inside in children(value):
            yield from _values(inside, rest, (*location, key))
    elif (inside := child(value, step)) is not None:
        yield from _values(inside, rest, (*location, step))
