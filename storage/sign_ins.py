"""Who is signed in, and who is on the way to the sign-in provider and back. Only hashes of tokens are kept."""

import hashlib
from datetime import datetime, timedelta

from domain.access.people import Account, Member
from domain.model import Frozen
from storage.audit import write
from storage.database import Database, keepable

FORGOTTEN_AFTER = timedelta(days=30)


class Attempt(Frozen):
    """A way to the provider and back: what must come back unchanged, and where it leads."""

    nonce: str
    verifier: str
    next_path: str


class SignIn(Frozen):
    """Somebody who is signed in, with their roles as they are now."""

    organisation: str
    person_id: str
    name: str
    roles: tuple[str, ...]
    account: Account
    within: tuple[str, ...] | None
    used_at: datetime


class SignInRepository:
    """Tokens carry 256 random bits, so a plain SHA-256 is enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, state: str, browser: str, attempt: Attempt, now: datetime, lifetime: timedelta) -> None:
        """Keep an attempt, and forget those that took too long."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM sign_in_attempts WHERE begun_at < $1", now - lifetime)
            await connection.execute(
                """
                INSERT INTO sign_in_attempts (state_hash, browser_hash, nonce, verifier, next_path, begun_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                *keepable((_hash(state), _hash(browser), attempt.nonce, attempt.verifier, attempt.next_path, now)),
            )

    async def take(self, state: str, browser: str, since: datetime) -> Attempt | None:
        """The attempt of this browser, once; None for one that is unknown, used, or older."""
        row = await self._database.fetchrow(
            """
            DELETE FROM sign_in_attempts WHERE state_hash = $1 AND browser_hash = $2 AND begun_at >= $3
            RETURNING nonce, verifier, next_path
            """,
            _hash(state),
            _hash(browser),
            since,
        )
        return Attempt.model_validate(dict(row)) if row else None

    async def create(
        self,
        token: str,
        member: Member,
        account: Account,
        within: tuple[str, ...] | None,
        now: datetime,
        ends: datetime,
    ) -> None:
        """Sign somebody in, and forget what ended long ago."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM sign_ins WHERE ends_at < $1", now - FORGOTTEN_AFTER)
            await connection.execute(
                """
                INSERT INTO sign_ins (token_hash, organisation, person_id, issuer, subject, within,
                                      created_at, used_at, ends_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
                """,
                *keepable((_hash(token), member.organisation, member.person_id, account.issuer, account.subject)),
                list(within) if within is not None else None,
                now,
                ends,
            )
            await write(connection, member.organisation, "signed_in", member.person_id, {}, now)

    async def read(self, token: str, now: datetime, idle: timedelta) -> SignIn | None:
        """Whoever is signed in by this token, without counting as use. None: nobody, or not any more."""
        row = await self._database.fetchrow(
            """
            SELECT s.organisation, s.person_id, p.name, p.roles, s.issuer, s.subject, s.within, s.used_at
            FROM sign_ins s JOIN people p USING (organisation, person_id)
            WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.ends_at > $2 AND s.used_at > $3
              AND p.active AND p.issuer = s.issuer AND p.subject = s.subject
            """,
            _hash(token),
            now,
            now - idle,
        )
        if row is None:
            return None
        fields = dict(row)
        return SignIn(**fields, account=Account(issuer=fields["issuer"], subject=fields["subject"]))

    async def use(self, token: str, now: datetime, idle: timedelta, *, every: timedelta) -> SignIn | None:
        """The same, and it counts as use; that is written at most once in `every`."""
        found = await self.read(token, now, idle)
        if found is not None and found.used_at <= now - every:
            await self._database.fetchval(
                "UPDATE sign_ins SET used_at = greatest(used_at, $2) WHERE token_hash = $1", _hash(token), now
            )
        return found

    async def move(self, token: str, member: Member, now: datetime) -> None:
        """Go on in another organisation."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE sign_ins SET organisation = $2, person_id = $3 WHERE token_hash = $1",
                *keepable((_hash(token), member.organisation, member.person_id)),
            )
            await write(connection, member.organisation, "signed_in", member.person_id, {}, now)

    async def revoke(self, token: str, now: datetime) -> None:
        """Sign out. It is harmless for a token that nobody has."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                """
                UPDATE sign_ins SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL
                RETURNING organisation, person_id
                """,
                _hash(token),
                now,
            )
            if row:
                await write(connection, row["organisation"], "signed_out", row["person_id"], {}, now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
