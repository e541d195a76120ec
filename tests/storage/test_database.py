import re
from pathlib import Path

import asyncpg
import pytest

from domain.errors import CredentialsError, RetryableError, StoreUnavailableError, UnavailableError
from storage.database import Database, connect
from storage.views import Notification
from tests.storage.server import own_server


async def test_a_server_that_goes_away_and_comes_back_is_a_retryable_error_meanwhile(tmp_path: Path) -> None:
    async with own_server(tmp_path) as own:
        database = await connect(own.url)
        assert await database.fetchval("SELECT 1") == 1

        await own.stop()
        for _ in range(3):
            for ask in (database.fetch, database.fetchrow, database.fetchval):
                with pytest.raises(StoreUnavailableError):
                    await ask("SELECT 1")
        with pytest.raises(StoreUnavailableError):
            async with database.transaction():
                pytest.fail("there is no server")
        with pytest.raises(StoreUnavailableError):
            await connect(own.url)

        await own.start()
        assert await database.fetchval("SELECT 1") == 1
        await database.close()


async def test_a_connection_that_is_cut_during_a_statement_is_a_retryable_error(database: Database) -> None:
    with pytest.raises(RetryableError):
        await database.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await database.fetchval("SELECT 1") == 1


async def test_a_closed_pool_is_unavailable(database_url: str) -> None:
    database = await connect(database_url)
    await database.close()
    with pytest.raises(StoreUnavailableError):
        await database.fetchval("SELECT 1")


async def test_a_row_that_is_locked_does_not_mean_that_the_store_is_away(database: Database) -> None:
    with pytest.raises(UnavailableError, match="leaving") as caught:
        await database.fetchval("DO $$ BEGIN RAISE lock_not_available; END $$")
    assert not isinstance(caught.value, StoreUnavailableError)


async def test_who_was_let_in_and_is_refused_now_waits(database_url: str) -> None:
    """A password that is being changed is no mistake of the model that was to answer meanwhile."""
    admin = await connect(database_url)
    await admin.fetchval("CREATE ROLE passing LOGIN")
    try:
        database = await connect(re.sub(r"//[^@/]*@?", "//passing@", database_url, count=1))
        await admin.fetchval("ALTER ROLE passing NOLOGIN")
        with pytest.raises(StoreUnavailableError):
            await database.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(StoreUnavailableError, match="refuses"):
            await database.fetchval("SELECT 1")
        await admin.fetchval("ALTER ROLE passing LOGIN")
        assert await database.fetchval("SELECT 1") == 1
        await database.close()
    finally:
        await admin.fetchval("DROP ROLE passing")
        await admin.close()


async def test_a_missing_database_is_a_mistake_in_the_address(database_url: str) -> None:
    with pytest.raises(CredentialsError, match="HOLDFAST_DATABASE_URL"):
        await connect(database_url.replace("/test_", "/missing_"))


async def test_violated_constraints_and_wrong_arguments_stay_what_they_are(database: Database) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        await database.fetchval("INSERT INTO customers (customer_id) VALUES ('x')")
    with pytest.raises(asyncpg.DataError):
        await database.fetchval("SELECT $1::integer", "one")


async def test_a_step_needs_a_row(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await database.call(Notification(kind="status"), "SELECT 1 WHERE false")


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO customers (customer_id, organisation) VALUES ('x', 'bikeshop')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    assert await database.fetchval("SELECT count(*) FROM customers") == 0


async def test_values_travel_as_json_without_nulls_and_without_nul(database: Database) -> None:
    notification = Notification(kind="resync")
    assert await database.fetchval("SELECT $1::jsonb", notification) == {"kind": "resync", "people": []}
    assert await database.fetchval("SELECT $1::jsonb", ["a\x00b", "\\u0000", "\\\x00"]) == ["ab", "\\u0000", "\\"]


async def test_texts_travel_without_nul(database: Database) -> None:
    assert await database.fetchval("SELECT $1::text", "a\x00b") == "ab"
    assert await database.fetchval("SELECT $1::text", "\\x00") == "\\x00"
    row = await database.fetchrow("SELECT $1::text", "\x00")
    assert row is not None
    assert tuple(row) == ("",)
    assert [tuple(row) for row in await database.fetch("SELECT $1::text", "\x00b")] == [("b",)]


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:s3cret@h/d"])
async def test_a_url_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(CredentialsError, match="HOLDFAST_DATABASE_URL") as caught:
        await connect(url)
    assert "s3cret" not in str(caught.value)
