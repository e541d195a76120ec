"""What stands where at a desk, and what the record says of it by now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.conversation.turn import CustomerContext
from domain.model import Frozen
from storage.database import Database

LEASE = timedelta(seconds=60)
FOLLOWED = timedelta(days=1)
LOOKED_AT_ONCE = 50


class ChangedSubject(Frozen):
    """An approval or escalation whose record is not what its cards were made from. `seen` stands for the record."""

    subject: str
    conversation_id: str
    seen: str


class CardToKeep(Frozen):
    """A card whose lease we hold. Without `message` it is to be posted; `in_doubt`: somebody may have done so."""

    place: str
    channel: str | None
    message: str | None
    digest: str | None
    reminders: int
    tries: int

    @property
    def in_doubt(self) -> bool:
        return self.tries > 1


class Escalation(Frozen):
    """When a conversation was put before people, and why. `again`: it was once more since."""

    reason: str
    at: datetime
    again: bool = False


class DeskCardRepository:
    """Nothing here is the record: a lost row is made anew from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changed(self, organisation: str, desk: str, now: datetime) -> list[ChangedSubject]:
        """What has no card yet, and what has one that was made from an earlier state of the record."""
        rows = await self._database.fetch(_CHANGED, organisation, desk, now, now - FOLLOWED, LOOKED_AT_ONCE)
        return [ChangedSubject.model_validate(dict(row)) for row in rows]

    async def claim(
        self,
        organisation: str,
        desk: str,
        changed: ChangedSubject,
        places: Sequence[str],
        now: datetime,
    ) -> list[CardToKeep]:
        """The cards of a subject, at these places as well, that nobody else is working on."""
        async with self._database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO desk_cards (organisation, desk, subject, place, conversation_id, made_at)
                SELECT $1, $2, $3, place, $4, $5 FROM unnest($6::text[]) place ON CONFLICT DO NOTHING
                """,
                organisation,
                desk,
                changed.subject,
                changed.conversation_id or None,
                now,
                list(places),
            )
            rows = await connection.fetch(
                """
                UPDATE desk_cards SET leased_until = $5, tries = tries + 1
                WHERE organisation = $1 AND desk = $2 AND subject = $3 AND seen IS DISTINCT FROM $6
                    AND (leased_until IS NULL OR leased_until <= $4)
                RETURNING place, channel, message, digest, reminders, tries
                """,
                organisation,
                desk,
                changed.subject,
                now,
                now + LEASE,
                changed.seen,
            )
        return [CardToKeep.model_validate(dict(row)) for row in rows]

    async def posted(self, organisation: str, desk: str, subject: str, place: str, channel: str, message: str) -> None:
        """Where it stands, as soon as that is known."""
        await self._database.fetchval(
            """
            UPDATE desk_cards SET channel = $5, message = $6
            WHERE organisation = $1 AND desk = $2 AND subject = $3 AND place = $4
            """,
            organisation,
            desk,
            subject,
            place,
            channel,
            message,
        )

    async def shown(
        self,
        organisation: str,
        desk: str,
        changed: ChangedSubject,
        place: str,
        digest: str,
        *,
        reminders: int = 0,
        is_open: bool = False,
    ) -> None:
        """It shows what the record said; the lease is over."""
        await self._database.fetchval(
            """
            UPDATE desk_cards
            SET digest = $5, seen = $6, reminders = $7, is_open = $8, tries = 0, leased_until = NULL
            WHERE organisation = $1 AND desk = $2 AND subject = $3 AND place = $4
            """,
            organisation,
            desk,
            changed.subject,
            place,
            digest,
            changed.seen,
            reminders,
            is_open,
        )

    async def wait(self, organisation: str, desk: str, subject: str, place: str, until: datetime) -> None:
        """The desk did not take it: nobody tries before then."""
        await self._database.fetchval(
            """
            UPDATE desk_cards SET leased_until = $5
            WHERE organisation = $1 AND desk = $2 AND subject = $3 AND place = $4
            """,
            organisation,
            desk,
            subject,
            place,
            until,
        )

    async def lost(self, organisation: str, desk: str, subject: str, place: str) -> None:
        """Somebody deleted it at the desk: it is posted anew."""
        await self._database.fetchval(
            """
            UPDATE desk_cards
            SET channel = NULL, message = NULL, digest = NULL, seen = NULL, tries = 0, leased_until = NULL
            WHERE organisation = $1 AND desk = $2 AND subject = $3 AND place = $4
            """,
            organisation,
            desk,
            subject,
            place,
        )

    async def context(self, conversation_id: str) -> CustomerContext | None:
        """What is known of the customer by now."""
        document = await self._database.fetchval(
            "SELECT document FROM customer_contexts WHERE conversation_id = $1 ORDER BY fetched_at DESC LIMIT 1",
            conversation_id,
        )
        return CustomerContext.model_validate(document) if document else None

    async def escalation(self, conversation_id: str, event_id: int) -> Escalation | None:
        """None for an event that is none of this conversation."""
        row = await self._database.fetchrow(
            """
            SELECT e.data, e.at, EXISTS (
                SELECT FROM audit_events later WHERE later.conversation_id = $1 AND later.kind = 'escalated'
                    AND later.event_id > $2) AS again
            FROM audit_events e WHERE e.event_id = $2 AND e.conversation_id = $1 AND e.kind = 'escalated'
            """,
            conversation_id,
            event_id,
        )
        return Escalation(reason=row["data"].get("reason", ""), at=row["at"], again=row["again"]) if row else None

    async def audit_refusal(
        self, organisation: str, conversation_id: str | None, actor: str, data: dict[str, Any], now: datetime
    ) -> None:
        """Somebody wanted to do at a desk what they may not."""
        await self._database.fetchval(
            """
            INSERT INTO audit_events (organisation, conversation_id, kind, actor, data, at)
            VALUES ($1, $2, 'desk_refused', $3, $4, $5)
            """,
            organisation,
            conversation_id,
            actor,
            data,
            now,
        )


_CHANGED = """
WITH cards AS (
    SELECT DISTINCT subject, conversation_id FROM desk_cards
    WHERE organisation = $1 AND desk = $2 AND conversation_id IS NOT NULL AND (is_open OR made_at > $4)
), subjects AS (
    SELECT 'approval:' || approval_id AS subject, conversation_id, true AS waits
    FROM approvals WHERE organisation = $1 AND state = 'open'
    UNION ALL
    SELECT format('escalation:%s:%s', c.conversation_id, e.event_id), c.conversation_id, true
    FROM conversations c, LATERAL (
        SELECT event_id FROM audit_events
        WHERE conversation_id = c.conversation_id AND kind = 'escalated' ORDER BY event_id DESC LIMIT 1) e
    WHERE c.organisation = $1 AND c.owner_kind = 'human_agent' AND c.status = 'with_human'
    UNION ALL
    SELECT subject, conversation_id, false FROM cards
), standing AS (
    SELECT s.subject, s.conversation_id, bool_or(s.waits) AS waits, md5(concat_ws('/', c.status, c.owner_kind,
        c.owner_id, c.revision, c.last_seq, c.snoozed_until, c.erased_at,
        (SELECT concat_ws('/', a.state, a.document) FROM approvals a WHERE 'approval:' || a.approval_id = s.subject
            AND a.conversation_id = s.conversation_id),
        (SELECT max(e.event_id) FROM audit_events e
            WHERE e.conversation_id = s.conversation_id AND e.kind = 'escalated'),
        (SELECT string_agg(k.click_id, ',' ORDER BY k.click_id) FROM desk_clicks k
            WHERE k.organisation = $1 AND k.subject = s.subject AND k.state IN ('applying', 'accepted')))) AS seen
    FROM subjects s JOIN conversations c USING (conversation_id)
    GROUP BY s.subject, s.conversation_id, c.conversation_id
)
SELECT s.subject, s.conversation_id, s.seen FROM standing s
WHERE CASE WHEN EXISTS (SELECT FROM desk_cards d WHERE d.organisation = $1 AND d.desk = $2 AND d.subject = s.subject)
    THEN EXISTS (SELECT FROM desk_cards d WHERE d.organisation = $1 AND d.desk = $2 AND d.subject = s.subject
                    AND d.seen IS DISTINCT FROM s.seen AND (d.leased_until IS NULL OR d.leased_until <= $3))
    ELSE s.waits END
ORDER BY s.subject LIMIT $5
"""
