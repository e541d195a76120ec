"""Business time and the reminder ladder: pure arithmetic on absolute instants."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.spec import BusinessCalendar, LadderStep

SEARCH_DAYS = 366


def add_business_time(start: datetime, amount: timedelta, calendar: BusinessCalendar) -> datetime:
    """The instant at which `amount` of opening time has passed since `start` (aware datetimes).

    A calendar without hours is open around the clock. One that does not open within a year counts as such too,
    so that a reminder is late rather than never sent.
    """
    if not calendar.hours:
        return start + amount
    left = amount
    day = start.astimezone(calendar.zone).date()
    for offset in range(SEARCH_DAYS):
        for opens, closes in _opening(day + timedelta(days=offset), calendar):
            begin = max(opens, start)
            if begin + left <= closes:
                return begin + left
            left -= max(closes - begin, timedelta())
    return start + amount


def _opening(day: date, calendar: BusinessCalendar) -> list[tuple[datetime, datetime]]:
    if day in calendar.holidays:
        return []
    zone = calendar.zone
    todays = sorted((h.opens, h.closes) for h in calendar.hours if h.weekday == day.weekday())
    return [(datetime.combine(day, opens, zone), datetime.combine(day, closes, zone)) for opens, closes in todays]


def next_rung(
    requested_at: datetime, rungs_done: int, ladder: Sequence[LadderStep], calendar: BusinessCalendar
) -> datetime | None:
    """When the next step of the ladder is due; None when the ladder is climbed (the wait itself has no end)."""
    if rungs_done >= len(ladder):
        return None
    return add_business_time(requested_at, ladder[rungs_done].after, calendar)
