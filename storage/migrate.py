"""Applies the numbered files of storage/migrations, each once and in order."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from domain.errors import ConflictError
from storage.database import CONNECT_SECONDS, errors_translated

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 4_801_972_616

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name        text PRIMARY KEY,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True)
class Migration:
    """One file; `checksum` is the SHA-256 (hex) of its bytes."""

    name: str
    sql: str
    checksum: str


async def migrate(database_url: str, folder: Path = MIGRATIONS) -> list[str]:
    """Bring the schema up to date and return the names of the files applied now: all of them, or none.

    Raises ConflictError when a file was changed after it was applied, UnavailableError while PostgreSQL is away.
    """
    with errors_translated():
        connection = await asyncpg.connect(database_url, timeout=CONNECT_SECONDS)
        try:
            async with connection.transaction():
                return await _apply_pending(connection, read_migrations(folder))
        finally:
            await connection.close()


def read_migrations(folder: Path) -> list[Migration]:
    """The files in the order of their numbers."""
    contents = [(path.stem, path.read_bytes()) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]
    return [Migration(name, sql.decode(), hashlib.sha256(sql).hexdigest()) for name, sql in contents]


async def _apply_pending(connection: "asyncpg.Connection[asyncpg.Record]", migrations: list[Migration]) -> list[str]:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
    await connection.execute(_TABLE)
    applied = {row["name"]: row["checksum"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
    pending = [migration for migration in migrations if not _is_applied(migration, applied)]
    for migration in pending:
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", migration.name, migration.checksum
        )
    return [migration.name for migration in pending]


def _is_applied(migration: Migration, applied: dict[str, str]) -> bool:
    checksum = applied.get(migration.name)
    if checksum not in {None, migration.checksum}:
        raise ConflictError(
            f"Migration {migration.name} was changed after it was applied to this database. Restore the file and put"
            " the change into a new one; a development database can be deleted instead."
        )
    return checksum is not None
