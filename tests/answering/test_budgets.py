from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from answering.budgets import Budget
from domain.errors import UnavailableError
from domain.specification.organisation import ModelPrice, ModelSpec
from tests.organisation import VERSION

PAID, FREE = "openai:m", "compatible:own"
MODEL = ModelSpec(
    writer=PAID,
    fallbacks=(FREE, "local"),
    prices={
        PAID: ModelPrice(input=Decimal(1), output=Decimal(1)),
        FREE: ModelPrice(input=Decimal(0), output=Decimal(0)),
    },
    monthly_budget=Decimal(10),
)
BEGIN = datetime(2026, 3, 1, tzinfo=VERSION.specification.calendar.zone)


class Spending:
    """The store's answer, its questions, and the clock."""

    def __init__(self, spent: str) -> None:
        self.spent = Decimal(spent)
        self.asked: list[tuple[str, datetime]] = []
        self.at = datetime(2026, 3, 22, 12, tzinfo=UTC)

    async def since(self, organisation: str, since: datetime) -> Decimal:
        self.asked.append((organisation, since))
        return self.spent

    def now(self) -> datetime:
        return self.at

    def budget(self, model: ModelSpec = MODEL) -> Budget:
        return Budget(VERSION.specification.model_copy(update={"model": model}), self.since, self.now)


async def test_within_the_budget_every_model_is_asked() -> None:
    spending = Spending("9.99")
    await spending.budget().allow(PAID)
    assert spending.asked == [(VERSION.specification.organisation, BEGIN)]


async def test_a_spent_budget_lasts_until_the_next_month() -> None:
    spending = Spending("10")
    budget = spending.budget()
    with pytest.raises(UnavailableError, match=r"budget for models of 10 EUR a month is used up.*2026-04-01") as caught:
        await budget.allow(PAID)
    assert caught.value.retry_after is not None
    assert timedelta(days=9) < caught.value.retry_after < timedelta(days=10)
    spending.spent, spending.at = Decimal(0), datetime(2026, 4, 1, 12, tzinfo=UTC)
    await budget.allow(PAID)


async def test_models_that_cost_nothing_are_asked_for_ever() -> None:
    budget = Spending("11").budget()
    for model in (FREE, "local", "openai:unpriced"):
        await budget.allow(model)


async def test_without_a_budget_the_store_is_not_asked() -> None:
    spending = Spending("11")
    await spending.budget(ModelSpec(prices=MODEL.prices)).allow(PAID)
    assert spending.asked == []


async def test_spending_is_read_again_after_a_while() -> None:
    spending = Spending("1")
    budget = spending.budget()
    for seconds in (0, 29, 2):
        spending.at += timedelta(seconds=seconds)
        await budget.allow(PAID)
    assert len(spending.asked) == 2
