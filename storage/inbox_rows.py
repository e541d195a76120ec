"""The inbox of people: which conversations a view has, page by page, and how each is shown."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.conversation.inbox import (
    COUNTED_AT_MOST,
    COUNTED_BY_WORDS,
    SHOWN_CHARACTERS,
    Asking,
    Climbed,
    InboxCounts,
    LastMessage,
    ListedRow,
    Patience,
    Position,
    View,
    Waiting,
)
from domain.conversation.ownership import Owner, Status
from domain.conversation.searching import prefix_query
from storage.database import Database
from storage.searching import PLACES

LADDER_KEY = "md5(format('%s/%s', a.document->>'ladder', a.document->>'rungs_done'))"

_VIEWS: Mapping[View, str] = {
    "mine": "(c.owner_kind = 'human_agent' AND c.owner_id = {person} OR c.conversation_id IN ("
    "SELECT a.conversation_id FROM approvals a"
    " WHERE a.organisation = {organisation} AND a.state = 'open' AND a.document->>'assignee' = {person}))",
    "team": "c.owner_kind = 'human_agent' AND (c.owner_id IS NULL OR c.owner_id = ANY ({colleagues}::text[]))",
    "approval": "c.status = 'awaiting_approval'",
    "ai": "c.owner_kind = 'ai_agent'",
    "risk": f"""
        c.waits_since IS NOT NULL AND (c.status = 'with_human' AND c.waits_since <= {{queue}} OR EXISTS (
            SELECT FROM approvals a LEFT JOIN unnest({{keys}}::text[], {{before}}::timestamptz[]) AS late (key, before)
                ON late.key = {LADDER_KEY}
            WHERE a.conversation_id = c.conversation_id AND a.state = 'open'
                AND (a.requested_at <= late.before
                    AND coalesce((a.document->'snoozed'->>'until')::timestamptz, '-infinity') <= {{leaves}}
                    OR (a.document->>'leaves_at')::timestamptz <= {{leaves}})))
    """,
    "all": "true",
}
_PAGE = """
    SELECT c.conversation_id, c.{sorted_by} AS at FROM conversations c
    WHERE {conditions} ORDER BY {order} LIMIT {limit}
"""
_COUNT = "SELECT count(*) FROM (SELECT FROM conversations c WHERE {conditions} LIMIT {limit}) counted"

_COUNTS = f"""
    SELECT count(*) FILTER (WHERE {_VIEWS["mine"]}) AS mine, count(*) FILTER (WHERE {_VIEWS["team"]}) AS team,
        count(*) FILTER (WHERE {_VIEWS["approval"]}) AS approval, count(*) FILTER (WHERE {_VIEWS["ai"]}) AS ai
    FROM (
        SELECT conversation_id, status, owner_kind, owner_id FROM conversations
        WHERE organisation = {{organisation}} AND status <> 'resolved' LIMIT {{limit}}
    ) c
"""  # noqa: S608 (constants)


class InboxRowRepository:
    """What a view has is found by indexes alone; what is shown is read for the rows of the page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def climbed(self, organisation: str) -> list[Climbed]:
        """How far open approvals are on which ladders."""
        rows = await self._database.fetch(
            f"""
            SELECT DISTINCT {LADDER_KEY} AS key, coalesce(a.document->'ladder', '[]') AS ladder,
                (a.document->>'rungs_done')::integer AS rungs_done
            FROM approvals a WHERE a.organisation = $1 AND a.state = 'open'
            """,  # noqa: S608 (a constant)
            organisation,
        )
        return [Climbed.model_validate(dict(row)) for row in rows]

    async def page(
        self, asking: Asking, patience: Patience | None, after: Position | None, limit: int
    ) -> list[Position]:
        """The next ones: those that wait longest for what is at risk, otherwise those changed last."""
        query = _Query(asking, patience)
        by_wait = asking.view == "risk"
        sorted_by, comparison, order = ("waits_since", ">", "ASC") if by_wait else ("updated_at", "<", "DESC")
        if after is not None:
            at, id = query.given(after.at), query.given(after.id)
            query.conditions.append(f"(c.{sorted_by}, c.conversation_id) {comparison} ({at}::timestamptz, {id}::text)")
        sql = _PAGE.format(
            sorted_by=sorted_by,
            conditions=" AND ".join(query.conditions),
            order=f"c.{sorted_by} {order}, c.conversation_id {order}",
            limit=query.given(limit),
        )
        rows = await self._database.fetch(sql, *query.arguments)
        return [Position(at=row["at"], id=row["conversation_id"]) for row in rows]

    async def count(self, asking: Asking, patience: Patience | None) -> int:
        """How many there are, up to COUNTED_AT_MOST, or COUNTED_BY_WORDS where words stand nearly everywhere."""
        query = _Query(asking, patience)
        sql = _COUNT.format(conditions=" AND ".join(query.conditions), limit=query.given(_countable(asking)))
        counted: int = await self._database.fetchval(sql, *query.arguments)
        return counted

    async def counts(self, asking: Asking, patience: Patience) -> InboxCounts:
        """How many conversations each view has, up to COUNTED_AT_MOST."""
        query = _Query(asking, None)
        sql = query.filled(_COUNTS.replace("{limit}", query.given(COUNTED_AT_MOST)))
        row, risk, every = await asyncio.gather(
            self._database.fetchrow(sql, *query.arguments),
            self.count(asking.model_copy(update={"view": "risk"}), patience),
            self.count(asking.model_copy(update={"view": "all"}), None),
        )
        return InboxCounts.model_validate({**dict(row or {}), "risk": risk, "all": every})

    async def rows(self, conversation_ids: Sequence[str], person_id: str, now: datetime) -> list[ListedRow]:
        """How these are shown to a person, in this order."""
        rows = await self._database.fetch(_ROWS, list(conversation_ids), person_id, now, SHOWN_CHARACTERS)
        return [_row_of(dict(row)) for row in rows]

    async def mark_read(self, conversation_id: str, person_id: str, now: datetime) -> None:
        """The person has seen everything that is there now."""
        await self._database.fetchval(
            """
            INSERT INTO conversation_reads (conversation_id, person_id, seq, at)
            SELECT conversation_id, $2, last_seq, $3 FROM conversations WHERE conversation_id = $1
            ON CONFLICT (conversation_id, person_id) DO UPDATE SET seq = excluded.seq, at = excluded.at
            """,
            conversation_id,
            person_id,
            now,
        )

    async def organisations(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """Whose conversations these are; unknown ids are left out."""
        rows = await self._database.fetch(
            "SELECT conversation_id, organisation FROM conversations WHERE conversation_id = ANY($1)",
            list(conversation_ids),
        )
        return {row["conversation_id"]: row["organisation"] for row in rows}


def _countable(asking: Asking) -> int:
    return COUNTED_BY_WORDS if asking.text is not None and asking.found is None else COUNTED_AT_MOST


class _Query:
    """Conditions with their arguments, numbered as they are given."""

    def __init__(self, asking: Asking, patience: Patience | None) -> None:
        self.arguments: list[Any] = []
        self._named: dict[str, str] = {}
        self._values: dict[str, Any] = {
            "organisation": asking.organisation,
            "person": asking.person_id,
            "colleagues": list(asking.colleagues),
        }
        if patience is not None:
            self._values |= {
                "queue": patience.queue,
                "leaves": patience.leaves,
                "keys": list(patience.approvals),
                "before": list(patience.approvals.values()),
            }
        self.conditions = [self.filled("c.organisation = {organisation}"), self.filled(_VIEWS[asking.view])]
        self._filter(asking)

    def given(self, value: Any) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def filled(self, sql: str) -> str:
        """With the numbers of what is named in it; what no condition names is not sent."""
        return sql.format_map(_Numbered(self))

    def number_of(self, name: str) -> str:
        if name not in self._named:
            self._named[name] = self.given(self._values[name])
        return self._named[name]

    def _filter(self, asking: Asking) -> None:
        if asking.status is not None:
            self.conditions.append(f"c.status = {self.given(asking.status.value)}")
        if asking.view != "all" and asking.status is not Status.RESOLVED:
            self.conditions.append("c.status <> 'resolved'")
        if asking.channel is not None:
            self.conditions.append(f"c.channel = {self.given(asking.channel)}")
        if asking.ai_agent is not None:
            self.conditions.append(f"c.owner_kind = 'ai_agent' AND c.owner_id = {self.given(asking.ai_agent)}")
        if asking.only:
            self.conditions.append(f"c.conversation_id = ANY ({self.given(list(asking.only))}::text[])")
        if asking.found is not None:
            self.conditions.append(f"c.conversation_id = ANY ({self.given(list(asking.found))}::text[])")
        elif asking.text is not None:
            self.conditions.append(f"(c.status <> 'resolved' OR c.erased_at IS NULL) AND {self._says(asking.text)}")

    def _says(self, text: str) -> str:
        """A scalar subquery, so that each conversation is looked at in its turn, until the page is full."""
        words = self.given(prefix_query(text))
        return f"(SELECT true FROM ({PLACES.replace('$2', words)}) place LIMIT 1)"  # noqa: S608 (constants)


class _Numbered(dict[str, str]):
    def __init__(self, query: _Query) -> None:
        super().__init__()
        self._query = query

    def __missing__(self, name: str) -> str:
        return self._query.number_of(name)


_ROWS = """
    SELECT c.conversation_id, c.channel, c.status, c.owner_kind, c.owner_id, c.escalation_reason, c.snoozed_until,
        c.waits_since, c.updated_at, a.approval_id, a.requested_at, t.confidence, m.author, m.at,
        left(m.text, $4) AS text,
        (a.document->>'rungs_done')::integer AS rungs_done, a.document->'ladder' AS ladder,
        (a.document->>'leaves_at')::timestamptz AS leaves_at,
        (a.document->'snoozed'->>'until')::timestamptz AS put_off_until,
        CASE WHEN c.status <> 'resolved' OR c.erased_at IS NULL THEN coalesce(d.name, k.name) END AS customer_name,
        CASE WHEN c.owner_kind = 'ai_agent' AND c.owner_id IS NOT NULL THEN c.owner_id ELSE (
            SELECT drafted.ai_agent FROM turns drafted
            WHERE drafted.conversation_id = c.conversation_id ORDER BY drafted.turn DESC LIMIT 1) END AS ai_agent,
        (SELECT count(*) FROM messages new WHERE new.conversation_id = c.conversation_id AND new.author = 'customer'
            AND new.seq > greatest(c.answered_seq, coalesce(r.seq, 0))) + (
         SELECT count(*) FROM internal_notes n WHERE n.conversation_id = c.conversation_id
            AND n.mentions @> ARRAY[$2] AND n.at > coalesce(r.at, '-infinity')) AS unread,
        (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'person_id', p.person_id, 'until', p.until,
            'state', CASE WHEN p.typing_until > $3 THEN 'typing' ELSE 'looking' END) ORDER BY p.person_id), '[]')
         FROM presences p WHERE p.conversation_id = c.conversation_id AND p.until > $3) AS watchers
    FROM unnest($1::text[]) WITH ORDINALITY AS wanted (conversation_id, number)
    JOIN conversations c USING (conversation_id)
    LEFT JOIN customers k ON k.customer_id = c.customer_id
    LEFT JOIN directory_contacts d
        ON d.organisation = k.organisation AND d.contact_id = k.contact_id AND k.verified
    LEFT JOIN messages m ON m.conversation_id = c.conversation_id AND m.seq = c.last_seq
    LEFT JOIN approvals a ON a.conversation_id = c.conversation_id AND a.state = 'open'
    LEFT JOIN turns t ON t.draft_id = a.draft_id
    LEFT JOIN conversation_reads r ON r.conversation_id = c.conversation_id AND r.person_id = $2
    ORDER BY wanted.number
"""


def _row_of(row: dict[str, Any]) -> ListedRow:
    waiting = Waiting(
        since=row["waits_since"],
        requested_at=row["requested_at"],
        rungs_done=row["rungs_done"] or 0,
        ladder=row["ladder"] or (),
        leaves_at=row["leaves_at"],
        put_off_until=row["put_off_until"],
    )
    said = None if row["at"] is None else LastMessage(author=row["author"], text=row["text"], at=row["at"])
    owner = Owner(kind=row["owner_kind"], id=row["owner_id"])
    return ListedRow.model_validate({**row, "owner": owner, "last_message": said, "waiting": waiting})
