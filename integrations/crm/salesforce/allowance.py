"""How many API calls Salesforce has left for today, and when ours must stop so that people keep some."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from domain.errors import RateLimitedError
from domain.model import Frozen

ASK_AGAIN_AFTER = timedelta(minutes=15)


class LimitState(Frozen):
    """Calls of the last 24 hours, as Salesforce last told. While `reserved` or `exhausted`, none of ours are made."""

    state: Literal["unknown", "open", "reserved", "exhausted"] = "unknown"
    used: int | None = None
    total: int | None = None
    reserved_calls: int | None = None
    seen_at: AwareDatetime | None = None


class ApiAllowance:
    """Watches the limit. Once it is reached, one call in 15 minutes finds out whether it still is."""

    def __init__(self, reserved_share: float, clock: Callable[[], datetime]) -> None:
        self._reserved_share = reserved_share
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = LimitState()
        self._asked_at: datetime | None = None

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

    def admit(self) -> None:
        """Let a call pass. Raises RateLimitedError while the limit is reached."""
        with self._lock:
            if self._seen.state in {"unknown", "open"}:
                return
            now = self._clock()
            wait = (self._asked_at or now) + ASK_AGAIN_AFTER - now
            if wait > timedelta(0):
                raise RateLimitedError(self._reason(), retry_after=wait)
            self._asked_at = now

    def _see(self, seen: LimitState) -> None:
        with self._lock:
            now = self._clock()
            if seen.state != self._seen.state:
                self._asked_at = now
            self._seen = seen.model_copy(update={"seen_at": now})

    def _reason(self) -> str:
        seen = self._seen
        if seen.state == "exhausted":
            return "Salesforce has no API calls left for today: wait, or buy more calls."
        return (
            f"Salesforce's API calls of today are used but for the {seen.reserved_calls:,} of {seen.total:,} that are "
            "kept for people: wait, buy more calls, or lower HOLDFAST_SALESFORCE_RESERVED_SHARE."
        )
