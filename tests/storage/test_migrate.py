import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from domain.errors import ConflictError, UnavailableError
from storage.migrate import SCHEMA, migrate, read_functions, read_migrations

# Read before `name_of`, which it calls.
GREETING = """
CREATE OR REPLACE FUNCTION greeting() RETURNS text LANGUAGE sql AS $$ SELECT 'Hello ' || name_of(1) $$;
"""
NAME_OF = """
CREATE OR REPLACE FUNCTION name_of(person integer) RETURNS text LANGUAGE sql AS $$
    SELECT name FROM first WHERE id = person
$$;
"""
NEW_GREETING = GREETING.replace("Hello", "Good day")
EVERYTHING = ["0001_first", "0002_second", "functions"]

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    for folder in ("migrations", "functions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "migrations/0001_first.sql").write_text("CREATE TABLE first (id integer);")
    (tmp_path / "migrations/0002_second.sql").write_text(
        "ALTER TABLE first ADD COLUMN name text; INSERT INTO first VALUES (1, 'Ada');"
    )
    (tmp_path / "migrations/notes.txt").write_text("not a migration")
    (tmp_path / "functions/greetings.sql").write_text(GREETING)
    (tmp_path / "functions/names.sql").write_text(NAME_OF)
    return tmp_path


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator["Connection"]:
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def test_each_migration_is_applied_once_in_order(empty_database_url: str, schema: Path) -> None:
    assert await migrate(empty_database_url, schema) == EVERYTHING
    (schema / "migrations/0003_third.sql").write_text("ALTER TABLE first ADD COLUMN age integer;")
    assert await migrate(empty_database_url, schema) == ["0003_third", "functions"]
    assert await migrate(empty_database_url, schema) == []


async def test_changed_functions_are_made_anew_and_migrations_are_not(
    empty_database_url: str, schema: Path, connection: "Connection"
) -> None:
    await migrate(empty_database_url, schema)
    assert await connection.fetchval("SELECT greeting()") == "Hello Ada"
    (schema / "functions/greetings.sql").write_text(NEW_GREETING)
    assert await migrate(empty_database_url, schema) == ["functions"]
    assert await connection.fetchval("SELECT greeting()") == "Good day Ada"
    assert await migrate(empty_database_url, schema) == []


async def test_the_functions_of_an_earlier_version_come_back_with_its_files(
    empty_database_url: str, schema: Path, connection: "Connection"
) -> None:
    for greeting in (GREETING, NEW_GREETING, GREETING):
        (schema / "functions/greetings.sql").write_text(greeting)
        assert (await migrate(empty_database_url, schema))[-1] == "functions"
    assert await connection.fetchval("SELECT greeting()") == "Hello Ada"


async def test_a_changed_migration_is_named(empty_database_url: str, schema: Path) -> None:
    await migrate(empty_database_url, schema)
    (schema / "migrations/0001_first.sql").write_text("CREATE TABLE first (id bigint);")
    with pytest.raises(ConflictError, match="Changed after they were applied to this database: 0001_first"):
        await migrate(empty_database_url, schema)


async def test_a_database_of_another_version_is_told_what_to_do(
    empty_database_url: str, schema: Path, connection: "Connection"
) -> None:
    await migrate(empty_database_url, schema)
    (schema / "migrations/0002_second.sql").rename(schema / "migrations/0002_other.sql")
    (schema / "functions/greetings.sql").write_text(NEW_GREETING)
    with pytest.raises(ConflictError, match=r"another version of Holdfast, with 0002_second\. .* delete it"):
        await migrate(empty_database_url, schema)
    assert await connection.fetchval("SELECT greeting()") == "Hello Ada"


async def test_a_mistake_in_a_migration_undoes_all_of_them(empty_database_url: str, schema: Path) -> None:
    (schema / "migrations/0003_third.sql").write_text("ALTER TABLE missing ADD COLUMN age integer;")
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(empty_database_url, schema)
    (schema / "migrations/0003_third.sql").unlink()
    assert await migrate(empty_database_url, schema) == EVERYTHING


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (GREETING.replace("SELECT", "SELECT SELECT"), asyncpg.PostgresSyntaxError),
        (GREETING.replace("name_of", "nickname_of"), asyncpg.UndefinedFunctionError),
        (GREETING.replace("RETURNS text", "RETURNS integer"), asyncpg.InvalidFunctionDefinitionError),
        (GREETING.replace("LANGUAGE sql", "LANGUAGE plpgsql"), asyncpg.PostgresSyntaxError),
    ],
)
async def test_a_mistake_in_a_function_leaves_all_as_it_was(
    empty_database_url: str, schema: Path, connection: "Connection", mistake: str, error: type[Exception]
) -> None:
    await migrate(empty_database_url, schema)
    (schema / "migrations/0003_third.sql").write_text("UPDATE first SET name = 'Grace';")
    (schema / "functions/greetings.sql").write_text(mistake)
    with pytest.raises(error):
        await migrate(empty_database_url, schema)
    assert await connection.fetchval("SELECT greeting()") == "Hello Ada"
    (schema / "functions/greetings.sql").write_text(NEW_GREETING)
    assert await migrate(empty_database_url, schema) == ["0003_third", "functions"]
    assert await connection.fetchval("SELECT greeting()") == "Good day Grace"


async def test_a_migration_that_breaks_a_function_is_refused(
    empty_database_url: str, schema: Path, connection: "Connection"
) -> None:
    await migrate(empty_database_url, schema)
    (schema / "migrations/0003_third.sql").write_text("ALTER TABLE first RENAME name TO full_name;")
    with pytest.raises(asyncpg.UndefinedColumnError):
        await migrate(empty_database_url, schema)
    assert await connection.fetchval("SELECT greeting()") == "Hello Ada"


async def test_many_at_once_apply_everything_once(empty_database_url: str, schema: Path) -> None:
    assert sorted(await _four_times(empty_database_url, schema)) == [[], [], [], EVERYTHING]
    (schema / "functions/greetings.sql").write_text(NEW_GREETING)
    assert sorted(await _four_times(empty_database_url, schema)) == [[], [], [], ["functions"]]


async def test_the_schema_is_made_by_the_files_of_the_package(empty_database_url: str) -> None:
    migrations = [migration.name for migration in read_migrations(SCHEMA)]
    assert await migrate(empty_database_url) == [*migrations, "functions"]


async def test_each_function_stands_in_one_place(database_url: str) -> None:
    of_tables = [name for migration in read_migrations(SCHEMA) for name in _functions_in(migration.sql)]
    written = Counter(_functions_in(read_functions(SCHEMA).sql) + of_tables)
    assert [name for name, times in written.items() if times > 1] == []
    made = await _functions_of(database_url)
    assert written.keys() == made.keys()
    assert {made[name] for name in of_tables} == {"trigger"}


async def test_no_server_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        await migrate(f"postgresql://nobody@/nothing?host={tmp_path}")


async def _four_times(url: str, schema: Path) -> list[list[str]]:
    return await asyncio.gather(*(migrate(url, schema) for _ in range(4)))


def _functions_in(sql: str) -> list[str]:
    return re.findall(r"\bFUNCTION\s+(\w+)\s*\(", re.sub(r"--.*|EXECUTE FUNCTION \w+\(", "", sql), re.IGNORECASE)


async def _functions_of(url: str) -> dict[str, str]:
    """What each function of a database returns."""
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT proname, prorettype::regtype::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        return {row["proname"]: row["prorettype"] for row in await connection.fetch(query)}
    finally:
        await connection.close()
