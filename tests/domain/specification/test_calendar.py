"""Times in a specification: what is understood, what is refused, and what editors are told."""

import re
from datetime import UTC, time
from typing import Any

import pytest
from pydantic import ValidationError

from domain.specification.calendar import OpeningHours, QuietHours


def hours(opens: Any, closes: Any) -> OpeningHours:
    return OpeningHours(weekday=0, opens=opens, closes=closes)


@pytest.mark.parametrize(
    ("opens", "closes", "expected", "past_midnight"),
    [
        ("09:00", "17:00", (time(9), time(17)), False),
        ("9:00", "17:30:15", (time(9), time(17, 30, 15)), False),
        ("22:00", "02:00", (time(22), time(2)), True),
        ("17:00", "09:00", (time(17), time(9)), True),
        ("20:00", "24:00", (time(20), time(0)), True),
        ("20:00", "24:00:00", (time(20), time(0)), True),
        ("20:00", "00:00", (time(20), time(0)), True),
        ("00:00", "24:00", (time(0), time(0)), True),
        ("00:00", "00:00", (time(0), time(0)), True),
        ("00:00", "06:00", (time(0), time(6)), False),
        (time(9), time(17), (time(9), time(17)), False),
        (time(9, 0, 0, 250000), time(17), (time(9, 0, 0, 250000), time(17)), False),
        ("09:00:00.25", "17:00", (time(9, 0, 0, 250000), time(17)), False),
    ],
)
def test_hours_that_are_understood(opens: Any, closes: Any, expected: tuple[time, time], past_midnight: bool) -> None:
    understood = hours(opens, closes)
    assert (understood.opens, understood.closes) == expected
    assert understood.past_midnight is past_midnight
    assert OpeningHours.model_validate_json(understood.model_dump_json()) == understood


@pytest.mark.parametrize(
    ("opens", "closes", "told"),
    [
        ("09:00", "09:00", "opens and closes at the same time; write 00:00 to 24:00 for a whole day"),
        ("24:00", "02:00", "is no time of day; write hours and minutes such as 08:00"),
        ("09:00", "24:30", "is no time of day"),
        ("09:00", "25:00", "is no time of day"),
        ("09:00", "17:60", "is no time of day"),
        ("9", "17", "is no time of day"),
        ("9am", "5pm", "is no time of day"),
        ("09:00Z", "17:00", "is no time of day"),
        ("09:00+01:00", "17:00+01:00", "is no time of day"),
        (time(9, tzinfo=UTC), "17:00", "is no time of day"),
        (540, 1020, "is no time of day"),
        (None, "17:00", "is no time of day"),
    ],
)
def test_hours_that_are_not(opens: Any, closes: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        hours(opens, closes)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("21:00", "08:00", (time(21), time(8))),
        ("21:00", "24:00", (time(21), time(0))),
        ("0:00", "8:00", (time(0), time(8))),
    ],
)
def test_quiet_hours(begins: str, ends: str, expected: tuple[time, time]) -> None:
    quiet = QuietHours.model_validate({"begins": begins, "ends": ends})
    assert (quiet.begins, quiet.ends) == expected


def test_quiet_hours_leave_some_time() -> None:
    with pytest.raises(ValidationError, match="never let anything leave"):
        QuietHours.model_validate({"begins": "00:00", "ends": "24:00"})


@pytest.mark.parametrize(
    ("field", "text", "fits"),
    [
        ("opens", "09:00", True),
        ("opens", "24:00", False),
        ("closes", "24:00", True),
        ("closes", "00:00", True),
        ("closes", "17:30:15", True),
        ("closes", "24:30", False),
        ("closes", "noon", False),
    ],
)
def test_editors_are_told_the_same(field: str, text: str, fits: bool) -> None:
    described = OpeningHours.model_json_schema()["properties"][field]
    assert described["type"] == "string"
    assert bool(re.search(described["pattern"], text)) is fits
