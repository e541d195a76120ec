"""Business time and the reminder ladder: pure arithmetic on absolute instants."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import LadderRung

SEARCH_DAYS = 366


def add_business_time(start: datetime, amount: timedelta, calendar: BusinessCalendar) -> datetime:
    """The instant (UTC) at which `amount` of opening time has passed since `start` (aware).

    A calendar without hours, or one that never opens within a year, is open around the clock. One that opens too
    seldom for `amount` ends the wait after a year, so that a reminder is late rather than never sent.
    """
    now, left = start.astimezone(UTC), amount
    day = start.astimezone(calendar.zone).date()
    for offset in range(-1, SEARCH_DAYS if calendar.hours else -1):  # yesterday's hours may not be over yet
        for opens, closes in _opening(day + timedelta(days=offset), calendar):
            now = max(now, opens)
            if now + left <= closes:
                return now + left
            left -= max(closes - now, timedelta())
            now = max(now, closes)
    return start.astimezone(UTC) + (amount if left == amount else timedelta(days=SEARCH_DAYS))


def _opening(day: date, calendar: BusinessCalendar) -> list[tuple[datetime, datetime]]:
    """Opening and closing instants in UTC: subtracting local times would lose or win an hour when clocks change.

    Hours past midnight belong to the day on which they open.
    """
    if day in calendar.holidays:
        return []
    todays = sorted((hours for hours in calendar.hours if hours.weekday == day.weekday()), key=lambda one: one.opens)
    return [
        (
            _instant(day, hours.opens, calendar),
            _instant(day + timedelta(days=hours.past_midnight), hours.closes, calendar),
        )
        for hours in todays
    ]


def _instant(day: date, local: time, calendar: BusinessCalendar) -> datetime:
    return datetime.combine(day, local, calendar.zone).astimezone(UTC)


def is_open(now: datetime, calendar: BusinessCalendar) -> bool:
    """True within opening hours; always for a calendar without hours, as for `add_business_time`."""
    today = now.astimezone(calendar.zone).date()
    days = (today - timedelta(days=1), today)  # yesterday's hours may not be over yet
    return not calendar.hours or any(opens <= now < closes for day in days for opens, closes in _opening(day, calendar))


class Snoozed(Frozen):
    """Reminders wait until then; `rungs_done`: how many had come before."""

    until: datetime
    rungs_done: int = 0


def next_rung(
    requested_at: datetime,
    rungs_done: int,
    ladder: Sequence[LadderRung],
    calendar: BusinessCalendar,
    snoozed: Snoozed | None = None,
) -> datetime | None:
    """When the next rung of the ladder is due; None when the ladder is climbed (the wait itself has no end).

    The first rung after a snooze comes no earlier than its end, and the others as far apart as they always are.
    """
    if rungs_done >= len(ladder):
        return None
    usual = add_business_time(requested_at, ladder[rungs_done].after, calendar)
    if snoozed is None:
        return usual
    apart = ladder[rungs_done].after - ladder[min(snoozed.rungs_done, rungs_done)].after
    return max(usual, add_business_time(snoozed.until, max(apart, timedelta()), calendar))
