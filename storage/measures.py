"""Counting for success measures and service levels. What is counted stands in words in domain.quality.measures.

Each measure is a sample (storage.samples); one query makes counts of any.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from asyncpg import Record

from domain.quality.health import Health, health_of, objectives_of, seconds_to_keep
from domain.quality.measures import APART, Counted, Metric, Tally, Windows
from domain.quality.rates import Rate, rate
from domain.specification.organisation import OrganisationSpec
from domain.specification.trust import DURABLE, DURABLE_AFTER, TrustMetric
from storage.database import Database
from storage.samples import (
    APPROVALS_ON_TIME,
    AUTOMATED,
    CSAT,
    DRAFTS_UNCHANGED,
    FALSE_ESCALATION,
    FIRST_RESPONSES,
    MISSED_ESCALATION,
)

_COUNTS = """
    SELECT subject,
        count(*) FILTER (WHERE apart IS NULL) AS n,
        count(*) FILTER (WHERE apart IS NULL AND holds) AS count,
        count(*) FILTER (WHERE apart IS NULL AND at > $7::timestamptz) AS long_n,
        count(*) FILTER (WHERE apart IS NULL AND holds AND at > $7) AS long_count,
        count(*) FILTER (WHERE apart IS NULL AND at > $8::timestamptz) AS short_n,
        count(*) FILTER (WHERE apart IS NULL AND holds AND at > $8) AS short_count,
        percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE apart IS NULL) AS p95_seconds,
        count(*) FILTER (WHERE apart = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE apart = 'not_yet_durable') AS not_yet_durable,
        count(*) FILTER (WHERE apart = 'waiting') AS waiting,
        count(*) FILTER (WHERE apart = 'overtaken') AS overtaken
    FROM sample WHERE at > $2 GROUP BY subject
"""

_QUERIES: Mapping[Metric, str] = {
    "automated_resolution": AUTOMATED,
    "csat": CSAT,
    "first_response_seconds": FIRST_RESPONSES,
    "false_escalation": FALSE_ESCALATION,
    "missed_escalation": MISSED_ESCALATION,
    "approvals_on_time": APPROVALS_ON_TIME,
    "drafts_unchanged": DRAFTS_UNCHANGED,
}


class MeasureRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def health(self, specification: OrganisationSpec, windows: Windows) -> Health:
        """Every objective of a specification, measured over the organisation's conversations of that time."""
        objectives = objectives_of(specification)
        seconds = seconds_to_keep(objectives)
        metrics = dict.fromkeys(one.metric for one in objectives if not one.cannot_be_measured)
        organisation = specification.organisation
        tallies = [tally for metric in metrics for tally in await self.tallies(organisation, metric, windows, seconds)]
        return health_of(organisation, objectives, tallies, windows)

    async def tallies(
        self, organisation: str, metric: Metric, windows: Windows, seconds: Mapping[str | None, float]
    ) -> list[Tally]:
        """The counts of one measure by AI agent. `seconds`: within how many a first response is due."""
        until = windows.until
        return await self._counted(
            organisation, metric, (windows.since, until - windows.long, until - windows.short, until), seconds
        )

    async def rate_of(
        self, organisation: str, ai_agent: str, measure: TrustMetric, since: datetime, now: datetime
    ) -> Rate:
        """A share of one AI agent, over what happened since then: for resolutions, over those made since then."""
        begins = since + DURABLE_AFTER if measure in DURABLE else since
        tallies = await self._counted(organisation, measure, (begins, now, now, now), {})
        found = (tally.period for tally in tallies if tally.ai_agent == ai_agent)
        counted = next(found, Counted())
        return rate(counted.count, counted.n)

    async def _counted(
        self, organisation: str, metric: Metric, moments: Sequence[datetime], seconds: Mapping[str | None, float]
    ) -> list[Tally]:
        """`moments`: since when the period, the longer and the shorter window are, and until when."""
        since, long, short, until = moments
        given = (organisation, since, until, DURABLE_AFTER, [one or "" for one in seconds], list(seconds.values()))
        rows = await self._database.fetch(_QUERIES[metric] + _COUNTS, *given, long, short)
        return [_tally(metric, row) for row in rows]


def _tally(metric: Metric, row: Record) -> Tally:
    return Tally(
        metric=metric,
        ai_agent=row["subject"] or None,
        period=Counted(n=row["n"], count=row["count"]),
        long=Counted(n=row["long_n"], count=row["long_count"]),
        short=Counted(n=row["short_n"], count=row["short_count"]),
        p95_seconds=row["p95_seconds"],
        apart={why: row[why] for why in APART if row[why]},
    )
