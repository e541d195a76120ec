"""Who is away, and until when."""

from datetime import datetime

from domain.approvals.absence import Absence
from domain.conversation.ownership import Via
from storage.database import Database


class AbsenceRepository:
    """One absence of a person at a time. Each change is in the audit trail of the organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, organisation: str, person_id: str, now: datetime) -> Absence | None:
        """None for somebody who is there."""
        row = await self._database.fetchrow(
            "SELECT person_id, until, deputy FROM absences WHERE organisation = $1 AND person_id = $2 AND until > $3",
            organisation,
            person_id,
            now,
        )
        return Absence.model_validate(dict(row)) if row else None

    async def list(self, organisation: str, now: datetime) -> list[Absence]:
        """Everybody who is away, whoever is back first before the others."""
        rows = await self._database.fetch(
            """
            SELECT person_id, until, deputy FROM absences
            WHERE organisation = $1 AND until > $2 ORDER BY until, person_id
            """,
            organisation,
            now,
        )
        return [Absence.model_validate(dict(row)) for row in rows]

    async def put(self, organisation: str, absence: Absence, by: str, via: Via, now: datetime) -> None:
        """Take the place of an earlier absence of the same person."""
        await self._database.fetchval(
            """
            WITH told AS (
                INSERT INTO absences (organisation, person_id, until, deputy, told_by, told_at)
                VALUES ($1, $2, $3, $4, $5, $7)
                ON CONFLICT (organisation, person_id) DO UPDATE SET until = excluded.until,
                    deputy = excluded.deputy, told_by = excluded.told_by, told_at = excluded.told_at
            )
            INSERT INTO audit_events (organisation, kind, actor, data, at)
            VALUES ($1, 'person_away', $5, jsonb_build_object(
                'person_id', $2::text, 'until', $3::timestamptz, 'deputy', $4::text, 'via', $6::text), $7)
            """,
            organisation,
            absence.person_id,
            absence.until,
            absence.deputy,
            by,
            via,
            now,
        )

    async def end(self, organisation: str, person_id: str, by: str, via: Via, now: datetime) -> bool:
        """Whether the person was away, and is back now."""
        return bool(
            await self._database.fetchval(
                """
                WITH back AS (
                    DELETE FROM absences WHERE organisation = $1 AND person_id = $2 RETURNING until > $5 AS was_away
                ), told AS (
                    INSERT INTO audit_events (organisation, kind, actor, data, at)
                    SELECT $1, 'person_back', $3, jsonb_build_object('person_id', $2::text, 'via', $4::text), $5
                    FROM back WHERE was_away
                )
                SELECT was_away FROM back
                """,
                organisation,
                person_id,
                by,
                via,
                now,
            )
        )
