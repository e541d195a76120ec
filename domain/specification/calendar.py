"""Times in a specification: when people work, and when AI agents send nothing."""

import re
from datetime import date, time
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from domain.specification.findings import did_you_mean
from domain.specification.model import SpecModel

CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
MIDNIGHT = time(0)


def _local_time(value: object) -> object:
    """A time of the day without a zone: the calendar has one for all of them."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str) and re.fullmatch(CLOCK, value):
        hour, rest = value.split(":", 1)
        return time.fromisoformat(f"{hour:0>2}:{rest}")
    raise ValueError("is no time of day; write hours and minutes such as 08:00")


def _end_of_day(value: object) -> object:
    return MIDNIGHT if value in ("24:00", "24:00:00") else value


LocalTime = Annotated[
    time,
    BeforeValidator(_local_time),
    WithJsonSchema({"type": "string", "pattern": f"^{CLOCK}$", "examples": ["09:30"]}),
]
EndTime = Annotated[
    time,
    BeforeValidator(_local_time),
    BeforeValidator(_end_of_day),
    WithJsonSchema({"type": "string", "pattern": f"^({CLOCK}|24:00)$", "examples": ["17:30", "24:00"]}),
]
"""24:00 is the end of the day, and so is 00:00."""


def _known_timezone(name: str) -> str:
    """The name itself. Half a name, such as `Europe`, is a folder of zones: reading it is an OSError."""
    try:
        ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        meant = did_you_mean(name, available_timezones()) or "Write one such as Europe/Berlin"
        raise ValueError(f"{name!r} is no IANA time zone; {meant}") from error
    return name


class OpeningHours(SpecModel):
    """Opening hours that begin on one weekday (0 is Monday), local to the organisation's time zone.

    Hours that close at or before the time at which they open go on past midnight: 22:00 to 02:00 is a night, and 00:00
    to 24:00 a whole day. They belong to the day on which they open, for holidays too.
    """

    weekday: int = Field(ge=0, le=6, description="The day on which they open: 0 is Monday, 6 is Sunday.")
    opens: LocalTime = Field(description="Time of day.")
    closes: EndTime = Field(description="Time of day; at or before `opens`, it is one of the next day.")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.opens == self.closes != MIDNIGHT:
            raise ValueError("opens and closes at the same time; write 00:00 to 24:00 for a whole day")
        return self

    @property
    def past_midnight(self) -> bool:
        """They close on the day after the one on which they open."""
        return self.closes <= self.opens


class BusinessCalendar(SpecModel):
    """When people work. No hours at all means around the clock."""

    timezone: Annotated[str, AfterValidator(_known_timezone)] = Field(
        "UTC", description="IANA name of the zone of all times, such as Europe/Berlin."
    )
    hours: tuple[OpeningHours, ...] = Field((), description="When people work; none at all means around the clock.")
    holidays: tuple[date, ...] = Field((), description="Days on which nobody works.")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class QuietHours(SpecModel):
    """When AI agents send nothing by a channel, local to the organisation's time zone; 21:00 until 08:00 is a night."""

    begins: LocalTime = Field(description="Time of day from which nothing is sent.")
    ends: EndTime = Field(description="Time of day at which sending goes on, of the next day if it is before `begins`.")

    @model_validator(mode="before")
    @classmethod
    def _leave_some_time(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("begins") == "00:00" and values.get("ends") in ("24:00", "24:00:00"):
            raise ValueError("quiet hours from 00:00 to 24:00 would never let anything leave; end them earlier")
        return values
