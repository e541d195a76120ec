"""Which users of a desk are which of our people."""

from datetime import datetime

from domain.desk.clicks import DeskPerson
from domain.model import Frozen
from storage.database import Database


class DeskLink(Frozen):
    """`user_id` is the desk's own id of a person."""

    user_id: str
    person_id: str
    linked_at: datetime


class DeskPeopleRepository:
    """Links are made by an administrator, never guessed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def link(self, organisation: str, desk: str, user_id: str, person_id: str, now: datetime) -> None:
        """A user is one person; linked again, another one."""
        await self._database.fetchval(
            """
            INSERT INTO desk_people (organisation, desk, user_id, person_id, linked_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (organisation, desk, user_id) DO UPDATE SET person_id = excluded.person_id, linked_at = $5
            """,
            organisation,
            desk,
            user_id,
            person_id,
            now,
        )

    async def unlink(self, organisation: str, desk: str, user_id: str) -> bool:
        """False where there was no link."""
        rows = await self._database.fetch(
            "DELETE FROM desk_people WHERE organisation = $1 AND desk = $2 AND user_id = $3 RETURNING user_id",
            organisation,
            desk,
            user_id,
        )
        return bool(rows)

    async def list(self, organisation: str, desk: str) -> list[DeskLink]:
        """By person."""
        rows = await self._database.fetch(
            """
            SELECT user_id, person_id, linked_at FROM desk_people
            WHERE organisation = $1 AND desk = $2 ORDER BY person_id, user_id
            """,
            organisation,
            desk,
        )
        return [DeskLink.model_validate(dict(row)) for row in rows]

    async def person(self, organisation: str, desk: str, user_id: str) -> DeskPerson | None:
        """With the roles of whoever may sign in, and of their API keys. None for a user who is not linked."""
        row = await self._database.fetchrow(
            """
            SELECT p.person_id, coalesce(array_agg(DISTINCT role) FILTER (WHERE role IS NOT NULL), '{}') AS roles
            FROM desk_people p
            LEFT JOIN LATERAL (
                SELECT unnest(k.roles) FROM api_keys k
                WHERE k.organisation = p.organisation AND k.person_id = p.person_id AND k.revoked_at IS NULL
                UNION SELECT unnest(m.roles) FROM people m
                WHERE m.organisation = p.organisation AND m.person_id = p.person_id AND m.active
            ) AS granted (role) ON true
            WHERE p.organisation = $1 AND p.desk = $2 AND p.user_id = $3 GROUP BY p.person_id
            """,
            organisation,
            desk,
            user_id,
        )
        return DeskPerson.model_validate(dict(row)) if row else None

    async def user(self, organisation: str, desk: str, person_id: str) -> str | None:
        """The user that a person was linked with last."""
        user_id: str | None = await self._database.fetchval(
            """
            SELECT user_id FROM desk_people WHERE organisation = $1 AND desk = $2 AND person_id = $3
            ORDER BY linked_at DESC, user_id LIMIT 1
            """,
            organisation,
            desk,
            person_id,
        )
        return user_id
