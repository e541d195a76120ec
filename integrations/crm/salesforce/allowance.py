"""How many API calls Salesforce has left for today, and when ours must stop so that people keep some."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from domain.delivery.limits import LimitState
from domain.errors import RateLimitedError


class ApiAllowance:
    """Watches the limit. Once it is reached, one call in 15 minutes finds out whether it still is."""

    def __init__(self, reserved_share: float, clock: Callable[[], datetime]) -> None:
        self._reserved_share = reserved_share
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = LimitState()
        self._lets_one_ask = False

    @property
    def state(self) -> LimitState:
        return self._seen

    def note(self, used: int, total: int) -> None:
        """What a response said of the whole organisation's calls."""
        reserved = round(total * self._reserved_share)
        reached: Literal["open", "reserved", "exhausted"] = "open" if used + reserved < total else "reserved"
        self._see(LimitState(state=reached, used=used, total=total, reserved_calls=reserved))

    def note_exhausted(self) -> None:
        """Salesforce refused a call because none is left."""
        self._see(self._seen.model_copy(update={"state": "exhausted"}))

    def believe(self, other: LimitState) -> None:
        """Take over what another process saw later."""
        with self._lock:
            self._seen = self._seen.joined(other)

    def let_one_ask(self) -> None:
        """The next call finds out whether the limit is still reached, whoever asked before."""
        with self._lock:
            self._lets_one_ask = True

    def admit(self) -> None:
        """Let a call pass. Raises RateLimitedError while the limit is reached."""
        with self._lock:
            now = self._clock()
            wait, asks = self._seen.wait(now), self._lets_one_ask
            self._lets_one_ask = False
            if wait and not asks:
                raise RateLimitedError(self._reason(), retry_after=wait)
            if self._seen.is_reached and not asks:
                self._seen = self._seen.asked(now)

    def _see(self, seen: LimitState) -> None:
        with self._lock:
            now = self._clock()
            asked_at = self._seen.asked_at if seen.state == self._seen.state else now
            self._seen = seen.model_copy(update={"seen_at": now, "asked_at": asked_at})

    def _reason(self) -> str:
        seen = self._seen
        if seen.state == "exhausted":
            return "Salesforce has no API calls left for today: wait, or buy more calls."
        return (
            f"Salesforce's API calls of today are used but for the {seen.reserved_calls:,} of {seen.total:,} that are "
            "kept for people: wait, buy more calls, or lower HOLDFAST_SALESFORCE_RESERVED_SHARE."
        )
