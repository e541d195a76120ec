"""API keys: shown once, kept as a hash."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from storage.audit import write
from storage.database import Database, keepable
from storage.views import KeyOwner, KeyView

OPERATOR = "operator"
"""Whoever works on the machine itself, with the command line."""


class ApiKeyRepository:
    """Keys carry 256 random bits, so a plain SHA-256 is enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, organisation: str, person_id: str, roles: Sequence[str], by: str = OPERATOR) -> str:
        """The new key; it cannot be read again."""
        key = f"hf_{secrets.token_urlsafe(32)}"
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO api_keys (key_hash, organisation, person_id, roles) VALUES ($1, $2, $3, $4)",
                *keepable((_hash(key), organisation, person_id, list(roles))),
            )
            data = {"person_id": person_id, "roles": list(roles)}
            await write(connection, organisation, "api_key_created", by, data, datetime.now(UTC))
        return key

    async def find(self, key: str) -> KeyOwner | None:
        """Whose key this is; None for one that is unknown or revoked."""
        row = await self._database.fetchrow(
            "SELECT organisation, person_id, roles FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL", _hash(key)
        )
        return KeyOwner.model_validate(dict(row)) if row else None

    async def list(self, organisation: str) -> list[KeyView]:
        """Whose keys are valid, a row for each key, the oldest first."""
        rows = await self._database.fetch(
            """
            SELECT organisation, person_id, roles, created_at FROM api_keys
            WHERE organisation = $1 AND revoked_at IS NULL ORDER BY created_at, key_hash
            """,
            organisation,
        )
        return [KeyView.model_validate(dict(row)) for row in rows]

    async def revoke(self, organisation: str, person_id: str, by: str = OPERATOR) -> int:
        """Make every key of a person useless at once; returns how many there were."""
        async with self._database.transaction() as connection:
            rows = await connection.fetch(
                """
                UPDATE api_keys SET revoked_at = now()
                WHERE organisation = $1 AND person_id = $2 AND revoked_at IS NULL RETURNING key_hash
                """,
                *keepable((organisation, person_id)),
            )
            if rows:
                data = {"person_id": person_id, "keys": len(rows)}
                await write(connection, organisation, "api_keys_revoked", by, data, datetime.now(UTC))
        return len(rows)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
