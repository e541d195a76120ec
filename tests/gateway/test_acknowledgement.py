"""Waiting for what was asked, over a real Temporal and a real store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import StartConversation, TakeOver, workflow_id
from domain.errors import ConflictError, NotFoundError, UnavailableError
from gateway import acknowledgement
from gateway.acknowledgement import ask
from gateway.options import GatewayOptions
from gateway.services import Services
from gateway.store import Store
from storage.database import Database
from tests.storage.stage import NOW

REQUEST = TakeOver(request_id="r-1", by=Person(id="anna", roles=("human_agent",)))
MESSAGE = CustomerMessage(message_id="m-1", text="Hello", received_at=NOW)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits here waits for the store, however slow the machine is."""
    monkeypatch.setattr(acknowledgement, "ACKNOWLEDGED_WITHIN", timedelta(minutes=1))


@pytest.fixture
def services(options: GatewayOptions, database: Database, temporal_client: Client) -> Services:
    return Services(options, temporal_client, Store(database), {})


@pytest.fixture
async def conversation(services: Services) -> AsyncIterator[str]:
    """A conversation that Temporal knows and no worker carries on."""
    name = f"cv_{uuid4().hex}"
    start = StartConversation(organisation=services.options.organisation, conversation_id=name)
    await services.conversations.receive(start, MESSAGE)
    yield name
    await services.temporal.get_workflow_handle(workflow_id(name)).terminate()


async def signals(services: Services, conversation: str) -> int:
    """How many signals the conversation has besides its first message."""
    history = await services.temporal.get_workflow_handle(workflow_id(conversation)).fetch_history()
    return sum(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events) - 1


def answering(*rows: str | Exception | None) -> Callable[[], Awaitable[str | None]]:
    """Reads one of these after the other; the last one stays."""
    left = list(rows)

    async def read() -> str | None:
        row = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(row, Exception):
            raise row
        return row

    return read


async def test_what_was_carried_out_before_is_not_asked_again(services: Services, conversation: str) -> None:
    assert await ask(services, conversation, REQUEST, answering("done")) == "done"
    assert await signals(services, conversation) == 0


async def test_a_row_that_was_written_before_the_first_look_back_needs_no_wake_up(
    services: Services, conversation: str
) -> None:
    assert await ask(services, conversation, REQUEST, answering(None, "done")) == "done"
    assert await signals(services, conversation) == 1


async def test_who_waits_is_woken_by_the_store_and_looks_until_the_row_is_there(
    services: Services, conversation: str
) -> None:
    looked = asyncio.Semaphore(0)
    rows = iter([None, None, None, "done"])

    async def read() -> str | None:
        looked.release()
        return next(rows)

    waiting = asyncio.create_task(ask(services, conversation, REQUEST, read))
    await looked.acquire()
    for _ in range(2):
        await looked.acquire()
        services.live.wake("another conversation")
        services.live.wake(conversation)
    assert await waiting == "done"


async def test_without_a_worker_nothing_is_said_to_be_done(
    services: Services, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acknowledgement, "ACKNOWLEDGED_WITHIN", timedelta(milliseconds=20))
    assert await ask(services, conversation, REQUEST, answering(None)) is None
    assert await signals(services, conversation) == 1


async def test_a_store_that_is_away_does_not_hide_that_temporal_took_it(services: Services, conversation: str) -> None:
    away = UnavailableError("PostgreSQL does not answer.")
    looked = asyncio.Semaphore(0)
    rows = answering(away, away, "done")

    async def read() -> str | None:
        looked.release()
        return await rows()

    waiting = asyncio.create_task(ask(services, conversation, REQUEST, read))
    for _ in range(2):
        await looked.acquire()
    services.live.wake(conversation)
    assert await waiting == "done"
    assert await signals(services, conversation) == 1


async def test_what_is_no_outage_is_an_error(services: Services, conversation: str) -> None:
    with pytest.raises(NotFoundError):
        await ask(services, conversation, REQUEST, answering(None, NotFoundError("There is no such approval.")))


async def test_a_request_that_temporal_refuses_is_not_waited_for(services: Services) -> None:
    with pytest.raises(ConflictError):
        await ask(services, f"cv_{uuid4().hex}", REQUEST, answering(None))
