"""Times in a specification: when people work, and when AI agents send nothing."""

from datetime import date, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from domain.specification.model import SpecModel


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from error
    return name


class OpeningHours(SpecModel):
    """Opening hours of one weekday (0 is Monday), local to the organisation's time zone."""

    weekday: int = Field(ge=0, le=6)
    opens: time
    closes: time

    @model_validator(mode="after")
    def _opens_before_closing(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


class BusinessCalendar(SpecModel):
    """When people work. No hours at all means around the clock."""

    timezone: Annotated[str, AfterValidator(_known_timezone)] = "UTC"
    hours: tuple[OpeningHours, ...] = ()
    holidays: tuple[date, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class QuietHours(SpecModel):
    """When AI agents send nothing by a channel, local to the organisation's time zone; 21:00 until 08:00 is a night."""

    begins: time
    ends: time
