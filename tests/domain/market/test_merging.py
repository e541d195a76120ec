"""Three versions of the same parts."""

import pytest

from domain.market.merging import merged

NAMES = {"taken": 0, "kept": 1, "conflict": 2}


@pytest.mark.parametrize(
    ("installed", "own", "brought", "expected"),
    [
        ("a", "a", "a", None),
        ("a", "a", "b", "taken"),
        ("a", "b", "a", "kept"),
        ("a", "b", "b", None),
        ("a", "b", "c", "conflict"),
        (None, None, "a", "taken"),
        (None, "a", None, "kept"),
        (None, "a", "a", None),
        (None, "a", "b", "conflict"),
        ("a", None, "a", "kept"),
        ("a", None, "b", "conflict"),
        ("a", "a", None, "taken"),
        ("a", "b", None, "conflict"),
        ("a", None, None, None),
    ],
)
def test_one_part(installed: str | None, own: str | None, brought: str | None, expected: str | None) -> None:
    versions = [{} if value is None else {"tone": value} for value in (installed, own, brought)]
    merge = merged(*versions)
    found = [name for name, parts in zip(NAMES, (merge.taken, merge.kept, merge.conflicts), strict=True) if parts]
    assert found == ([expected] if expected else [])


def test_parts_are_told_in_order() -> None:
    merge = merged({}, {}, {"b": "1", "a": "1", "c": "1"})
    assert merge.taken == ("a", "b", "c")
