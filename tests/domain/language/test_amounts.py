from decimal import Decimal

import pytest

from domain.language.amounts import figures_in, money_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refund me 300 EUR", ["300"]),
        ("€1,200.50 was taken", ["1200.50"]),
        ("1.200,50 € wurden abgebucht", ["1200.50"]),
        ("$15 and then 20 dollars", ["15", "20"]),
        ("1 000 euros", ["1000"]),
        ("I have 3 seats", []),
        ("7.806,156 538 EUR is no number", []),
    ],
)
def test_money_is_read_in_the_usual_spellings(text: str, expected: list[str]) -> None:
    assert list(money_in(text)) == [Decimal(value) for value in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 May 2026", "2026-05-03"),
        ("May 3rd, 2026", "3 May 2026"),
        ("1,000 rows", "1000 rows"),
        ("20.00 EUR", "20 EUR"),
        ("two days", "2 days"),
    ],
)
def test_one_figure_has_one_spelling(one: str, other: str) -> None:
    assert figures_in(one) == figures_in(other) != frozenset()


def test_an_impossible_date_is_no_date() -> None:
    assert figures_in("2026-02-31") == frozenset()
