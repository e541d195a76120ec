from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInputError
from domain.quality.figures import (
    BY_KEY,
    FAMILIES,
    FIGURES,
    Group,
    Period,
    Quantile,
    days_of,
    figure_of,
    figures_of,
    period_of,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def test_every_figure_says_what_it_is() -> None:
    assert len(BY_KEY) == len(FIGURES)
    assert all(one.label and one.definition.endswith(".") and one.family in FAMILIES for one in FIGURES)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, (NOW - 30 * DAY, NOW)),
        (NOW - DAY, None, (NOW - DAY, NOW)),
        (None, NOW - DAY, (NOW - 31 * DAY, NOW - DAY)),
        (NOW - DAY, NOW + DAY, (NOW - DAY, NOW)),
        (NOW - 366 * DAY, NOW, (NOW - 366 * DAY, NOW)),
    ],
)
def test_the_time_that_is_looked_at(
    since: datetime | None, until: datetime | None, expected: tuple[datetime, datetime]
) -> None:
    found = period_of(since, until, NOW)
    assert (found.since, found.until) == expected


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        (NOW, NOW, "before `until`"),
        (NOW + DAY, None, "before `until`"),
        (NOW - 367 * DAY, NOW, "366 days"),
        (datetime(1, 1, 1, tzinfo=UTC), None, "before 2000"),
        (None, datetime(1999, 12, 31, tzinfo=UTC), "before 2000"),
    ],
)
def test_a_time_that_cannot_be_looked_at(since: datetime | None, until: datetime | None, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        period_of(since, until, NOW)


def test_days_begin_by_the_clock_of_the_organisation_also_when_it_is_changed() -> None:
    period = Period(since=datetime(2026, 3, 27, 23, 30, tzinfo=UTC), until=datetime(2026, 3, 29, 23, 30, tzinfo=UTC))
    days = days_of(period, BERLIN)
    assert [day.day for day in days] == [28, 29, 30]
    assert [day.astimezone(UTC).hour for day in days] == [23, 23, 22]


def test_a_share_has_its_wilson_interval() -> None:
    found = figure_of(BY_KEY["csat"], [Group(slice="counted", n=10, held=8)])
    assert (found.value, found.n, found.unit) == (0.8, 10, "share")
    assert [found.low, found.high] == pytest.approx([0.4902, 0.9433], abs=1e-4)


def test_a_quantile_has_that_of_its_order_statistics() -> None:
    slow = Quantile(value=9, low=7, high=12)
    found = figure_of(BY_KEY["first_response_p95"], [Group(slice="counted", n=20, held=0, p95=slow)])
    assert (found.value, found.low, found.high, found.unit) == (9, 7, 12, "seconds")


def test_a_number_and_a_sum_have_none() -> None:
    number = figure_of(BY_KEY["approvals_open"], [Group(slice="open", n=3, held=0)])
    money = figure_of(BY_KEY["cost"], [Group(slice="counted", n=3, held=0, total=1.5)])
    assert (number.value, number.low, number.high, number.unit) == (3, None, None, "count")
    assert (money.value, money.low, money.high, money.unit) == (1.5, None, None, "money")


@pytest.mark.parametrize("key", BY_KEY)
def test_of_nothing_a_figure_has_no_value_but_a_number_has_none(key: str) -> None:
    found = figure_of(BY_KEY[key], [], [NOW])
    nothing = 0.0 if found.unit == "count" else None
    assert (found.value, found.n, found.low, found.high) == (nothing, 0, None, None)
    assert [(point.value, point.n) for point in found.series] == [(nothing, 0)]


def test_only_the_own_slice_counts_with_its_parts_and_days() -> None:
    groups = [
        Group(slice="open", n=2, held=0),
        Group(slice="decided", n=5, held=0),
        Group(slice="decided", part="approved", n=4, held=0),
        Group(slice="decided", part="rejected", n=1, held=0),
        Group(slice="decided", day=NOW, n=5, held=0),
        Group(slice="decided", day=NOW + DAY, n=1, held=0),
    ]
    found = figure_of(BY_KEY["approvals_decided"], groups, [NOW - DAY, NOW])
    assert (found.value, found.parts) == (5.0, {"approved": 4, "rejected": 1})
    assert [(point.at, point.n) for point in found.series] == [(NOW - DAY, 0), (NOW, 5)]


def test_all_figures_come_in_their_order_whatever_was_counted() -> None:
    found = figures_of({}, Period(since=NOW - DAY, until=NOW), BERLIN)
    assert [one.key for one in found] == [one.key for one in FIGURES]
    assert all(len(one.series) == 2 for one in found)
