"""The figures of an organisation: written definitions, how each is made of what was counted, and its series by day.

A figure is a share, a quantile, a number or a sum over one slice of a family; the store counts families, and each row
of a slice is one conversation, escalation or approval. So what a figure counts can be opened: its rows are its `n`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from domain.errors import InvalidInputError
from domain.model import Frozen
from domain.quality.measures import DEFINITIONS, LONGEST_DAYS, PERIOD_DAYS
from domain.quality.rates import rate

Unit = Literal["share", "seconds", "count", "money"]
Family = Literal[
    "resolutions",
    "endings",
    "responses",
    "ratings",
    "escalations",
    "false_escalations",
    "missed_escalations",
    "approvals",
    "drafts",
    "suggestions",
    "costs",
]
Statistic = Literal["share", "p50", "p95", "number", "sum"]
COUNTED = "counted"
EARLIEST_YEAR = 2000
UNITS: Mapping[Statistic, Unit] = {
    "share": "share",
    "p50": "seconds",
    "p95": "seconds",
    "number": "count",
    "sum": "money",
}


class FigureDefinition(Frozen):
    """How a figure is made: a statistic over one slice of a family."""

    key: str
    label: str
    definition: str
    family: Family
    statistic: Statistic
    slice: str = COUNTED

    @property
    def unit(self) -> Unit:
        return UNITS[self.statistic]


_FIRST_ANSWER = (
    "Of the conversations opened in the time: from the customer's first message to the first answer, a question back "
    "included. Who has waited for longer than the service level and has no answer counts with the time so far."
)
_RESOLUTION = (
    "Of the conversations that were resolved for the first time in the time: from their beginning to that resolution."
)

FIGURES: tuple[FigureDefinition, ...] = (
    FigureDefinition(
        key="automated_resolution",
        label="Automated resolution",
        definition=DEFINITIONS["automated_resolution"],
        family="resolutions",
        statistic="share",
    ),
    FigureDefinition(
        key="automated_resolution_provisional",
        label="Automated resolution, provisional",
        definition="The same of the conversations that were resolved in the time and within the last 7 days, as they "
        "stand: each may still be reopened. They are in no other share.",
        family="resolutions",
        statistic="share",
        slice="not_yet_durable",
    ),
    FigureDefinition(
        key="abandoned",
        label="Abandoned",
        definition="Conversations that silence resolved in the time after the customer's last message had got no "
        "answer, or only a question back. They are in no share of resolutions.",
        family="resolutions",
        statistic="number",
        slice="abandoned",
    ),
    FigureDefinition(
        key="first_response_p50",
        label="First response, median",
        definition=_FIRST_ANSWER,
        family="responses",
        statistic="p50",
    ),
    FigureDefinition(
        key="first_response_p95",
        label="First response, 95 of 100",
        definition=_FIRST_ANSWER,
        family="responses",
        statistic="p95",
    ),
    FigureDefinition(
        key="resolution_p50",
        label="Resolution time, median",
        definition=_RESOLUTION,
        family="endings",
        statistic="p50",
    ),
    FigureDefinition(
        key="resolution_p95",
        label="Resolution time, 95 of 100",
        definition=_RESOLUTION,
        family="endings",
        statistic="p95",
    ),
    FigureDefinition(
        key="csat",
        label="Customer satisfaction (CSAT)",
        definition="Of the conversations that were rated in the time: those whose last rating is good.",
        family="ratings",
        statistic="share",
    ),
    FigureDefinition(
        key="escalated",
        label="Escalated",
        definition="Of the conversations opened in the time: those that a rule, or a wish of the customer, gave to a "
        "person since.",
        family="escalations",
        statistic="share",
    ),
    FigureDefinition(
        key="false_escalation",
        label="False escalations",
        definition=DEFINITIONS["false_escalation"],
        family="false_escalations",
        statistic="share",
    ),
    FigureDefinition(
        key="missed_escalation",
        label="Missed escalations",
        definition=DEFINITIONS["missed_escalation"],
        family="missed_escalations",
        statistic="share",
    ),
    FigureDefinition(
        key="approvals_open",
        label="Approvals open",
        definition="Approvals that waited at the end of the time, by how long they had waited then.",
        family="approvals",
        statistic="number",
        slice="open",
    ),
    FigureDefinition(
        key="approvals_decided",
        label="Approvals decided",
        definition="Approvals that were closed in the time by a person, or by a veto window in which nobody stopped "
        "the draft, by what was decided. `edited`: another text than the AI agent's was approved.",
        family="approvals",
        statistic="number",
        slice="decided",
    ),
    FigureDefinition(
        key="approval_p50",
        label="Time to a decision, median",
        definition="Of the approvals decided in the time: from the request to the decision.",
        family="approvals",
        statistic="p50",
        slice="decided",
    ),
    FigureDefinition(
        key="approvals_overtaken",
        label="Approvals overtaken",
        definition="Approvals that became stale in the time before anybody decided, as the conversation went on.",
        family="approvals",
        statistic="number",
        slice="overtaken",
    ),
    FigureDefinition(
        key="drafts_unchanged",
        label="Drafts sent as they were",
        definition=DEFINITIONS["drafts_unchanged"],
        family="drafts",
        statistic="share",
    ),
    FigureDefinition(
        key="suggestions_as_is",
        label="Suggestions used as they were",
        definition="Of the co-pilot suggestions about which a person has said in the time what they did with them: "
        "those sent as they were, and not edited or ignored.",
        family="suggestions",
        statistic="share",
    ),
    FigureDefinition(
        key="cost",
        label="Cost of models",
        definition="What models cost in the time, in the organisation's currency: drafts and verdicts, sent or not, "
        "and what nobody could use. `n` are the conversations, each on the day of its last use of a model in the time; "
        "models without a price count nothing.",
        family="costs",
        statistic="sum",
    ),
)
BY_KEY: Mapping[str, FigureDefinition] = {one.key: one for one in FIGURES}
FAMILIES: tuple[Family, ...] = tuple(dict.fromkeys(one.family for one in FIGURES))


class Quantile(Frozen):
    """A value of the sample, with those between which that of the population lies with 95 %."""

    value: float
    low: float
    high: float


class Group(Frozen):
    """What was counted of a slice: on one day, of one part, or of all of it."""

    slice: str
    day: AwareDatetime | None = None
    part: str | None = None
    n: int = Field(ge=0)
    held: int = Field(ge=0)
    total: float | None = None
    p50: Quantile | None = None
    p95: Quantile | None = None


class Point(Frozen):
    """A figure on one day, which begins at `at`."""

    at: datetime
    value: float | None
    n: int


class Figure(Frozen):
    """A figure: `low` and `high` are its 95 % interval, where it is a share or a quantile; no value where n is 0.

    `parts`: what the counted are made up of, such as approvals by how they were decided.
    """

    key: str
    label: str
    definition: str
    unit: Unit
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    parts: dict[str, int] = {}
    series: tuple[Point, ...] = ()


class FigureRow(Frozen):
    """One thing that a figure counts. `holds`: of a share, whether it is on that side; `amount`: seconds or money."""

    conversation_id: str
    at: datetime
    holds: bool | None = None
    amount: float | None = None
    part: str | None = None


class Period(Frozen):
    """The time that is looked at: after `since`, and not after `until`."""

    since: AwareDatetime
    until: AwareDatetime


def period_of(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    """What was asked for, else the last 30 days. Raises InvalidInputError for no time, or one that is too long."""
    if any(one is not None and one.year < EARLIEST_YEAR for one in (since, until)):
        raise InvalidInputError(f"Nothing was counted before {EARLIEST_YEAR}. Give later times.")
    end = min(until or now, now)
    begin = since or end - timedelta(days=PERIOD_DAYS)
    if begin >= end:
        raise InvalidInputError("`since` must be before `until`, and not in the time to come.")
    if end - begin > timedelta(days=LONGEST_DAYS):
        raise InvalidInputError(f"At most {LONGEST_DAYS} days are looked at. Give a later `since`.")
    return Period(since=begin, until=end)


def figures_of(groups: Mapping[Family, Sequence[Group]], period: Period, zone: ZoneInfo) -> tuple[Figure, ...]:
    """Every figure, of what its family counted."""
    days = days_of(period, zone)
    return tuple(figure_of(one, groups.get(one.family, ()), days) for one in FIGURES)


def figure_of(definition: FigureDefinition, groups: Iterable[Group], days: Sequence[datetime] = ()) -> Figure:
    """One figure with a point for each day; a day on which nothing was counted has no value."""
    own = [one for one in groups if one.slice == definition.slice]
    total = next((one for one in own if one.day is None and one.part is None), _nothing(definition))
    by_day = {one.day: one for one in own if one.day is not None}
    low, high = _interval(definition.statistic, total)
    return Figure(
        key=definition.key,
        label=definition.label,
        definition=definition.definition,
        unit=definition.unit,
        value=value_of(definition.statistic, total),
        n=total.n,
        low=low,
        high=high,
        parts={one.part: one.n for one in own if one.part is not None},
        series=tuple(_point(definition, day, by_day.get(day, _nothing(definition))) for day in days),
    )


def value_of(statistic: Statistic, group: Group) -> float | None:
    """What a group comes to; None for a share, quantile or sum of nothing."""
    if statistic == "number":
        return float(group.n)
    if not group.n:
        return None
    if statistic == "sum":
        return group.total or 0.0
    if statistic == "share":
        return group.held / group.n
    quantile = group.p50 if statistic == "p50" else group.p95
    return quantile.value if quantile else None


def days_of(period: Period, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When each day of the time begins, by the organisation's clock."""
    day = period.since.astimezone(zone).date()
    last = period.until.astimezone(zone).date()
    number = (last - day).days + 1
    dates = (day + timedelta(days=passed) for passed in range(number))
    return tuple(datetime(date.year, date.month, date.day, tzinfo=zone) for date in dates)


def _interval(statistic: Statistic, group: Group) -> tuple[float | None, float | None]:
    if statistic == "share" and group.n:
        share = rate(group.held, group.n)
        return share.low, share.high
    quantile = {"p50": group.p50, "p95": group.p95}.get(statistic)
    return (quantile.low, quantile.high) if quantile else (None, None)


def _point(definition: FigureDefinition, day: datetime, group: Group) -> Point:
    return Point(at=day, value=value_of(definition.statistic, group), n=group.n)


def _nothing(definition: FigureDefinition) -> Group:
    return Group(slice=definition.slice, n=0, held=0)
