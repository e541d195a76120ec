"""Counting for success measures and service levels. What is counted stands in words in domain.quality.measures.

Each measure is a query that yields `sample`: whom it counts for ('' is the whole organisation), when, whether it holds,
the seconds of a response, and why it is counted apart, if it is. One query makes counts of any sample.
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

_LAST_DRAFTER = """
    coalesce((
        SELECT t.ai_agent FROM turns t
        WHERE t.conversation_id = c.conversation_id AND NOT t.suggestion ORDER BY t.turn DESC, t.created_at DESC LIMIT 1
    ), '')
"""

_FIRST_RESOLUTIONS = f"""
    ended AS (
        SELECT e.conversation_id, e.event_id, e.at AS resolved_at, e.at + $6::interval AS at,
            e.actor = 'silence' AS by_silence, {_LAST_DRAFTER} AS ai_agent
        FROM audit_events e JOIN conversations c USING (conversation_id)
        WHERE e.organisation = $1 AND e.kind = 'resolved' AND e.at > $2::timestamptz - $6::interval
            AND e.at <= $5::timestamptz AND c.merged_into IS NULL AND NOT EXISTS (
                SELECT FROM audit_events b
                WHERE b.conversation_id = e.conversation_id AND b.kind = 'resolved' AND b.event_id < e.event_id)
    ), judged AS (
        SELECT e.*,
            EXISTS (SELECT FROM audit_events a
                    WHERE a.conversation_id = e.conversation_id AND a.kind = 'reopened' AND a.event_id > e.event_id
                        AND a.at < e.at) AS reopened,
            EXISTS (SELECT FROM audit_events a
                    WHERE a.conversation_id = e.conversation_id AND a.kind = 'escalated'
                        AND a.event_id < e.event_id) AS escalated,
            EXISTS (SELECT FROM audit_events a
                    WHERE a.conversation_id = e.conversation_id AND a.event_id < e.event_id
                        AND (a.kind IN ('escalated', 'ownership_changed')
                             OR a.kind = 'approval_decided' AND a.data->>'effect' <> 'refused')) AS by_person,
            EXISTS (SELECT FROM messages m
                    WHERE m.conversation_id = e.conversation_id AND m.kind IN ('reply', 'human_reply')
                        AND m.at <= e.resolved_at AND m.seq > (
                            SELECT coalesce(max(q.seq), 0) FROM messages q
                            WHERE q.conversation_id = e.conversation_id AND q.author = 'customer'
                                AND q.at <= e.resolved_at)) AS answered_last,
            (SELECT min(m.seq) FROM messages m
             WHERE m.conversation_id = e.conversation_id AND m.kind = 'reply') AS first_reply
        FROM ended e
    ), resolutions AS (
        SELECT j.*, CASE WHEN j.by_silence AND NOT j.answered_last THEN 'abandoned'
                         WHEN j.at > $5 THEN 'not_yet_durable' END AS apart
        FROM judged j
    )
"""  # noqa: S608 (put together of constants)
"""The first resolution of each conversation; it counts, `at`, once it is durable."""

_AUTOMATED = f"""
    WITH {_FIRST_RESOLUTIONS}, sample AS (
        SELECT ai_agent AS subject, at, by_silence AND NOT by_person AND NOT reopened AS holds,
            NULL::float8 AS seconds, apart
        FROM resolutions
    )
"""  # noqa: S608 (put together of constants)

_MISSED_ESCALATION = f"""
    WITH {_FIRST_RESOLUTIONS}, sample AS (
        SELECT r.ai_agent AS subject, r.at, r.apart, NULL::float8 AS seconds,
            r.reopened
            OR EXISTS (SELECT FROM messages m
                       WHERE m.conversation_id = r.conversation_id AND m.kind = 'human_reply' AND m.seq > r.first_reply
                           AND m.at < r.at)
            OR 'bad' IS NOT DISTINCT FROM (
                SELECT g.score FROM ratings g WHERE g.conversation_id = r.conversation_id AND g.at < r.at
                ORDER BY g.at DESC LIMIT 1)
            OR EXISTS (SELECT FROM turns t
                       WHERE t.conversation_id = r.conversation_id AND NOT t.suggestion
                           AND t.draft#>>'{{evidence,sensitivity}}' = 'complaint' AND t.turn > (
                               SELECT f.turn FROM messages m JOIN turns f USING (draft_id)
                               WHERE m.conversation_id = r.conversation_id AND m.seq = r.first_reply)) AS holds
        FROM resolutions r WHERE r.first_reply IS NOT NULL AND NOT r.escalated
    )
"""  # noqa: S608 (put together of constants)

_FALSE_ESCALATION = r"""
    WITH escalated AS (
        SELECT e.conversation_id, e.at, (
            SELECT t.draft_id FROM turns t
            WHERE t.conversation_id = e.conversation_id AND NOT t.suggestion
                AND t.revision <= (e.data->>'revision')::integer ORDER BY t.turn DESC LIMIT 1) AS draft_id, (
            SELECT m.text FROM messages m
            WHERE m.conversation_id = e.conversation_id AND m.kind = 'human_reply' AND m.at >= e.at
            ORDER BY m.seq LIMIT 1) AS said
        FROM audit_events e
        WHERE e.organisation = $1 AND e.kind = 'escalated' AND e.at > $2 AND e.at <= $5
    ), sample AS (
        SELECT coalesce(t.ai_agent, '') AS subject, e.at, NULL::float8 AS seconds,
            CASE WHEN e.said IS NULL THEN 'waiting' END AS apart,
            coalesce(t.draft->>'text', '') <> '' AND btrim(regexp_replace(t.draft->>'text', '\s+', ' ', 'g'))
                = btrim(regexp_replace(e.said, '\s+', ' ', 'g')) AS holds
        FROM escalated e LEFT JOIN turns t USING (draft_id)
    )
"""

_FIRST_RESPONSE = """
    WITH asked AS (
        SELECT c.conversation_id, c.resolved_at, c.owner_kind, c.owner_id, q.seq, q.at FROM conversations c
        CROSS JOIN LATERAL (
            SELECT m.seq, m.at FROM messages m
            WHERE m.conversation_id = c.conversation_id AND m.author = 'customer' ORDER BY m.seq LIMIT 1) q
        WHERE c.organisation = $1 AND c.created_at > $2 AND c.created_at <= $5 AND c.merged_into IS NULL
    ), waited AS (
        SELECT a.at, r.at IS NOT NULL AS answered,
            extract(epoch FROM coalesce(r.at, a.resolved_at, $5::timestamptz) - a.at)::float8 AS seconds,
            CASE WHEN r.author = 'ai_agent' THEN r.author_id
                 WHEN r.author IS NULL AND a.owner_kind = 'ai_agent' THEN a.owner_id END AS ai_agent
        FROM asked a LEFT JOIN LATERAL (
            SELECT m.author, m.author_id, m.at FROM messages m
            WHERE m.conversation_id = a.conversation_id AND m.seq > a.seq
                AND m.kind IN ('reply', 'clarification', 'human_reply')
            ORDER BY m.seq LIMIT 1) r ON true
    ), sample AS (
        SELECT due.subject, w.at, w.seconds, w.answered AND w.seconds <= due.seconds AS holds,
            CASE WHEN NOT w.answered AND w.seconds <= due.seconds THEN 'waiting' END AS apart
        FROM unnest($6::text[], $7::float8[]) AS due (subject, seconds)
        JOIN waited w ON due.subject IN ('', w.ai_agent)
    )
"""

_CSAT = f"""
    WITH rated AS (
        SELECT DISTINCT ON (conversation_id) conversation_id, score, at FROM ratings
        WHERE organisation = $1 AND at > $2 AND at <= $5 ORDER BY conversation_id, at DESC
    ), sample AS (
        SELECT {_LAST_DRAFTER} AS subject, c.at, c.score = 'good' AS holds, NULL::float8 AS seconds, NULL AS apart
        FROM rated c
    )
"""  # noqa: S608 (put together of constants)

_APPROVALS_ON_TIME = """
    WITH sample AS (
        SELECT '' AS subject, requested_at AS at, NULL::float8 AS seconds,
            (document->>'rungs_done')::integer = 0 AS holds,
            CASE WHEN (document->>'rungs_done')::integer = 0 THEN
                CASE state WHEN 'open' THEN 'waiting' WHEN 'stale' THEN 'overtaken' END END AS apart
        FROM approvals WHERE organisation = $1 AND requested_at > $2 AND requested_at <= $5
    )
"""

_DRAFTS_UNCHANGED = r"""
    WITH shown AS (
        SELECT a.conversation_id, t.ai_agent, a.closed_at AS at,
            a.state = 'approved' AND plain_words(a.document->>'text') = plain_words(t.draft->>'text') AS unchanged
        FROM approvals a JOIN turns t USING (draft_id)
        WHERE a.organisation = $1 AND a.closed_at > $2 AND a.closed_at <= $5
            AND a.state IN ('approved', 'rejected', 'taken_over', 'replaced') AND a.closed_by <> 'system'
        UNION ALL
        SELECT d.conversation_id, s.ai_agent, d.delivered_at, btrim(regexp_replace(d.text, '\s+', ' ', 'g'))
            = btrim(regexp_replace(s.text, '\s+', ' ', 'g'))
        FROM deliveries d JOIN conversations c USING (conversation_id)
        CROSS JOIN LATERAL (
            SELECT t.ai_agent, t.draft->>'text' AS text FROM turns t
            WHERE t.conversation_id = d.conversation_id AND (t.suggestion OR t.outcome = 'escalate')
                AND t.revision <= d.revision AND t.revision > coalesce((
                    SELECT max(p.revision) FROM deliveries p
                    WHERE p.conversation_id = d.conversation_id AND p.kind = 'human_reply' AND p.state = 'delivered'
                        AND p.delivered_at < d.delivered_at), -1)
            ORDER BY t.turn DESC LIMIT 1) s
        WHERE c.organisation = $1 AND d.kind = 'human_reply' AND d.delivered_at > $2 AND d.delivered_at <= $5
            AND s.text <> ''
    ), sample AS (
        SELECT ai_agent AS subject, max(at) AS at, bool_and(unchanged) AS holds, NULL::float8 AS seconds,
            NULL::text AS apart
        FROM shown GROUP BY conversation_id, ai_agent
    )
"""

_COUNTS = """
    SELECT subject,
        count(*) FILTER (WHERE apart IS NULL) AS n,
        count(*) FILTER (WHERE apart IS NULL AND holds) AS count,
        count(*) FILTER (WHERE apart IS NULL AND at > $3::timestamptz) AS long_n,
        count(*) FILTER (WHERE apart IS NULL AND holds AND at > $3) AS long_count,
        count(*) FILTER (WHERE apart IS NULL AND at > $4::timestamptz) AS short_n,
        count(*) FILTER (WHERE apart IS NULL AND holds AND at > $4) AS short_count,
        percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE apart IS NULL) AS p95_seconds,
        count(*) FILTER (WHERE apart = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE apart = 'not_yet_durable') AS not_yet_durable,
        count(*) FILTER (WHERE apart = 'waiting') AS waiting,
        count(*) FILTER (WHERE apart = 'overtaken') AS overtaken
    FROM sample WHERE at > $2 GROUP BY subject
"""

_QUERIES: Mapping[Metric, str] = {
    "automated_resolution": _AUTOMATED,
    "csat": _CSAT,
    "first_response_seconds": _FIRST_RESPONSE,
    "false_escalation": _FALSE_ESCALATION,
    "missed_escalation": _MISSED_ESCALATION,
    "approvals_on_time": _APPROVALS_ON_TIME,
    "drafts_unchanged": _DRAFTS_UNCHANGED,
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
        arguments: list[object] = [organisation, *moments]
        if metric in DURABLE:
            arguments += [DURABLE_AFTER]
        elif metric == "first_response_seconds":
            arguments += [[ai_agent or "" for ai_agent in seconds], list(seconds.values())]
        rows = await self._database.fetch(_QUERIES[metric] + _COUNTS, *arguments)
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
