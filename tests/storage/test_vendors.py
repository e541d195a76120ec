import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery.vendors import VendorState
from domain.errors import UnavailableError
from integrations.breakers import FAILURES, READ_EVERY, Breakers
from storage.database import Database, connect
from storage.vendors import VendorStateRepository

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
ANSWERS = VendorState(vendor="salesforce", since=NOON)
SILENT = ANSWERS.opened(NOON, last_error="ReadTimeout", pause=timedelta(seconds=30))


async def test_what_is_written_is_read(database: Database) -> None:
    vendors = VendorStateRepository(database)
    assert await vendors.read() == []
    assert await vendors.replace(None, ANSWERS)
    assert await vendors.replace(None, ANSWERS.model_copy(update={"vendor": "openai"}))
    assert await vendors.replace(ANSWERS, SILENT)
    assert await vendors.read() == [ANSWERS.model_copy(update={"vendor": "openai"}), SILENT]


async def test_only_who_knew_what_stood_there_replaces_it(database: Database) -> None:
    vendors = VendorStateRepository(database)
    await vendors.replace(None, SILENT)
    tried = SILENT.tried(NOON + timedelta(minutes=1), pause=timedelta(seconds=30))
    assert tried
    assert not await vendors.replace(None, ANSWERS)
    assert not await vendors.replace(ANSWERS, tried)
    assert await vendors.replace(SILENT, tried)
    assert not await vendors.replace(SILENT, tried)


async def test_of_two_at_once_one_tries(database: Database) -> None:
    vendors = VendorStateRepository(database)
    await vendors.replace(None, SILENT)
    later = NOON + timedelta(minutes=1)
    tries = [SILENT.tried(later + timedelta(seconds=n), pause=timedelta(seconds=30)) for n in range(8)]
    done = await asyncio.gather(*(vendors.replace(SILENT, tried) for tried in tries if tried))
    assert done.count(True) == 1


async def test_the_breakers_of_two_pools_share_their_states(database: Database, database_url: str) -> None:
    second = await connect(database_url)
    clock = [NOON]
    one, other = (Breakers(VendorStateRepository(pool), lambda: clock[0]) for pool in (database, second))
    async with other.guard("salesforce"):
        pass
    for _ in range(FAILURES):
        with pytest.raises(UnavailableError, match="Nobody"):
            async with one.guard("salesforce"):
                raise UnavailableError("Nobody is there.") from TimeoutError()
    clock[0] += READ_EVERY
    with pytest.raises(UnavailableError, match="Salesforce does not answer since 12:00 UTC"):
        async with other.guard("salesforce"):
            pytest.fail("the vendor was called")
    assert [(state.state, state.last_error) for state in await VendorStateRepository(second).read()] == [
        ("open", "TimeoutError")
    ]
    await second.close()
