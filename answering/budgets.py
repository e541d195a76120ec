"""An organisation's money for models."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.conversation.costs import month_around
from domain.errors import UnavailableError
from domain.specification.organisation import OrganisationSpec

SpentSince = Callable[[str, datetime], Awaitable[Decimal]]
"""What an organisation's models cost since a moment (storage.turns)."""
READ_EVERY = timedelta(seconds=30)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Budget:
    """The budget of the calendar month; what is spent is read again every 30 s, so it may be passed by a little."""

    def __init__(
        self, specification: OrganisationSpec, spent_since: SpentSince, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._specification = specification
        self._spent_since = spent_since
        self._now = now
        self._spent = Decimal(0)
        self._read_at: datetime | None = None

    async def allow(self, model: str) -> None:
        """Raises UnavailableError until the next month for a model that costs money, once the budget is spent."""
        spec = self._specification
        budget, price = spec.model.monthly_budget, spec.model.prices.get(model)
        if budget is None or price is None or price.is_free:
            return
        now = self._now()
        begin, end = month_around(now, spec.calendar.zone)
        if self._read_at is None or self._read_at < begin or now - self._read_at >= READ_EVERY:
            self._spent = await self._spent_since(spec.organisation, begin)
            self._read_at = now
        if self._spent >= budget:
            text = f"The budget for models of {budget} {spec.currency} a month is used up"
            raise UnavailableError(f"{text}: {model} is asked again from {end:%Y-%m-%d}.", retry_after=end - now)
