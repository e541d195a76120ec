import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery.vendors import VendorState
from domain.errors import CredentialsError, NotFoundError, RateLimitedError, RetryableError, UnavailableError
from integrations.breakers import FAILURES, PAUSE, READ_EVERY, Breakers

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Shared:
    """What PostgreSQL does, in memory; may be away."""

    def __init__(self) -> None:
        self.rows: dict[str, VendorState] = {}
        self.away = False

    async def read(self) -> list[VendorState]:
        self._answer()
        return list(self.rows.values())

    async def replace(self, before: VendorState | None, after: VendorState) -> bool:
        self._answer()
        if self.rows.get(after.vendor) != before:
            return False
        self.rows[after.vendor] = after
        return True

    def _answer(self) -> None:
        if self.away:
            raise UnavailableError("PostgreSQL does not answer.")


class Stage:
    """Two processes with their clocks together."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.shared = Shared()
        self.one, self.other = (Breakers(self.shared, self.clock) for _ in range(2))

    @property
    def state(self) -> VendorState:
        return self.shared.rows["salesforce"]

    async def fail(self, times: int = 1, breakers: Breakers | None = None, error: Exception | None = None) -> None:
        for _ in range(times):
            await self.call(breakers, error or UnavailableError("Salesforce does not answer."))

    async def call(self, breakers: Breakers | None = None, error: Exception | None = None) -> Exception | None:
        """The error of one call, which a breaker may have refused."""
        try:
            async with (breakers or self.one).guard("salesforce"):
                if error:
                    raise error
        except Exception as raised:  # noqa: BLE001 (whatever comes is what the test looks at)
            return raised
        return None

    async def refused(self, breakers: Breakers | None = None) -> bool:
        refusal = await self.call(breakers)
        assert refusal is None or "does not answer since" in str(refusal)
        return refusal is not None


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_vendor_that_fails_again_and_again_is_left_alone(stage: Stage) -> None:
    await stage.fail(FAILURES - 1)
    assert not (await stage.refused())
    await stage.fail(FAILURES)
    with pytest.raises(UnavailableError) as refusal:
        async with stage.one.guard("salesforce"):
            pytest.fail("the vendor was called")
    assert str(refusal.value) == "Salesforce does not answer since 12:00 UTC; next try 12:00 UTC."
    assert refusal.value.retry_after == PAUSE
    assert stage.state.last_error == "UnavailableError"


@pytest.mark.parametrize("error", [RateLimitedError("slower"), NotFoundError("no such contact")])
async def test_whoever_limits_us_or_knows_nothing_has_answered(stage: Stage, error: Exception) -> None:
    await stage.fail(FAILURES - 1)
    await stage.fail(error=error)
    await stage.fail(FAILURES - 1)
    assert not await stage.refused()


async def test_a_vendor_that_refuses_our_credentials_is_left_alone_until_a_try_is_let_in(stage: Stage) -> None:
    await stage.fail(FAILURES, error=CredentialsError("The password is wrong."))
    refusal = await stage.call()
    assert isinstance(refusal, CredentialsError)
    assert str(refusal) == "Salesforce refuses our credentials since 12:00 UTC; next try 12:00 UTC."
    stage.clock.now += PAUSE
    assert await stage.call() is None
    assert stage.state.answers


async def test_a_mistake_of_ours_says_nothing_about_the_vendor(stage: Stage) -> None:
    await stage.fail(FAILURES - 1)
    assert isinstance(await stage.call(error=KeyError("x")), KeyError)
    await stage.fail()
    assert await stage.refused()


async def test_after_the_pause_one_call_tries_it_and_an_answer_closes_it(stage: Stage) -> None:
    await stage.fail(FAILURES)
    stage.clock.now += PAUSE
    async with stage.one.guard("salesforce"):
        assert stage.state.state == "half_open"
        refusal = await stage.call()
        assert isinstance(refusal, RetryableError)
        assert refusal.retry_after == 2 * SECOND
        assert await stage.refused(stage.other)
    assert (stage.state.state, stage.state.since) == ("closed", NOON + PAUSE)
    assert not await stage.refused()


async def test_a_failed_try_opens_it_again_at_once(stage: Stage) -> None:
    await stage.fail(FAILURES)
    stage.clock.now += PAUSE
    await stage.fail()
    assert (stage.state.state, stage.state.since) == ("open", NOON)
    assert stage.state.next_try_at == NOON + 2 * PAUSE
    assert await stage.refused()


async def test_a_try_whose_process_died_is_made_again(stage: Stage) -> None:
    await stage.fail(FAILURES)
    stage.clock.now += PAUSE
    with pytest.raises(asyncio.CancelledError):
        async with stage.one.guard("salesforce"):
            raise asyncio.CancelledError
    assert stage.state.state == "half_open"
    assert await stage.refused(stage.other)
    stage.clock.now += PAUSE
    assert not await stage.refused(stage.other)
    assert stage.state.answers


async def test_another_process_knows_within_a_second(stage: Stage) -> None:
    assert not await stage.refused(stage.other)
    await stage.fail(FAILURES)
    stage.clock.now += READ_EVERY
    assert await stage.refused(stage.other)
    stage.clock.now += PAUSE
    assert not await stage.refused(stage.other)
    stage.clock.now += READ_EVERY
    assert not await stage.refused()


async def test_of_two_processes_that_know_the_same_one_tries(stage: Stage) -> None:
    await stage.fail(FAILURES)
    stage.clock.now += PAUSE
    async with stage.other.guard("zendesk"):
        pass
    async with stage.one.guard("salesforce"):
        assert await stage.refused(stage.other)


async def test_failures_before_a_silence_do_not_count_after_it(stage: Stage) -> None:
    await stage.fail(FAILURES - 1, stage.other)
    await stage.fail(FAILURES)
    stage.clock.now += READ_EVERY
    assert await stage.refused(stage.other)
    stage.clock.now += PAUSE
    assert not await stage.refused()
    stage.clock.now += READ_EVERY
    await stage.fail(FAILURES - 1, stage.other)
    assert not await stage.refused(stage.other)


async def test_calls_that_began_before_change_nothing(stage: Stage) -> None:
    async with stage.one.guard("salesforce"):
        await stage.fail(FAILURES)
    assert stage.state.state == "open"
    with pytest.raises(UnavailableError):
        async with stage.other.guard("salesforce"):
            pass


async def test_a_try_that_ends_after_another_process_was_answered_opens_nothing(stage: Stage) -> None:
    await stage.fail(FAILURES)
    stage.clock.now += PAUSE

    async def late() -> None:
        async with stage.one.guard("salesforce"):
            stage.clock.now += PAUSE
            assert not await stage.refused(stage.other)
            stage.clock.now += READ_EVERY
            assert not await stage.refused()
            raise UnavailableError("late")

    with pytest.raises(UnavailableError, match="late"):
        await late()
    assert stage.state.answers


async def test_without_the_store_a_process_decides_alone(stage: Stage) -> None:
    stage.shared.away = True
    await stage.fail(FAILURES)
    assert await stage.refused()
    stage.clock.now += PAUSE
    assert not await stage.refused()
    assert stage.shared.rows == {}


async def test_vendors_do_not_know_of_each_other(stage: Stage) -> None:
    await stage.fail(FAILURES)
    async with stage.one.guard("zendesk"):
        pass
    assert stage.shared.rows["zendesk"].answers
