"""Brings the database schema up to date, in one transaction: all of it, or nothing.

`migrations/` holds what happens once: tables and what belongs to them, in numbered files. `functions/` holds the stored
functions as they are now, one file per subject. They are made after the migrations, and made anew whenever any file has
changed.

PostgreSQL replaces a function only under the same arguments and result, and during a deployment old workers still call
what they know. So a function with another signature gets a new name; the old one stays in the database until a numbered
migration of a later release drops it, with IF EXISTS. Migrations call no function: a new database has none yet.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from domain.errors import ConflictError
from storage.database import CONNECT_SECONDS, errors_translated

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

SCHEMA = Path(__file__).parent
FUNCTIONS = "functions"
LOCK_KEY = 4_801_972_616

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name        text PRIMARY KEY,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)
"""
_APPLIED = """
INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()
"""


@dataclass(frozen=True)
class Script:
    """A migration, or all functions together; `checksum` is the SHA-256 (hex) of its text."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(database_url: str, schema: Path = SCHEMA) -> list[str]:
    """Bring the schema up to date and return the names of what was applied now: migrations, and `functions` as one.

    Raises ConflictError when the database has a migration that is not among the files, or is another one there, and
    UnavailableError while PostgreSQL is away.
    """
    migrations, functions = read_migrations(schema), read_functions(schema)
    with errors_translated():
        connection = await asyncpg.connect(database_url, timeout=CONNECT_SECONDS)
        try:
            async with connection.transaction():
                return await _bring_up_to_date(connection, migrations, functions)
        finally:
            await connection.close()


def read_migrations(schema: Path) -> list[Script]:
    """In the order of their numbers."""
    files = sorted((schema / "migrations").glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Script(file.stem, file.read_text("utf-8")) for file in files]


def read_functions(schema: Path) -> Script:
    """Every file as one text, in any order: functions may call each other across files."""
    files = sorted((schema / FUNCTIONS).glob("*.sql"))
    return Script(FUNCTIONS, "\n".join(file.read_text("utf-8") for file in files))


async def _bring_up_to_date(connection: "Connection", migrations: list[Script], functions: Script) -> list[str]:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
    await connection.execute(_TABLE)
    applied = {row["name"]: row["checksum"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
    made_of = applied.pop(FUNCTIONS, None)
    _refuse_foreign(applied, migrations)
    pending = [migration for migration in migrations if migration.name not in applied]
    for migration in pending:
        await connection.execute(migration.sql)
    # After a migration as well: it may have changed a table that functions name.
    if pending or made_of != functions.checksum:
        await _make(connection, functions)
        pending.append(functions)
    await connection.executemany(_APPLIED, [(script.name, script.checksum) for script in pending])
    return [script.name for script in pending]


async def _make(connection: "Connection", functions: Script) -> None:
    """Twice: so that all are there, whatever their order; then so that each body is checked, whatever it calls."""
    await connection.execute(f"SET LOCAL check_function_bodies = off; {functions.sql}")
    await connection.execute(f"SET LOCAL check_function_bodies = on; {functions.sql}")


def _refuse_foreign(applied: dict[str, str], migrations: list[Script]) -> None:
    """Raise ConflictError unless every applied migration is among the files, unchanged."""
    known = {migration.name: migration.checksum for migration in migrations}
    missing = sorted(applied.keys() - known.keys())
    if missing:
        raise ConflictError(
            f"This database was migrated by another version of Holdfast, with {', '.join(missing)}. Use a version that"
            " knows these files. A development database from before the first release cannot be kept: delete it; the"
            " embedded one lies in the folder HOLDFAST_HOME, by default .holdfast."
        )
    changed = sorted(name for name, checksum in applied.items() if known[name] != checksum)
    if changed:
        raise ConflictError(
            f"Changed after they were applied to this database: {', '.join(changed)}. Restore these files and put the"
            " change into a new one; a development database can be deleted instead."
        )
