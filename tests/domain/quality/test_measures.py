from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from domain.quality.measures import APART, DEFINITIONS, Apart, Windows
from domain.specification.organisation import SuccessMetric
from domain.specification.trust import DURABLE, ESCALATIONS, TrustMetric

UNTIL = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_a_month_has_windows_of_three_days_and_six_hours() -> None:
    windows = Windows(until=UNTIL)
    assert windows.since == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (windows.long, windows.short) == (timedelta(days=3), timedelta(hours=6))


@pytest.mark.parametrize(("days", "hours"), [(1, 2.4), (10, 24), (90, 216)])
def test_windows_grow_with_the_period(days: int, hours: float) -> None:
    windows = Windows(until=UNTIL, days=days)
    assert windows.long == timedelta(hours=hours)
    assert windows.short * 12 == windows.long


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_period_is_a_day_to_a_year(days: int) -> None:
    with pytest.raises(ValidationError):
        Windows(until=UNTIL, days=days)


def test_an_end_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError):
        Windows(until=UNTIL.replace(tzinfo=None))


def test_everything_that_is_measured_or_counted_apart_has_its_words() -> None:
    assert {*get_args(SuccessMetric), *get_args(TrustMetric), "approvals_on_time"} == DEFINITIONS.keys()
    assert APART.keys() == set(get_args(Apart))
    assert DEFINITIONS.keys() >= ESCALATIONS | DURABLE
    assert all(text.startswith("Of the ") and text.endswith(".") for text in DEFINITIONS.values())
