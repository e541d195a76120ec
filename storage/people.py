"""People who may sign in."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from asyncpg import Record

from domain.access.people import Account, Member
from domain.errors import ConflictError
from storage.audit import write
from storage.database import Database, keepable

if TYPE_CHECKING:
    from storage.database import PooledConnection

_MEMBER = "organisation, person_id, name, roles, issuer, subject, active, created_at"


class PeopleRepository:
    """Every change is in the audit trail, without names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, organisation: str) -> list[Member]:
        """Everybody, those whose access has ended too, by their ids."""
        rows = await self._database.fetch(
            f"SELECT {_MEMBER} FROM people WHERE organisation = $1 ORDER BY person_id",  # noqa: S608 (a constant)
            organisation,
        )
        return [_member(row) for row in rows]

    async def get(self, organisation: str, person_id: str) -> Member | None:
        row = await self._database.fetchrow(
            f"SELECT {_MEMBER} FROM people WHERE organisation = $1 AND person_id = $2",  # noqa: S608 (a constant)
            organisation,
            person_id,
        )
        return _member(row) if row else None

    async def of_account(self, account: Account) -> Sequence[Member]:
        """Who this is in each organisation, by their names."""
        rows = await self._database.fetch(
            f"SELECT {_MEMBER} FROM people WHERE issuer = $1 AND subject = $2 ORDER BY organisation",  # noqa: S608
            account.issuer,
            account.subject,
        )
        return [_member(row) for row in rows]

    async def with_issuer(self, issuer: str) -> Sequence[Member]:
        """Everybody whose account is with this provider, by organisation and id."""
        rows = await self._database.fetch(
            f"SELECT {_MEMBER} FROM people WHERE issuer = $1 ORDER BY organisation, person_id",  # noqa: S608 (a constant)
            issuer,
        )
        return [_member(row) for row in rows]

    async def keep(self, member: Member, by: str, now: datetime) -> Member:
        """Add the person, or change them to this. Raises ConflictError when another one has their account."""
        async with self._database.transaction() as connection:
            await _lock(connection, member.organisation)
            await _refuse_second(connection, member)
            before = await connection.fetchval(
                "SELECT created_at FROM people WHERE organisation = $1 AND person_id = $2",
                *keepable((member.organisation, member.person_id)),
            )
            account = member.account
            row = await connection.fetchrow(
                f"""
                INSERT INTO people ({_MEMBER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (organisation, person_id) DO UPDATE
                SET name = excluded.name, roles = excluded.roles, issuer = excluded.issuer,
                    subject = excluded.subject, active = excluded.active
                RETURNING {_MEMBER}
                """,  # noqa: S608 (a constant)
                *keepable((member.organisation, member.person_id, member.name, list(member.roles))),
                *keepable((account and account.issuer, account and account.subject, member.active, now)),
            )
            kind: Literal["person_changed", "person_added"] = "person_changed" if before else "person_added"
            data = {"person_id": member.person_id, "roles": list(member.roles), "active": member.active}
            await write(connection, member.organisation, kind, by, data, now)
        return _member(row) if row else member

    async def end(self, organisation: str, person_id: str, by: str, now: datetime) -> bool:
        """End somebody's access: their sign-ins and API keys are useless at once. False: there is no such person."""
        async with self._database.transaction() as connection:
            person = keepable((organisation, person_id))
            ended = await connection.fetchval(
                "UPDATE people SET active = false WHERE organisation = $1 AND person_id = $2 RETURNING person_id",
                *person,
            )
            if ended is None:
                return False
            await connection.execute(
                """
                UPDATE api_keys SET revoked_at = $3
                WHERE organisation = $1 AND person_id = $2 AND revoked_at IS NULL
                """,
                *person,
                now,
            )
            await connection.execute(
                """
                UPDATE sign_ins SET revoked_at = $3
                WHERE organisation = $1 AND person_id = $2 AND revoked_at IS NULL
                """,
                *person,
                now,
            )
            await write(connection, organisation, "person_deactivated", by, {"person_id": person_id}, now)
        return True


async def _lock(connection: "PooledConnection", organisation: str) -> None:
    """Of two that change the people of an organisation, the second waits."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('people ' || $1, 0))", organisation)


async def _refuse_second(connection: "PooledConnection", member: Member) -> None:
    if member.account is None:
        return
    other = await connection.fetchval(
        """
        SELECT person_id FROM people
        WHERE issuer = $1 AND subject = $2 AND organisation = $3 AND person_id <> $4
        """,
        *keepable((member.account.issuer, member.account.subject, member.organisation, member.person_id)),
    )
    if other:
        raise ConflictError(f"This account is that of {other} already. Give each person an account of their own.")


def _member(row: Record) -> Member:
    fields = dict(row)
    issuer, subject = fields.pop("issuer"), fields.pop("subject")
    account = Account(issuer=issuer, subject=subject) if subject else None
    return Member(**fields, account=account)
