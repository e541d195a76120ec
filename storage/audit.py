"""The audit trail. What writes an event does so in the transaction of the change that the event records."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.conversation.record import RefusedAttempt
from domain.model import Frozen
from storage.database import Database, keepable
from storage.views import AuditEvent

if TYPE_CHECKING:
    from storage.database import PooledConnection

MOST_ATTEMPTS_AN_HOUR = 200
"""At one conversation or call; what is tried more often says nothing new."""


class AuditFilter(Frozen):
    """Which events are asked for; what is None does not matter. `before` is the event_id of the last one known."""

    kind: str | None = None
    actor: str | None = None
    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class AuditRepository:
    """Events are never changed; the database refuses it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, conversation_id: str) -> list[AuditEvent]:
        """Everything that happened to a conversation, in order."""
        rows = await self._database.fetch(
            "SELECT * FROM audit_events WHERE conversation_id = $1 ORDER BY event_id", conversation_id
        )
        return [AuditEvent.model_validate(dict(row)) for row in rows]

    async def of_organisation(self, organisation: str, wanted: AuditFilter, limit: int) -> list[AuditEvent]:
        """The newest first."""
        rows = await self._database.fetch(
            """
            SELECT * FROM audit_events
            WHERE organisation = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR actor = $3)
              AND ($4::text IS NULL OR conversation_id = $4) AND ($5::timestamptz IS NULL OR at >= $5)
              AND ($6::timestamptz IS NULL OR at < $6) AND ($7::bigint IS NULL OR event_id < $7)
            ORDER BY event_id DESC LIMIT $8
            """,
            organisation,
            wanted.kind,
            wanted.actor,
            wanted.conversation_id,
            wanted.since,
            wanted.until,
            wanted.before,
            limit,
        )
        return [AuditEvent.model_validate(dict(row)) for row in rows]

    async def note_attempt(self, attempt: RefusedAttempt, now: datetime) -> None:
        """What a person tried and was refused before anything was asked of the conversation: once per request id."""
        await self._database.fetchval(
            """
            INSERT INTO audit_events (event_key, organisation, conversation_id, kind, actor, data, at)
            SELECT format('attempt:%s:%s:%s', $2::text, $3::text, $4::text), $1, $2, 'request_refused', $3,
                jsonb_strip_nulls(jsonb_build_object('request_id', $4::text, 'action', $5::text,
                    'approval_id', $6::text, 'via', $7::text, 'refused', $8::text)), $9
            WHERE (SELECT count(*) FROM audit_events WHERE conversation_id = $2 AND kind = 'request_refused'
                AND at > $9::timestamptz - interval '1 hour') < $10
            ON CONFLICT DO NOTHING
            """,
            attempt.organisation,
            attempt.subject_id,
            attempt.person_id,
            attempt.request_id,
            attempt.action,
            attempt.approval_id,
            attempt.via,
            attempt.refused,
            now,
            MOST_ATTEMPTS_AN_HOUR,
        )

    async def note_attempt_at_call(self, attempt: RefusedAttempt, now: datetime) -> None:
        """The same of a guarded call, which belongs to no conversation."""
        await self._database.fetchval(
            """
            INSERT INTO audit_events (event_key, organisation, kind, actor, data, at)
            SELECT format('attempt:%s:%s:%s', $2::text, $3::text, $4::text), $1, 'guarded_call_refused', $3,
                jsonb_build_object('call_id', $2::text, 'request_id', $4::text, 'action', $5::text, 'via', $6::text,
                    'refused', $7::text), $8
            WHERE (SELECT count(*) FROM audit_events WHERE data->>'call_id' = $2 AND kind = 'guarded_call_refused'
                AND at > $8::timestamptz - interval '1 hour') < $9
            ON CONFLICT DO NOTHING
            """,
            attempt.organisation,
            attempt.subject_id,
            attempt.person_id,
            attempt.request_id,
            attempt.action,
            attempt.via,
            attempt.refused,
            now,
            MOST_ATTEMPTS_AN_HOUR,
        )


async def write(
    connection: "PooledConnection", organisation: str, kind: str, actor: str, data: Mapping[str, Any], at: datetime
) -> None:
    """Add an event of the organisation, about no conversation."""
    await connection.execute(
        "INSERT INTO audit_events (organisation, kind, actor, data, at) VALUES ($1, $2, $3, $4, $5)",
        *keepable((organisation, kind, actor, dict(data), at)),
    )
