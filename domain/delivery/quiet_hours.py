"""Quiet hours: when an organisation may send to somebody's phone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_allowed(now: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> datetime:
    """`now` outside the quiet hours, else their end (UTC). Times are local to `zone`; 21:00 until 08:00 spans midnight.

    Quiet hours that end when they begin are none. Where clocks change at the end, the later reading of it counts.
    """
    local = now.astimezone(zone)
    spans_midnight = quiet_from > quiet_until
    evening = local.time() >= quiet_from
    morning = local.time() < quiet_until
    if not (evening or morning if spans_midnight else evening and morning):
        return now
    last_day = local.date() + timedelta(days=1 if spans_midnight and evening else 0)
    return max(datetime.combine(last_day, quiet_until.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
