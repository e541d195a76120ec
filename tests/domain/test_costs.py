from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.costs import UsageTotal, cost_of, month_around, total_of
from domain.spec import ModelPrice
from domain.turn import Usage

PRICE = ModelPrice(input=Decimal("0.40"), output=Decimal("1.60"), cached_input=Decimal("0.10"))
USAGE = Usage(model="openai:m", input_tokens=1500, cached_tokens=500, output_tokens=200, calls=2)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("usage", "price", "cost"),
    [
        (USAGE, PRICE, "0.00077"),
        (USAGE, PRICE.model_copy(update={"cached_input": None}), "0.00092"),
        (USAGE, ModelPrice(input=Decimal(0), output=Decimal(0)), "0"),
        (Usage(model="openai:m"), PRICE, "0"),
    ],
    ids=["cached tokens are cheaper", "no price of their own", "free", "nothing used"],
)
def test_a_cost_is_exact(usage: Usage, price: ModelPrice, cost: str) -> None:
    assert cost_of(usage, price) == Decimal(cost)


def test_what_has_no_price_is_counted_apart() -> None:
    paid = USAGE.model_copy(update={"cost": Decimal("0.5")})
    assert total_of([paid, paid, USAGE, Usage(model="local")]) == UsageTotal(
        calls=6, input_tokens=4500, output_tokens=600, cost=Decimal(1), unpriced_calls=2
    )
    assert total_of([]) == UsageTotal()


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        (
            datetime(2026, 2, 28, 12, tzinfo=UTC),
            datetime(2026, 2, 1, tzinfo=BERLIN),
            datetime(2026, 3, 1, tzinfo=BERLIN),
        ),
        (
            datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
            datetime(2026, 3, 1, tzinfo=BERLIN),
            datetime(2026, 4, 1, tzinfo=BERLIN),
        ),
        (datetime(2026, 12, 5, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN)),
    ],
)
def test_a_month_is_that_of_the_organisation(now: datetime, begin: datetime, end: datetime) -> None:
    assert month_around(now, BERLIN) == (begin, end)
