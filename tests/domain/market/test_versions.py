"""Semantic versions: their form and their order."""

import re
from itertools import pairwise

import pytest

from domain.market.versions import SEMANTIC, newest, precedence

ASCENDING = (
    "0.0.1",
    "0.9.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.2",
    "1.0.0-alpha.10",
    "1.0.0-beta",
    "1.0.0",
    "1.0.1",
    "1.9.0",
    "1.10.0",
    "2.0.0",
)


@pytest.mark.parametrize(("older", "younger"), list(pairwise(ASCENDING)))
def test_the_order(older: str, younger: str) -> None:
    assert precedence(older) < precedence(younger)


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        (["1.0.0"], "1.0.0"),
        (["1.9.0", "1.10.0", "1.2.0"], "1.10.0"),
        (["1.0.0", "2.0.0-beta.1"], "1.0.0"),
        (["2.0.0-beta.1", "2.0.0-alpha"], "2.0.0-beta.1"),
    ],
)
def test_the_newest(versions: list[str], expected: str | None) -> None:
    assert newest(versions) == expected


@pytest.mark.parametrize("version", ASCENDING)
def test_what_is_a_version(version: str) -> None:
    assert re.match(SEMANTIC, version)


@pytest.mark.parametrize(
    "version",
    [
        "",
        "1",
        "1.0",
        "v1.0.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0+a",
        "1.0.0 ",
        "../1.0.0",
        "1.0.0/..",
        "9999999.0.0",
    ],
)
def test_what_is_none(version: str) -> None:
    assert not re.fullmatch(SEMANTIC, version)
