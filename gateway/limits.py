"""Rate limits as token buckets: a burst of `limit`, refilled evenly over `per`."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

MAX_KEYS = 50_000


class RateLimiter:
    """One bucket per key; the least recently used are forgotten beyond MAX_KEYS, so memory is bounded."""

    def __init__(self, limit: int, per: timedelta, clock: Callable[[], float] = monotonic) -> None:
        self._limit = limit
        self._per_second = limit / per.total_seconds()
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, key: str) -> float:
        """Take one token: 0 when there was one, otherwise the seconds until there is."""
        now = self._clock()
        tokens, at = self._buckets.pop(key, (float(self._limit), now))
        tokens = min(self._limit, tokens + (now - at) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._per_second
