"""What came in by vendors' channels: kept before the vendor is told "received", until Temporal has it."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.conversation.messages import Attachment
from domain.delivery.inbound import AnyInboundEvent, Batch, CustomerRating, InboundMessage, Unreadable
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database, keepable
from storage.inbox_events import KNOWN_KINDS
from storage.quarantine import keep_in_quarantine, quarantine
from storage.views import Notification

if TYPE_CHECKING:
    import asyncpg

    from storage.database import PooledConnection

_MOVE_CURSOR = """
    INSERT INTO channel_cursors (organisation, channel, cursor, moved_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation, channel) DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at
"""
_CLAIM_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended($1, 8))"
_CLAIM_WAITING = """
    UPDATE inbox SET claimed_until = $3 WHERE inbox_id IN (
        SELECT inbox_id FROM inbox i
        WHERE event IS NOT NULL AND conversation_id IS NOT NULL AND organisation = $1
            AND (claimed_until IS NULL OR claimed_until <= $2) AND kind = ANY ($5)
            AND NOT EXISTS (
                SELECT FROM inbox earlier
                WHERE earlier.event IS NOT NULL AND earlier.conversation_id = i.conversation_id
                    AND earlier.inbox_id < i.inbox_id AND earlier.claimed_until > $2
            )
        ORDER BY inbox_id LIMIT $4 FOR UPDATE SKIP LOCKED
    ) RETURNING inbox_id, channel, kind, CASE kind WHEN 'merged' THEN conversation_id ELSE heir_of(conversation_id) END
        AS conversation_id, customer_id, event, received_at
"""
_OF_UNKNOWN_KIND = """
    SELECT kind, count(*) AS waiting FROM inbox
    WHERE event IS NOT NULL AND organisation = $1 AND kind <> ALL ($2) GROUP BY kind ORDER BY kind
"""
_SETTLED = """
    SELECT NOT EXISTS (
        SELECT FROM inbox i WHERE i.conversation_id = $1 AND i.kind = 'message' AND NOT EXISTS (
            SELECT FROM messages m JOIN conversations c USING (conversation_id)
            WHERE m.conversation_id = $1 AND m.author = 'customer' AND m.message_id = i.channel || ':' || i.event_id
                AND (m.seq <= c.answered_seq OR c.status <> 'open')
        )
    )
"""
_ONE_THREAD_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"
_END_WAITING = """
    WITH waited AS (
        SELECT inbox_id, event FROM inbox
        WHERE organisation = $1 AND event IS NOT NULL AND conversation_id IS NULL AND received_at < $2
            AND kind = ANY ($3)
    )
    UPDATE inbox i SET event = NULL FROM waited WHERE i.inbox_id = waited.inbox_id
    RETURNING i.channel, i.event_id, i.kind, i.received_at, waited.event
"""
EARLY_KINDS = ("colleague_reply", "rating", "consent_change", "delivery_report")
"""What may come before the message or the sending that it belongs to, and waits for it."""
WAITS_AT_MOST = timedelta(days=30)
"""Longer than any vendor brings its events late, or a reader is away."""
CLAIM = timedelta(seconds=10)
"""How long a gateway has to forward what it claimed, before another one does."""


class KeptEvent(Frozen):
    """An event that is durable. `conversation_id` is None where it concerns none that is known."""

    inbox_id: int
    fresh: bool
    conversation_id: str | None
    customer_id: str | None


class WaitingEvent(Frozen):
    """An event that Temporal does not have yet; `event` is one of `storage.inbox_events`, not validated yet."""

    inbox_id: int
    channel: ChannelKind
    kind: str
    conversation_id: str
    customer_id: str | None
    event: dict[str, Any]
    received_at: datetime


class InboxRepository:
    """The way in: the same event is kept once, whenever and however often it comes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, organisation: str, event: AnyInboundEvent, now: datetime, *, across_channels: bool = False
    ) -> KeptEvent:
        """Keep an event and find out which conversation it concerns; its files become attachments of it."""
        async with self._database.transaction() as connection:
            kept = await _keep(connection, organisation, event, now, across_channels)
        if kept.fresh:
            await self._database.announce(Notification(kind="inbox", conversation_id=kept.conversation_id))
        return kept

    async def keep_batch(
        self,
        organisation: str,
        channel: ChannelKind,
        batch: Batch,
        now: datetime,
        *,
        across_channels: bool = False,
    ) -> int:
        """Keep what a reader read together with where to go on; returns how many events were new."""
        fresh = 0
        async with self._database.transaction() as connection:
            for event in batch.events:
                kept = await _keep(connection, organisation, event, now, across_channels)
                fresh += kept.fresh
            for broken in batch.unreadable:
                await keep_in_quarantine(connection, organisation, broken)
            await connection.execute(_MOVE_CURSOR, organisation, channel, batch.cursor, now)
        if fresh:
            await self._database.announce(Notification(kind="inbox"))
        return fresh

    async def quarantine(self, organisation: str, broken: Unreadable) -> None:
        """Keep what nobody could read."""
        await quarantine(self._database, organisation, broken)

    async def cursor(self, organisation: str, channel: ChannelKind) -> dict[str, Any] | None:
        """Where the reader of a channel stopped."""
        found: dict[str, Any] | None = await self._database.fetchval(
            "SELECT cursor FROM channel_cursors WHERE organisation = $1 AND channel = $2", organisation, channel
        )
        return found

    async def claim_waiting(self, organisation: str, now: datetime, limit: int = 100) -> list[WaitingEvent]:
        """Events that Temporal does not have yet, the oldest first; nobody else gets them for some seconds.

        Nor what came after them in their conversations, so that Temporal gets it in the order in which it came. Kinds
        that this version does not know are left for one that does; see `unknown_kinds`.
        """
        await self._database.fetchval("SELECT match_early_reports($1)", organisation)
        async with self._database.transaction() as connection:
            await connection.execute(_CLAIM_IN_TURN, organisation)
            rows = await connection.fetch(_CLAIM_WAITING, organisation, now, now + CLAIM, limit, KNOWN_KINDS)
        return [WaitingEvent.model_validate(dict(row)) for row in sorted(rows, key=lambda row: int(row["inbox_id"]))]

    async def unknown_kinds(self, organisation: str) -> dict[str, int]:
        """How many events of each kind that this version does not know wait for a newer one."""
        rows = await self._database.fetch(_OF_UNKNOWN_KIND, organisation, (*KNOWN_KINDS, *EARLY_KINDS))
        return {row["kind"]: row["waiting"] for row in rows}

    async def end_waiting(self, organisation: str, now: datetime) -> int:
        """Move to quarantine what waited for WAITS_AT_MOST and belongs to nothing still; how many there were."""
        async with self._database.transaction() as connection:
            await connection.execute(_ONE_THREAD_AT_A_TIME, organisation)
            rows = await connection.fetch(_END_WAITING, organisation, now - WAITS_AT_MOST, EARLY_KINDS)
            for row in rows:
                await keep_in_quarantine(connection, organisation, _waited_in_vain(row))
        return len(rows)

    async def conversation_of(self, organisation: str, channel: ChannelKind, thread: str) -> str | None:
        """The conversation that a vendor's thread belongs to."""
        found: str | None = await self._database.fetchval(
            "SELECT conversation_id FROM channel_threads WHERE organisation = $1 AND channel = $2 AND thread = $3",
            organisation,
            channel,
            thread,
        )
        return found

    async def settled(self, conversation_id: str) -> bool:
        """Everything that came in for a conversation has been answered, or is with a person."""
        settled: bool = await self._database.fetchval(_SETTLED, conversation_id)
        return settled

    async def forwarded(self, inbox_id: int) -> None:
        """Temporal has it. Its id is remembered for ever, its content until `forget_forwarded`."""
        await self._database.fetchval(
            "UPDATE inbox SET event = NULL, forwarded = event, forwarded_at = now() WHERE inbox_id = $1", inbox_id
        )

    async def forget_forwarded(self, organisation: str, before: datetime) -> None:
        """Drop the content of what Temporal has had since then: no backup so old is restored."""
        await self._database.fetchval(
            "UPDATE inbox SET forwarded = NULL WHERE organisation = $1 AND forwarded IS NOT NULL AND forwarded_at < $2",
            organisation,
            before,
        )


async def _keep(
    connection: "PooledConnection", organisation: str, event: AnyInboundEvent, now: datetime, across_channels: bool
) -> KeptEvent:
    document = event.model_dump(mode="json", exclude={"files"}, exclude_none=True)
    files = event.files if isinstance(event, InboundMessage) else ()
    attachments = [
        Attachment(
            attachment_id=_attachment_id(organisation, event, number),
            name=file.name,
            media_type=file.media_type,
            size_bytes=len(file.content),
        )
        for number, file in enumerate(files)
    ]
    row = await connection.fetchrow(
        "SELECT * FROM keep_event($1, $2, $3, $4)",
        organisation,
        document | {"attachments": attachments},
        across_channels,
        now,
    )
    if row is None:
        raise RuntimeError("keep_event returned no row")
    kept = KeptEvent(
        inbox_id=row["kept_id"],
        fresh=row["fresh"],
        conversation_id=row["concerns"],
        customer_id=row["of_customer"],
    )
    if kept.fresh and kept.conversation_id:
        if isinstance(event, CustomerRating):
            await connection.execute("SELECT keep_rating($1, $2, $3)", organisation, kept.conversation_id, event)
        for attachment, file in zip(attachments, files, strict=True):
            await connection.execute(
                "INSERT INTO attachments (attachment_id, conversation_id, name, media_type, content) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                *keepable(
                    (attachment.attachment_id, kept.conversation_id, file.name, file.media_type, file.content),
                ),
            )
    return kept


def _waited_in_vain(row: "asyncpg.Record") -> Unreadable:
    what = "message of ours" if row["kind"] == "delivery_report" else "message of a customer in its thread"
    return Unreadable(
        channel=row["channel"],
        event_id=row["event_id"],
        at=row["received_at"],
        kind="waited_in_vain",
        reason=f"A {row['kind'].replace('_', ' ')} waited for {WAITS_AT_MOST.days} days for a {what}, and none came.",
        content=json.dumps(row["event"]).encode(),
    )


def _attachment_id(organisation: str, event: AnyInboundEvent, number: int) -> str:
    named = f"{organisation}:{event.channel}:{event.event_id}:{number}"
    return f"at_{hashlib.sha256(named.encode()).hexdigest()[:32]}"
