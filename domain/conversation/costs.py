"""What models cost: from tokens and prices, in the organisation's currency."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.conversation.turn import Usage
from domain.model import Frozen
from domain.specification.organisation import ModelPrice

MILLION = 1_000_000


class UsageTotal(Frozen):
    """What the models of a conversation cost so far."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    unpriced_calls: int = Field(0, description="Calls of models without a price, which `cost` leaves out.")
    estimated_calls: int = Field(0, description="Calls whose tokens, and so their part of `cost`, are estimated.")


def cost_of(usage: Usage, price: ModelPrice) -> Decimal:
    """The exact amount, not rounded."""
    cached_price = price.input if price.cached_input is None else price.cached_input
    fresh_tokens = usage.input_tokens - usage.cached_tokens
    input_cost = fresh_tokens * price.input + usage.cached_tokens * cached_price
    return (input_cost + usage.output_tokens * price.output) / MILLION


def total_of(usages: Iterable[Usage]) -> UsageTotal:
    """All of them together."""
    known = list(usages)
    return UsageTotal(
        calls=sum(usage.calls for usage in known),
        input_tokens=sum(usage.input_tokens for usage in known),
        output_tokens=sum(usage.output_tokens for usage in known),
        cost=sum((usage.cost for usage in known if usage.cost is not None), Decimal(0)),
        unpriced_calls=sum(usage.calls if usage.cost is None else usage.unpriced_calls for usage in known),
        estimated_calls=sum(usage.estimated_calls for usage in known),
    )


def together(answered: Usage, before: Sequence[Usage]) -> Usage:
    """The usage of the model that answered, with what others took `before` it and gave nothing usable for."""
    if not before:
        return answered
    every = [answered, *before]
    total = total_of(every)
    is_priced = any(usage.cost is not None for usage in every)
    return answered.model_copy(
        update={
            "input_tokens": total.input_tokens,
            "cached_tokens": sum(usage.cached_tokens for usage in every),
            "output_tokens": total.output_tokens,
            "calls": total.calls,
            "estimated_calls": total.estimated_calls,
            "model_ms": sum(usage.model_ms for usage in every),
            "cost": total.cost if is_priced else None,
            "unpriced_calls": total.unpriced_calls if is_priced else 0,
        }
    )


def month_around(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin of the month that `now` lies in and of the next one, by the organisation's clock."""
    begin = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = divmod(begin.year * 12 + begin.month, 12)
    return begin, begin.replace(year=year, month=month + 1)
