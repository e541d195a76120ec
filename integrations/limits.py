"""Limits of calls a day, shared: what one process finds reached, all respect, and one of them asks now and then."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

import structlog

from domain.delivery.limits import LimitState
from domain.errors import RetryableError

READ_EVERY = timedelta(seconds=1)

log = structlog.get_logger()


class SharedLimits(Protocol):
    """Where the processes of an installation keep the limits. Raises RetryableError while it is away."""

    async def read(self, vendor: str) -> LimitState | None: ...

    async def replace(self, vendor: str, before: LimitState | None, after: LimitState) -> bool:
        """Write `after` if `before` (None: nothing) is still what stands there; False when it is not."""
        ...


class Allowance(Protocol):
    """What an adapter knows of its vendor's limit; it lets calls through, or raises RateLimitedError."""

    @property
    def state(self) -> LimitState: ...

    def believe(self, other: LimitState) -> None:
        """Take over what another process saw later."""
        ...

    def let_one_ask(self) -> None:
        """The next call finds out whether the limit is still reached."""
        ...


@runtime_checkable
class Limited(Protocol):
    """An adapter whose vendor limits the calls of a day."""

    @property
    def allowance(self) -> Allowance: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class VendorLimits:
    """One per process. While the store is away, each process goes by what it knows itself."""

    def __init__(self, shared: SharedLimits, now: Callable[[], datetime] = _utc_now) -> None:
        self._shared = shared
        self._now = now
        self._known: dict[str, LimitState | None] = {}
        self._read_at: dict[str, datetime] = {}

    @asynccontextmanager
    async def guard(self, vendor: str, allowance: Allowance) -> AsyncIterator[None]:
        """Around one call; never raises itself."""
        try:
            await self._learn(vendor, allowance)
            await self._ask_where_it_is_time(vendor, allowance)
        except RetryableError as error:
            log.warning("vendor_limit_unread", vendor=vendor, error=str(error))
        try:
            yield
        finally:
            await self._tell(vendor, allowance)

    async def _learn(self, vendor: str, allowance: Allowance) -> None:
        now, read_at = self._now(), self._read_at.get(vendor)
        if read_at is None or now - read_at >= READ_EVERY:
            await self._read(vendor)
        self._teach(vendor, allowance)

    async def _read(self, vendor: str) -> None:
        self._known[vendor] = await self._shared.read(vendor)
        self._read_at[vendor] = self._now()

    def _teach(self, vendor: str, allowance: Allowance) -> None:
        """Several adapters of a process may have one vendor."""
        known = self._known.get(vendor)
        if known is not None:
            allowance.believe(known)

    async def _ask_where_it_is_time(self, vendor: str, allowance: Allowance) -> None:
        """One process of all is let through."""
        now, state = self._now(), allowance.state
        is_time = state.is_reached and not state.wait(now)
        if is_time and await self._replace(vendor, allowance, state.asked(now)):
            allowance.believe(state.asked(now))
            allowance.let_one_ask()

    async def _tell(self, vendor: str, allowance: Allowance) -> None:
        state, known = allowance.state, self._known.get(vendor)
        if state.says_the_same(known) or not state.is_newer_than(known) or (known is None and not state.is_reached):
            return
        try:
            await self._replace(vendor, allowance, state)
        except RetryableError as error:
            log.warning("vendor_limit_unwritten", vendor=vendor, state=state.state, error=str(error))

    async def _replace(self, vendor: str, allowance: Allowance, after: LimitState) -> bool:
        """False when another process was first; what it wrote is known then."""
        done = await self._shared.replace(vendor, self._known.get(vendor), after)
        if done:
            self._known[vendor] = after
        else:
            await self._read(vendor)
            self._teach(vendor, allowance)
        return done
