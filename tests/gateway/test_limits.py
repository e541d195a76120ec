from datetime import timedelta

import pytest

from gateway import limits
from gateway.limits import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_and_the_next_one_waits() -> None:
    clock = Clock()
    limiter = RateLimiter(3, timedelta(minutes=1), clock)
    assert [limiter.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 20]
    clock.seconds = 20
    assert limiter.wait_seconds("a") == 0
    assert limiter.wait_seconds("a") == 20


def test_refused_attempts_cost_nothing() -> None:
    clock = Clock()
    limiter = RateLimiter(1, timedelta(seconds=10), clock)
    limiter.wait_seconds("a")
    for _ in range(5):
        assert limiter.wait_seconds("a") == 10
    clock.seconds = 10
    assert limiter.wait_seconds("a") == 0


def test_keys_do_not_share_a_bucket_and_buckets_do_not_overflow() -> None:
    clock = Clock()
    limiter = RateLimiter(1, timedelta(seconds=1), clock)
    limiter.wait_seconds("a")
    assert limiter.wait_seconds("b") == 0
    clock.seconds = 1000
    assert [limiter.wait_seconds("a") for _ in range(2)] == [0, 1]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 2)
    limiter = RateLimiter(1, timedelta(minutes=1), Clock())
    for key in ("a", "b", "c"):
        limiter.wait_seconds(key)
    assert limiter.wait_seconds("a") == 0
    assert limiter.wait_seconds("c") > 0
