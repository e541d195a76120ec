"""Quiet hours in one time zone, across midnight and when clocks change."""

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from domain.delivery.quiet_hours import next_allowed

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (time(21), time(8))
NOON = (time(12), time(14))


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("now", "quiet", "expected"),
    [
        ("2026-06-10T20:59:59", NIGHT, "2026-06-10T20:59:59"),
        ("2026-06-10T21:00", NIGHT, "2026-06-11T08:00"),
        ("2026-06-10T23:30", NIGHT, "2026-06-11T08:00"),
        ("2026-06-11T00:00", NIGHT, "2026-06-11T08:00"),
        ("2026-06-11T07:59", NIGHT, "2026-06-11T08:00"),
        ("2026-06-11T08:00", NIGHT, "2026-06-11T08:00"),
        ("2026-12-31T22:00", NIGHT, "2027-01-01T08:00"),
        ("2026-06-11T11:59", NOON, "2026-06-11T11:59"),
        ("2026-06-11T12:00", NOON, "2026-06-11T14:00"),
        ("2026-06-11T14:00", NOON, "2026-06-11T14:00"),
        ("2026-06-11T03:00", (time(8), time(8)), "2026-06-11T03:00"),
        ("2026-06-11T08:00", (time(8), time(8)), "2026-06-11T08:00"),
    ],
)
def test_a_message_waits_for_the_end_of_the_quiet_hours(now: str, quiet: tuple[time, time], expected: str) -> None:
    assert next_allowed(berlin(now), BERLIN, *quiet) == berlin(expected)


def test_now_may_be_in_any_zone() -> None:
    sydney = datetime(2026, 6, 11, 5, 30, tzinfo=timezone(timedelta(hours=10)))
    assert next_allowed(sydney, BERLIN, *NIGHT) == datetime(2026, 6, 11, 6, tzinfo=UTC)


def test_an_end_that_clocks_skip_is_an_hour_later() -> None:
    allowed = next_allowed(berlin("2026-03-29T01:30"), BERLIN, time(21), time(2, 30))
    assert allowed == berlin("2026-03-29T03:30")


@pytest.mark.parametrize(("now", "fold"), [("2026-10-25T01:30", 0), ("2026-10-25T02:10", 0), ("2026-10-25T02:10", 1)])
def test_an_end_that_clocks_repeat_is_the_second_one(now: str, fold: int) -> None:
    allowed = next_allowed(berlin(now, fold), BERLIN, time(21), time(2, 30))
    assert allowed == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert allowed.astimezone(BERLIN).time() == time(2, 30)


@pytest.mark.parametrize("hour", range(48))
def test_what_is_allowed_stays_allowed(hour: int) -> None:
    now = datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour)
    allowed = next_allowed(now, BERLIN, *NIGHT)
    assert allowed >= now
    assert next_allowed(allowed, BERLIN, *NIGHT) == allowed
