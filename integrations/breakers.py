"""Circuit breakers: a vendor that does not answer or refuses our credentials is not called for a while, by no process.

Own code, because purgatory 3.0.1 lets every call through while half-open, reads the clock itself and cannot take over
a state that another process has set.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from domain.delivery.vendors import REFUSED, VendorState
from domain.errors import CredentialsError, HoldfastError, RetryableError, UnavailableError

FAILURES = 5
PAUSE = timedelta(seconds=30)
READ_EVERY = timedelta(seconds=1)

log = structlog.get_logger()


class SharedStates(Protocol):
    """Where the processes of an installation keep the states. Raises RetryableError while it is away."""

    async def read(self) -> Sequence[VendorState]: ...

    async def replace(self, before: VendorState | None, after: VendorState) -> bool:
        """Write `after` if `before` (None: nothing) is still what stands there; False when it is not."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Breakers:
    """One per process. Failures are counted here; states are shared and read again every second."""

    def __init__(self, shared: SharedStates, now: Callable[[], datetime] = _utc_now) -> None:
        self._shared = shared
        self._now = now
        self._read_at: datetime | None = None
        self._known: dict[str, VendorState] = {}
        self._failures: Counter[str] = Counter()

    @asynccontextmanager
    async def guard(self, vendor: str) -> AsyncIterator[None]:
        """Around one call. Instead of calling a vendor that is silent, raises UnavailableError with `retry_after`.

        And CredentialsError instead of calling one that refused us, so that nobody waits for what only people can mend.
        Refused credentials count like silence, because many vendors lock an account that signs in wrongly again and
        again. Whoever limits us has answered.
        """
        trying = await self._enter(vendor)
        try:
            yield
        except UnavailableError as error:
            await self._failed(vendor, type(error.__cause__ or error.__context__ or error).__name__, trying=trying)
            raise
        except CredentialsError:
            await self._failed(vendor, REFUSED, trying=trying)
            raise
        except HoldfastError:
            await self._answered(vendor, trying=trying)
            raise
        await self._answered(vendor, trying=trying)

    async def _enter(self, vendor: str) -> bool:
        """Whether this call is the one that tries a silent vendor."""
        await self._read_now_and_then()
        now = self._now()
        state = self._known.get(vendor)
        if state is None:
            state = VendorState(vendor=vendor, since=now)
            await self._replace(None, state)
            state = self._known.get(vendor, state)
        tried = state.tried(now, pause=PAUSE)
        if tried and await self._replace(state, tried):
            return True
        state = self._known.get(vendor, state)
        if state.refuses_us:
            raise CredentialsError(state.sentence(now))
        if not state.answers:
            raise UnavailableError(state.sentence(now), retry_after=state.pause_left(now))
        return False

    async def _failed(self, vendor: str, kind: str, *, trying: bool) -> None:
        state = self._known[vendor]
        if state.answers:
            self._failures[vendor] += 1
        if self._failures[vendor] >= FAILURES if state.answers else trying:
            await self._replace(state, state.opened(self._now(), last_error=kind, pause=PAUSE))

    async def _answered(self, vendor: str, *, trying: bool) -> None:
        self._failures[vendor] = 0
        state = self._known[vendor]
        if trying and not state.answers:
            await self._replace(state, state.closed(self._now()))

    async def _read_now_and_then(self) -> None:
        now = self._now()
        if self._read_at is None or now - self._read_at >= READ_EVERY:
            self._read_at = now
            await self._read()

    async def _read(self) -> None:
        """While the store is away, this process goes on with what it knows."""
        try:
            states = await self._shared.read()
        except RetryableError as error:
            log.warning("vendor_states_unread", error=str(error))
            return
        for state in states:
            self._known[state.vendor] = state
            if not state.answers:
                self._failures[state.vendor] = 0

    async def _replace(self, before: VendorState | None, after: VendorState) -> bool:
        """False when another process was first; what it wrote is known then."""
        try:
            done = await self._shared.replace(before, after)
        except RetryableError as error:
            log.warning("vendor_state_unwritten", vendor=after.vendor, state=after.state, error=str(error))
            done = True
        if not done:
            await self._read()
            return False
        self._known[after.vendor] = after
        self._failures[after.vendor] = 0
        log.info("vendor_state", vendor=after.vendor, state=after.state, last_error=after.last_error)
        return True
