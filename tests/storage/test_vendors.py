import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery.limits import LimitState
from domain.delivery.vendors import VendorState
from domain.errors import RateLimitedError, UnavailableError
from integrations.breakers import FAILURES, READ_EVERY, Breakers
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.limits import VendorLimits
from storage.database import Database, connect
from storage.vendors import VendorLimitRepository, VendorStateRepository
from tests.salesforce_organisation import Clock

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


SEEN = LimitState(state="reserved", used=950, total=1000, reserved_calls=100, seen_at=NOON, asked_at=NOON)


async def test_a_limit_that_is_written_is_read(database: Database) -> None:
    limits = VendorLimitRepository(database)
    assert await limits.read("salesforce") is None
    assert await limits.replace("salesforce", None, SEEN)
    assert await limits.replace("zendesk", None, SEEN.model_copy(update={"state": "exhausted"}))
    assert await limits.read("salesforce") == SEEN


async def test_of_those_who_would_ask_whether_a_limit_is_reached_one_does(database: Database) -> None:
    limits = VendorLimitRepository(database)
    assert [await limits.replace("salesforce", None, SEEN) for _ in range(2)] == [True, False]
    later = [SEEN.asked(NOON + timedelta(minutes=15, seconds=number)) for number in range(8)]
    done = await asyncio.gather(*(limits.replace("salesforce", SEEN, asked) for asked in later))
    assert done.count(True) == 1
    opened = LimitState(state="open", used=1, total=1000, reserved_calls=100, seen_at=NOON)
    kept = await limits.read("salesforce")
    assert not await limits.replace("salesforce", SEEN, opened)
    assert await limits.replace("salesforce", kept, opened)


async def test_the_limits_of_two_pools_are_shared(database: Database, database_url: str) -> None:
    second, clock = await connect(database_url), Clock()
    one, other = (VendorLimits(VendorLimitRepository(pool), clock) for pool in (database, second))
    allowances = ApiAllowance(0.1, clock), ApiAllowance(0.1, clock)
    async with one.guard("salesforce", allowances[0]):
        allowances[0].note(950, 1000)
    async with other.guard("salesforce", allowances[1]):
        with pytest.raises(RateLimitedError):
            allowances[1].admit()
    await second.close()
