"""A vendor's limit of calls a day: what one process finds reached, no other one tries."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from domain.delivery.limits import ASK_AGAIN_AFTER, LimitState
from domain.errors import RateLimitedError, StoreUnavailableError
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.limits import READ_EVERY, Limited, SharedLimits, VendorLimits
from tests.salesforce_organisation import Clock


class Shelf:
    """What the processes share, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, LimitState] = {}
        self.reads = 0
        self.away = False

    async def read(self, vendor: str) -> LimitState | None:
        self._answer()
        self.reads += 1
        return self.kept.get(vendor)

    async def replace(self, vendor: str, before: LimitState | None, after: LimitState) -> bool:
        self._answer()
        kept = self.kept.get(vendor)
        if kept is not None and not kept.says_the_same(before):
            return False
        self.kept[vendor] = after
        return True

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailableError("PostgreSQL does not answer.")


class Process:
    """One process that calls Salesforce, which tells how many calls are used."""

    def __init__(self, shelf: SharedLimits, clock: Clock) -> None:
        self.allowance = ApiAllowance(0.1, clock)
        self.limits = VendorLimits(shelf, clock)
        self.called = 0

    async def call(self, used: int | None) -> None:
        async with self.limits.guard("salesforce", self.allowance):
            self.allowance.admit()
            self.called += 1
            await asyncio.sleep(0)
            if used is None:
                self.allowance.note_exhausted()
            else:
                self.allowance.note(used, 1000)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("used", [950, None], ids=["reserved", "exhausted"])
async def test_what_one_finds_reached_no_other_tries(shelf: Shelf, clock: Clock, used: int | None) -> None:
    one, other, fresh = (Process(shelf, clock) for _ in range(3))
    await other.call(10)
    await one.call(used)
    clock.passes(READ_EVERY)
    for process in (one, other, fresh):
        with pytest.raises(RateLimitedError) as caught:
            await process.call(10)
        assert caught.value.retry_after == ASK_AGAIN_AFTER - READ_EVERY
    assert [one.called, other.called, fresh.called] == [1, 1, 0]


async def test_one_call_of_all_finds_out_and_all_know_what_it_found(shelf: Shelf, clock: Clock) -> None:
    processes = [Process(shelf, clock) for _ in range(4)]
    await processes[0].call(950)
    clock.passes(ASK_AGAIN_AFTER)
    for used in (950, 10):
        before = sum(process.called for process in processes)
        await asyncio.gather(*(process.call(used) for process in processes for _ in range(3)), return_exceptions=True)
        assert sum(process.called for process in processes) - before == 1
        clock.passes(ASK_AGAIN_AFTER)
    for process in processes:
        await process.call(11)
    assert {process.allowance.state.state for process in processes} == {"open"}


async def test_how_many_are_used_is_told_to_nobody_while_there_are_enough(shelf: Shelf, clock: Clock) -> None:
    process = Process(shelf, clock)
    for used in range(20):
        await process.call(used)
    assert shelf.kept == {}
    assert shelf.reads == 1


async def test_without_the_store_each_goes_by_what_it_knows(shelf: Shelf, clock: Clock) -> None:
    process = Process(shelf, clock)
    shelf.away = True
    with capture_logs() as logs:
        await process.call(950)
        with pytest.raises(RateLimitedError):
            await process.call(10)
        clock.passes(ASK_AGAIN_AFTER)
        await process.call(950)
    assert {line["event"] for line in logs} == {"vendor_limit_unread", "vendor_limit_unwritten"}
    shelf.away = False
    clock.passes(timedelta(minutes=1))
    with pytest.raises(RateLimitedError):
        await process.call(10)
    assert shelf.kept["salesforce"].state == "reserved"


async def test_a_call_that_fails_tells_what_it_found(shelf: Shelf, clock: Clock) -> None:
    process = Process(shelf, clock)

    async def fail() -> None:
        async with process.limits.guard("salesforce", process.allowance):
            process.allowance.note(950, 1000)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert shelf.kept["salesforce"].state == "reserved"


def test_an_adapter_says_that_its_vendor_has_a_limit() -> None:
    clock = Clock()

    class Crm:
        allowance = ApiAllowance(0.1, clock)

    assert isinstance(Crm(), Limited)
    assert not isinstance(object(), Limited)
