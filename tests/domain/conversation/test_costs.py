from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.conversation.costs import UsageTotal, cost_of, month_around, together, total_of
from domain.conversation.turn import Usage
from domain.specification.organisation import ModelPrice

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


def test_what_gave_nothing_usable_is_part_of_what_the_answer_cost() -> None:
    paid = USAGE.model_copy(update={"cost": Decimal("0.5"), "model_ms": 20.0})
    answered = Usage(model="openai:n", input_tokens=10, calls=1, model_ms=1.0, cost=Decimal("0.1"))
    assert together(answered, [paid, paid]) == Usage(
        model="openai:n",
        input_tokens=3010,
        cached_tokens=1000,
        output_tokens=400,
        calls=5,
        model_ms=41.0,
        cost=Decimal("1.1"),
    )
    assert together(answered, []) == answered


@pytest.mark.parametrize(
    ("answered", "before", "cost", "unpriced"),
    [
        (Usage(model="local"), Usage(model="openai:m", calls=2, cost=Decimal("0.5")), Decimal("0.5"), 0),
        (Usage(model="own", calls=1), Usage(model="openai:m", calls=2, cost=Decimal("0.5")), Decimal("0.5"), 1),
        (Usage(model="openai:m", calls=1, cost=Decimal("0.5")), Usage(model="own", calls=2), Decimal("0.5"), 2),
        (Usage(model="own", calls=1), Usage(model="own", calls=2), Decimal(0), 3),
    ],
)
def test_together_the_calls_without_a_price_are_still_told(
    answered: Usage, before: Usage, cost: Decimal, unpriced: int
) -> None:
    total = total_of([together(answered, [before])])
    assert (total.cost, total.unpriced_calls) == (cost, unpriced)


def test_calls_whose_tokens_are_estimated_are_told_apart_and_count() -> None:
    guessed = USAGE.model_copy(update={"estimated_calls": 1, "cost": cost_of(USAGE, PRICE)})
    assert total_of([guessed, guessed, USAGE]).estimated_calls == 2
    assert total_of([guessed]).cost == Decimal("0.00077")
    assert together(USAGE, [guessed]).estimated_calls == 1


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
