"""Counting for figures, and the rows behind each. What is counted stands in words in domain.quality.figures.

One query for each family. It yields `sample`: which conversation, when, whether it holds, an amount (seconds or money),
the slice that a figure is made of, and the part that it belongs to. Measures that have a sample (storage.samples) lend
it, so that a figure and a service level never count two things under one name.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from asyncpg import Record

from domain.conversation.costs import UsageTotal
from domain.model import Frozen
from domain.quality.figures import FAMILIES, Family, FigureDefinition, FigureRow, Group, Period, Quantile
from domain.quality.rates import Z_95
from domain.specification.trust import DURABLE_AFTER
from storage.database import Database
from storage.samples import (
    CSAT,
    DRAFTS_UNCHANGED,
    FALSE_ESCALATION,
    FIRST_RESOLUTIONS,
    FIRST_RESPONSES,
    GIVEN,
    MISSED_ESCALATION,
)

AT_ONCE = 4
"""Connections that a look at all figures takes, of those that whoever serves customers needs as well."""

_RESOLUTIONS = f"""
    {GIVEN}, {FIRST_RESOLUTIONS}, listed AS (
        SELECT conversation_id, CASE WHEN apart IS NULL THEN at ELSE resolved_at END AS at, automated AS holds,
            NULL::float8 AS amount, coalesce(apart, 'counted') AS slice, NULL::text AS part
        FROM resolutions WHERE apart IS NULL OR resolved_at > $2
    )
"""  # noqa: S608 (put together of constants)

_ENDINGS = f"""
    {GIVEN}, listed AS (
        SELECT e.conversation_id, e.at, NULL::boolean AS holds,
            extract(epoch FROM e.at - c.created_at)::float8 AS amount, 'counted' AS slice,
            CASE e.actor WHEN 'silence' THEN 'silence' ELSE 'person' END AS part
        FROM audit_events e JOIN conversations c USING (conversation_id)
        WHERE e.organisation = $1 AND e.kind = 'resolved' AND e.at > $2 AND e.at <= $3 AND c.merged_into IS NULL
            AND NOT EXISTS (
                SELECT FROM audit_events b
                WHERE b.conversation_id = e.conversation_id AND b.kind = 'resolved' AND b.event_id < e.event_id)
    )
"""  # noqa: S608 (put together of constants)

_RESPONSES = f"""
    {FIRST_RESPONSES}, listed AS (
        SELECT conversation_id, at, holds, seconds AS amount, coalesce(apart, 'counted') AS slice,
            coalesce(author, 'nobody') AS part
        FROM sample
    )
"""  # noqa: S608 (put together of constants)

_RATINGS = f"""
    {CSAT}, listed AS (
        SELECT conversation_id, at, holds, NULL::float8 AS amount, 'counted' AS slice, score AS part
        FROM sample
    )
"""  # noqa: S608 (put together of constants)

_ESCALATIONS = f"""
    {GIVEN}, listed AS (
        SELECT c.conversation_id, c.created_at AS at, e.reason IS NOT NULL AS holds, NULL::float8 AS amount,
            'counted' AS slice, e.reason AS part
        FROM conversations c LEFT JOIN LATERAL (
            SELECT coalesce(a.data->>'reason', 'unknown') AS reason FROM audit_events a
            WHERE a.conversation_id = c.conversation_id AND a.kind = 'escalated' ORDER BY a.event_id LIMIT 1) e ON true
        WHERE c.organisation = $1 AND c.created_at > $2 AND c.created_at <= $3 AND c.merged_into IS NULL
    )
"""  # noqa: S608 (put together of constants)

_OF_SAMPLE = """
    , listed AS (
        SELECT conversation_id, at, holds, NULL::float8 AS amount, coalesce(apart, 'counted') AS slice,
            NULL::text AS part
        FROM sample
    )
"""

_APPROVALS = f"""
    {GIVEN}, listed AS (
        SELECT a.conversation_id, CASE WHEN w.waits THEN a.requested_at ELSE a.closed_at END AS at,
            NULL::boolean AS holds,
            extract(epoch FROM CASE WHEN w.waits THEN $3 ELSE a.closed_at END - a.requested_at)::float8 AS amount,
            CASE WHEN w.waits THEN 'open' WHEN a.state = 'stale' THEN 'overtaken' ELSE 'decided' END AS slice,
            CASE WHEN w.waits AND $3 - a.requested_at < interval '1 hour' THEN 'under_an_hour'
                 WHEN w.waits AND $3 - a.requested_at < interval '1 day' THEN 'under_a_day'
                 WHEN w.waits AND $3 - a.requested_at < interval '7 days' THEN 'under_a_week'
                 WHEN w.waits THEN 'longer'
                 WHEN a.closed_by = 'veto-window' THEN 'not_stopped'
                 WHEN a.state = 'approved' AND plain_words(a.document->>'text')
                    IS DISTINCT FROM plain_words(t.draft->>'text') THEN 'edited'
                 WHEN a.state = 'approved' AND EXISTS (
                    SELECT FROM decisions d WHERE d.approval_id = a.approval_id AND d.action = 'edit'
                        AND d.effect = 'send') THEN 'edited'
                 ELSE a.state END AS part
        FROM approvals a JOIN turns t USING (draft_id)
        CROSS JOIN LATERAL (SELECT a.closed_at IS NULL OR a.closed_at > $3 AS waits) w
        WHERE a.organisation = $1 AND a.requested_at <= $3 AND (a.closed_at IS NULL OR a.closed_at > $2)
    )
"""  # noqa: S608 (put together of constants)

_SUGGESTIONS = f"""
    {GIVEN}, listed AS (
        SELECT conversation_id, at, used = 'as_is' AS holds, NULL::float8 AS amount, 'counted' AS slice, used AS part
        FROM suggestion_uses WHERE organisation = $1 AND at > $2 AND at <= $3
    )
"""  # noqa: S608 (put together of constants)

_USED = """
    used AS (
        SELECT t.conversation_id, t.created_at AS at, t.draft->'usage' AS usage FROM turns t
        WHERE t.created_at > $2 AND t.created_at <= $3
        UNION ALL
        SELECT t.conversation_id, t.created_at, t.verdict->'usage' FROM turns t
        WHERE t.created_at > $2 AND t.created_at <= $3 AND t.verdict IS NOT NULL
        UNION ALL
        SELECT f.conversation_id, f.created_at, f.usage FROM failed_answers f
        WHERE f.created_at > $2 AND f.created_at <= $3
    )
"""
"""Every use of a model in the time, of every organisation: its conversation says of which."""

_COSTS = f"""
    {GIVEN}, {_USED}, listed AS (
        SELECT u.conversation_id, max(u.at) AS at, NULL::boolean AS holds,
            sum(coalesce((u.usage->>'cost')::numeric, 0))::float8 AS amount, 'counted' AS slice, NULL::text AS part
        FROM used u JOIN conversations c USING (conversation_id)
        WHERE c.organisation = $1 GROUP BY u.conversation_id
    )
"""  # noqa: S608 (put together of constants)

_USAGE = f"""
    {GIVEN}, {_USED}
    SELECT coalesce(sum((u.usage->>'calls')::integer), 0)::bigint AS calls,
        coalesce(sum((u.usage->>'input_tokens')::integer), 0)::bigint AS input_tokens,
        coalesce(sum((u.usage->>'output_tokens')::integer), 0)::bigint AS output_tokens,
        coalesce(sum((u.usage->>'cost')::numeric), 0) AS cost,
        coalesce(sum(CASE WHEN u.usage->>'cost' IS NULL THEN (u.usage->>'calls')::integer
                          ELSE coalesce((u.usage->>'unpriced_calls')::integer, 0) END), 0)::bigint AS unpriced_calls,
        coalesce(sum((u.usage->>'estimated_calls')::integer), 0)::bigint AS estimated_calls
    FROM used u JOIN conversations c USING (conversation_id) WHERE c.organisation = $1
"""  # noqa: S608 (put together of constants)

_SAMPLES: Mapping[Family, str] = {
    "resolutions": _RESOLUTIONS,
    "endings": _ENDINGS,
    "responses": _RESPONSES,
    "ratings": _RATINGS,
    "escalations": _ESCALATIONS,
    "false_escalations": FALSE_ESCALATION + _OF_SAMPLE,
    "missed_escalations": MISSED_ESCALATION + _OF_SAMPLE,
    "approvals": _APPROVALS,
    "drafts": DRAFTS_UNCHANGED + _OF_SAMPLE,
    "suggestions": _SUGGESTIONS,
    "costs": _COSTS,
}


def _quantile(share: float, name: str) -> str:
    """The order statistic at a share of the amounts, and the two that enclose that of the population with 95 %."""
    middle, spread = f"m * {share}", f"{Z_95} * sqrt(m * {share} * {1 - share:.2f})"
    return f"""
        amounts[greatest(ceil({middle}), 1)::integer] AS {name},
        amounts[greatest(ceil({middle} - {spread}), 1)::integer] AS {name}_low,
        amounts[least(ceil({middle} + {spread}), m)::integer] AS {name}_high"""


_GROUPS = f"""
    , counted AS (
        SELECT slice, day, part, grouping(part) = 0 AS of_part, count(*) AS n, count(*) FILTER (WHERE holds) AS held,
            sum(amount) AS total, array_agg(amount ORDER BY amount) FILTER (WHERE amount IS NOT NULL) AS amounts
        FROM (SELECT listed.*, date_trunc('day', at, $7::text) AS day FROM listed) dated
        GROUP BY GROUPING SETS ((slice, day), (slice, part), (slice))
    )
    SELECT slice, day, part, n, held, total, {_quantile(0.5, "p50")}, {_quantile(0.95, "p95")}
    FROM (SELECT counted.*, cardinality(amounts) AS m FROM counted) measured
    WHERE NOT (of_part AND part IS NULL)
"""  # noqa: S608 (put together of constants)

_ROWS = """
    , behind AS (
        SELECT conversation_id, at, holds, amount, part FROM listed
        WHERE slice = $7 AND ($8::text IS NULL OR part = $8)
            AND ($9::date IS NULL OR (at AT TIME ZONE $10::text)::date = $9)
    )
    SELECT paged.*, counted.total FROM (SELECT count(*) AS total FROM behind) counted LEFT JOIN (
        SELECT * FROM behind ORDER BY at DESC, conversation_id, part, amount LIMIT $11 OFFSET $12
    ) paged ON true
"""


class Page(Frozen):
    """Rows from `offset` on, the newest first; only of one part or one day where these are given."""

    limit: int = 50
    offset: int = 0
    part: str | None = None
    day: date | None = None


class FigureRows(Frozen):
    """A page of the rows behind a figure; `total` is how many there are in all."""

    key: str
    total: int
    rows: tuple[FigureRow, ...]


class FigureRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def groups(
        self, organisation: str, period: Period, zone: ZoneInfo, first_response_seconds: float
    ) -> dict[Family, list[Group]]:
        """What each family counted: in all, by part and by day of the zone."""
        given, few = _given(organisation, period, first_response_seconds), asyncio.Semaphore(AT_ONCE)

        async def counted(family: Family) -> list[Record]:
            async with few:
                return await self._database.fetch(_SAMPLES[family] + _GROUPS, *given, zone.key)

        found = await asyncio.gather(*map(counted, FAMILIES))
        return {family: [_group(row) for row in rows] for family, rows in zip(FAMILIES, found, strict=True)}

    async def usage(self, organisation: str, period: Period) -> UsageTotal:
        """What models took in the time."""
        row = await self._database.fetchrow(_USAGE, *_given(organisation, period, 0))
        return UsageTotal.model_validate(dict(row)) if row else UsageTotal(cost=Decimal(0))

    async def rows(
        self,
        organisation: str,
        definition: FigureDefinition,
        period: Period,
        zone: ZoneInfo,
        first_response_seconds: float,
        page: Page,
    ) -> FigureRows:
        """Exactly what the figure counts, the newest first."""
        query = _SAMPLES[definition.family] + _ROWS
        given = _given(organisation, period, first_response_seconds)
        place = (definition.slice, page.part, page.day, zone.key)
        rows = await self._database.fetch(query, *given, *place, page.limit, page.offset)
        shown = (FigureRow.model_validate(dict(row)) for row in rows if row["conversation_id"] is not None)
        return FigureRows(key=definition.key, total=rows[0]["total"], rows=tuple(shown))


def _given(organisation: str, period: Period, first_response_seconds: float) -> Sequence[object]:
    """The arguments of every sample."""
    return organisation, period.since, period.until, DURABLE_AFTER, [""], [first_response_seconds]


def _group(row: Record) -> Group:
    day: datetime | None = row["day"]
    return Group(
        slice=row["slice"],
        day=day,
        part=row["part"],
        n=row["n"],
        held=row["held"],
        total=row["total"],
        p50=_quantile_of(row, "p50"),
        p95=_quantile_of(row, "p95"),
    )


def _quantile_of(row: Record, name: str) -> Quantile | None:
    if row[name] is None:
        return None
    return Quantile(value=row[name], low=row[f"{name}_low"], high=row[f"{name}_high"])
