"""Business time: weekends, holidays, the two days on which clocks change, and calendars that hardly open."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.schedule import SEARCH_DAYS, add_business_time, is_open, next_rung
from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.organisation import LadderRung

BERLIN = ZoneInfo("Europe/Berlin")
CHRISTMAS = date(2026, 12, 25)


def weekdays(*days: int, opens: time = time(9), closes: time = time(17)) -> tuple[OpeningHours, ...]:
    return tuple(OpeningHours(weekday=day, opens=opens, closes=closes) for day in days)


OFFICE = BusinessCalendar(timezone="Europe/Berlin", hours=weekdays(0, 1, 2, 3, 4), holidays=(CHRISTMAS,))
NIGHTS = BusinessCalendar(timezone="Europe/Berlin", hours=weekdays(*range(7), opens=time(0), closes=time(6)))
TWO_SHIFTS = BusinessCalendar(
    timezone="Europe/Berlin", hours=weekdays(0, opens=time(13), closes=time(17)) + weekdays(0, closes=time(12))
)
LATE = BusinessCalendar(
    timezone="Europe/Berlin", hours=weekdays(4, 5, opens=time(22), closes=time(2)), holidays=(CHRISTMAS,)
)
ALWAYS = BusinessCalendar(timezone="Europe/Berlin", hours=weekdays(*range(7), opens=time(0), closes=time(0)))
EVENINGS = BusinessCalendar(timezone="Europe/Berlin", hours=weekdays(*range(7), opens=time(20), closes=time(0)))
LATE_AND_EARLY = BusinessCalendar(
    hours=weekdays(0, opens=time(22), closes=time(2)) + weekdays(1, opens=time(1), closes=time(6))
)
OVERLAPPING = BusinessCalendar(hours=weekdays(0, closes=time(12)) + weekdays(0, opens=time(10), closes=time(13)))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-11-02 10:00", 2, "2026-11-02 12:00", id="within a day"),
        pytest.param("2026-11-02 10:00", 7, "2026-11-02 17:00", id="exactly until closing"),
        pytest.param("2026-11-02 16:00", 2, "2026-11-03 10:00", id="over the night"),
        pytest.param("2026-11-06 16:00", 2, "2026-11-09 10:00", id="over the weekend"),
        pytest.param("2026-11-02 05:00", 1, "2026-11-02 10:00", id="started before opening"),
        pytest.param("2026-11-02 20:00", 1, "2026-11-03 10:00", id="started after closing"),
        pytest.param("2026-11-02 17:00", 1, "2026-11-03 10:00", id="started at closing"),
        pytest.param("2026-11-07 12:00", 8, "2026-11-09 17:00", id="started on Saturday"),
        pytest.param("2026-12-24 16:00", 2, "2026-12-28 10:00", id="over a holiday and the weekend after it"),
        pytest.param("2026-12-25 12:00", 1, "2026-12-28 10:00", id="started on a holiday"),
        pytest.param("2026-11-02 09:00", 80, "2026-11-13 17:00", id="two weeks"),
        pytest.param("2026-11-02 12:00", 0, "2026-11-02 12:00", id="no time at all"),
    ],
)
def test_office_hours(start: str, hours: int, end: str) -> None:
    assert add_business_time(berlin(start), timedelta(hours=hours), OFFICE) == berlin(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-03-29 00:00", 2, "2026-03-29 03:00", id="spring: 2:00 does not exist"),
        pytest.param("2026-03-29 00:00", 5, "2026-03-29 06:00", id="spring: the night has five hours"),
        pytest.param("2026-03-29 00:00", 6, "2026-03-30 01:00", id="spring: the sixth hour is tomorrow's"),
        pytest.param("2026-10-25 00:00", 6, "2026-10-25 05:00", id="autumn: 2:00 comes twice"),
        pytest.param("2026-10-25 00:00", 7, "2026-10-25 06:00", id="autumn: the night has seven hours"),
        pytest.param("2026-10-25 00:00", 8, "2026-10-26 01:00", id="autumn: the eighth hour is tomorrow's"),
    ],
)
def test_nights_on_which_the_clocks_change(start: str, hours: int, end: str) -> None:
    assert add_business_time(berlin(start), timedelta(hours=hours), NIGHTS) == berlin(end)


@pytest.mark.parametrize("friday", ["2026-03-27 16:00", "2026-10-23 16:00"])
def test_office_hours_stay_local_when_the_clocks_change_over_the_weekend(friday: str) -> None:
    end = add_business_time(berlin(friday), timedelta(hours=2), OFFICE)
    assert end == (berlin(friday) + timedelta(days=3)).replace(hour=10)


def test_the_break_between_two_shifts_does_not_count() -> None:
    assert add_business_time(berlin("2026-11-02 11:00"), timedelta(hours=2), TWO_SHIFTS) == berlin("2026-11-02 14:00")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-11-06 23:00", 2, "2026-11-07 01:00", id="over midnight"),
        pytest.param("2026-11-06 22:00", 4, "2026-11-07 02:00", id="exactly until closing"),
        pytest.param("2026-11-07 01:00", 1, "2026-11-07 02:00", id="started after midnight, in yesterday's hours"),
        pytest.param("2026-11-07 01:00", 2, "2026-11-07 23:00", id="on to the next evening"),
        pytest.param("2026-11-07 02:00", 1, "2026-11-07 23:00", id="started at closing"),
        pytest.param("2026-11-08 01:30", 1, "2026-11-13 22:30", id="on to the next week"),
        pytest.param("2026-11-06 02:00", 1, "2026-11-06 23:00", id="nobody was there the night before"),
        pytest.param("2026-12-25 23:00", 1, "2026-12-26 23:00", id="the night of a holiday is closed"),
        pytest.param("2026-12-26 01:00", 1, "2026-12-26 23:00", id="after midnight too"),
    ],
)
def test_hours_past_midnight(start: str, hours: int, end: str) -> None:
    assert add_business_time(berlin(start), timedelta(hours=hours), LATE) == berlin(end)


def test_a_night_goes_on_into_a_holiday() -> None:
    calendar = LATE.model_copy(update={"holidays": (date(2026, 11, 7),)})
    assert add_business_time(berlin("2026-11-06 23:00"), timedelta(hours=3), calendar) == berlin("2026-11-07 02:00")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-10-24 22:00", 4, "2026-10-25 02:00", id="autumn: the first 2:00 closes"),
        pytest.param("2026-10-24 22:00", 5, "2026-10-30 23:00", id="autumn: not the second one"),
        pytest.param("2026-03-28 22:00", 4, "2026-03-29 03:00", id="spring: 2:00 does not exist, 3:00 is that instant"),
        pytest.param("2026-03-28 22:00", 5, "2026-04-03 23:00", id="spring: the fifth hour is next week's"),
    ],
)
def test_a_night_on_which_the_clocks_change(start: str, hours: int, end: str) -> None:
    expected = berlin(end).astimezone(UTC)  # Python calls instants of two zones unequal where clocks change
    assert add_business_time(berlin(start), timedelta(hours=hours), LATE) == expected


def test_the_end_of_the_day_closes_that_day() -> None:
    assert add_business_time(berlin("2026-11-02 23:00"), timedelta(hours=2), EVENINGS) == berlin("2026-11-03 21:00")


def test_whole_days_are_around_the_clock() -> None:
    start = berlin("2026-10-24 12:00")
    assert add_business_time(start, timedelta(hours=60), ALWAYS) == start.astimezone(UTC) + timedelta(hours=60)


def test_a_night_and_the_morning_that_begins_in_it_count_once() -> None:
    monday = datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert add_business_time(monday, timedelta(hours=7), LATE_AND_EARLY) == monday + timedelta(hours=7)


def test_overlapping_hours_count_once() -> None:
    monday = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert add_business_time(monday, timedelta(hours=4), OVERLAPPING) == monday.replace(hour=13)


def test_a_calendar_without_hours_is_open_around_the_clock() -> None:
    start = berlin("2026-03-28 12:00")
    end = add_business_time(start, timedelta(hours=24), BusinessCalendar(timezone="Europe/Berlin"))
    assert end == start.astimezone(UTC) + timedelta(hours=24)


def test_a_calendar_that_never_opens_counts_as_open() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    never = BusinessCalendar(
        hours=weekdays(0), holidays=tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(SEARCH_DAYS))
    )
    assert add_business_time(start, timedelta(hours=3), never) == start + timedelta(hours=3)


def test_a_wait_ends_after_a_year_when_the_calendar_opens_too_seldom() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    seldom = BusinessCalendar(hours=weekdays(0, closes=time(10)))
    assert add_business_time(start, timedelta(hours=60), seldom) == start + timedelta(days=SEARCH_DAYS)


calendars = st.sampled_from(
    (OFFICE, NIGHTS, TWO_SHIFTS, OVERLAPPING, LATE, ALWAYS, EVENINGS, LATE_AND_EARLY, BusinessCalendar())
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.sampled_from((UTC, BERLIN)))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(), timedelta(hours=60))


@given(calendars, instants, amounts, amounts)
def test_business_time_adds_up(calendar: BusinessCalendar, start: datetime, one: timedelta, other: timedelta) -> None:
    in_two_steps = add_business_time(add_business_time(start, one, calendar), other, calendar)
    assert in_two_steps == add_business_time(start, one + other, calendar)


@given(calendars, instants, amounts, amounts)
def test_more_business_time_never_ends_earlier(
    calendar: BusinessCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    less, more = sorted((one, other))
    assert add_business_time(start, less, calendar) <= add_business_time(start, more, calendar)


@given(calendars, instants, instants, amounts)
def test_a_later_start_never_ends_earlier(
    calendar: BusinessCalendar, one: datetime, other: datetime, amount: timedelta
) -> None:
    earlier, later = sorted((one, other), key=datetime.timestamp)
    assert add_business_time(earlier, amount, calendar) <= add_business_time(later, amount, calendar)


@given(calendars, instants, amounts)
def test_business_time_takes_at_least_as_long_as_time(
    calendar: BusinessCalendar, start: datetime, amount: timedelta
) -> None:
    assert add_business_time(start, amount, calendar) >= start.astimezone(UTC) + amount


LADDER = (
    LadderRung(after_minutes=60, action="remind"),
    LadderRung(after_minutes=120, action="widen", roles=("team",)),
)


@pytest.mark.parametrize(
    ("rungs_done", "due"), [(0, "2026-11-09 09:30"), (1, "2026-11-09 10:30"), (2, None), (3, None)]
)
def test_each_rung_is_due_after_its_business_time(rungs_done: int, due: str | None) -> None:
    requested_at = berlin("2026-11-06 16:30")
    assert next_rung(requested_at, rungs_done, LADDER, OFFICE) == (berlin(due) if due else None)


@pytest.mark.parametrize(
    ("now", "calendar", "opened"),
    [
        pytest.param("2026-11-02 09:00", OFFICE, True, id="it opens"),
        pytest.param("2026-11-02 08:59", OFFICE, False, id="before it opens"),
        pytest.param("2026-11-02 16:59", OFFICE, True, id="before it closes"),
        pytest.param("2026-11-02 17:00", OFFICE, False, id="it closes"),
        pytest.param("2026-11-01 12:00", OFFICE, False, id="a Sunday"),
        pytest.param("2026-12-25 12:00", OFFICE, False, id="a holiday"),
        pytest.param("2026-11-02 12:30", TWO_SHIFTS, False, id="between two shifts"),
        pytest.param("2026-11-07 01:30", LATE, True, id="past midnight"),
        pytest.param("2026-11-07 02:00", LATE, False, id="the end of a night"),
        pytest.param("2026-12-26 01:00", LATE, False, id="the night of a holiday"),
        pytest.param("2026-11-02 03:00", ALWAYS, True, id="whole days"),
        pytest.param("2026-12-25 12:00", BusinessCalendar(holidays=(CHRISTMAS,)), True, id="no hours at all"),
    ],
)
def test_whether_it_is_open(now: str, calendar: BusinessCalendar, opened: bool) -> None:
    assert is_open(berlin(now), calendar) is opened
