"""The day's API calls, and what is kept of them for people."""

from datetime import timedelta

import pytest

from domain.delivery.limits import ASK_AGAIN_AFTER, LimitState
from domain.errors import RateLimitedError
from integrations.crm.salesforce.allowance import ApiAllowance
from tests.organisation import READ_AT
from tests.salesforce_organisation import Clock


def test_nothing_is_known_before_the_first_answer() -> None:
    allowance = ApiAllowance(0.1, Clock())
    allowance.admit()
    assert allowance.state == LimitState()


@pytest.mark.parametrize(
    ("used", "share", "state"),
    [(0, 0.1, "open"), (899, 0.1, "open"), (900, 0.1, "reserved"), (1000, 0.1, "reserved"), (999, 0, "open")],
)
def test_the_reserve_is_a_share_of_all(used: int, share: float, state: str) -> None:
    allowance = ApiAllowance(share, Clock())
    allowance.note(used, 1000)
    assert (allowance.state.state, allowance.state.used, allowance.state.total) == (state, used, 1000)
    assert allowance.state.seen_at == READ_AT


def test_the_wait_gets_shorter_and_then_one_call_passes() -> None:
    clock = Clock()
    allowance = ApiAllowance(0.1, clock)
    allowance.note(950, 1000)
    clock.passes(timedelta(minutes=5))
    with pytest.raises(RateLimitedError) as caught:
        allowance.admit()
    assert caught.value.retry_after == ASK_AGAIN_AFTER - timedelta(minutes=5)
    clock.passes(timedelta(minutes=10))
    allowance.admit()
    with pytest.raises(RateLimitedError):
        allowance.admit()


def test_a_call_under_way_when_the_limit_is_reached_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    allowance = ApiAllowance(0.1, clock)
    allowance.note(950, 1000)
    clock.passes(ASK_AGAIN_AFTER)
    allowance.note(951, 1000)
    allowance.admit()


def test_none_left_is_known_without_numbers() -> None:
    allowance = ApiAllowance(0.1, Clock())
    allowance.note_exhausted()
    with pytest.raises(RateLimitedError, match="no API calls left for today"):
        allowance.admit()
    assert allowance.state.state == "exhausted"
