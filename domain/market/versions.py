"""Semantic versions of packages: how they are written, and which one is the newest."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

SEMANTIC = r"^(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}(?:-[0-9A-Za-z]{1,16}(?:\.[0-9A-Za-z]{1,16}){0,3})?$"
PackageVersion = Annotated[
    str, Field(pattern=SEMANTIC, description="Three numbers, such as 1.4.0; an early one ends like -beta.2.")
]
Precedence = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Precedence:
    """What versions are ordered by: the numbers, early versions before the one that they lead to."""
    numbers, _, early = version.partition("-")
    return tuple(map(int, numbers.split("."))), not early, tuple(map(_identifier, early.split(".")))


def newest(versions: Iterable[str]) -> str | None:
    """The newest of them; an early version only where there is no other."""
    found = sorted(versions, key=precedence)
    finished = [version for version in found if "-" not in version]
    return next(reversed(finished or found), None)


def _identifier(text: str) -> tuple[bool, int, str]:
    """Numbers stand before words, and are ordered as numbers."""
    return (False, int(text), "") if text.isascii() and text.isdigit() else (True, 0, text)
