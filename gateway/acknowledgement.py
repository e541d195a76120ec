"""Waiting, for a bounded time, until what was asked is carried out; the store wakes the waiting, nothing polls."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from domain.conversation.requests import AnyRequest, EnterJourney
from domain.errors import RetryableError
from gateway.services import Services

T = TypeVar("T")
ACKNOWLEDGED_WITHIN = timedelta(seconds=5)


async def ask(
    services: Services,
    conversation_id: str,
    request: AnyRequest | EnterJourney,
    read: Callable[[], Awaitable[T | None]],
) -> T | None:
    """Send the request, then wait for the row that `read` looks for.

    None: Temporal keeps the request, and no worker has carried it out yet. A request whose row exists already is not
    sent again.
    """
    return await sent(services, conversation_id, lambda: services.conversations.request(conversation_id, request), read)


async def sent(
    services: Services,
    conversation_id: str,
    send: Callable[[], Awaitable[None]],
    read: Callable[[], Awaitable[T | None]],
) -> T | None:
    """The same, for what is sent in another way."""
    with services.live.watch(conversation_id) as wake:
        done = await _quietly(read)
        if done is not None:
            return done
        await send()
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN.total_seconds()):
                return await _wait(wake, read)
        except TimeoutError:
            return None


async def _wait(wake: asyncio.Event, read: Callable[[], Awaitable[T | None]]) -> T:
    while True:
        wake.clear()
        done = await _quietly(read)
        if done is not None:
            return done
        await wake.wait()


async def _quietly(read: Callable[[], Awaitable[T | None]]) -> T | None:
    """A store that is away is no reason to say that a decision was lost: Temporal has it."""
    try:
        return await read()
    except RetryableError:
        return None
