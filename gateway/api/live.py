"""`/v1/live`: what changes in the organisation, as server-sent events."""

from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from domain.errors import RetryableError
from gateway.api.requests import ServicesDependency
from gateway.auth import Caller, Viewer, still_caller
from gateway.feed import FeedReader
from gateway.services import Services

router = APIRouter(prefix="/v1", tags=["inbox"])

HEARTBEAT_SECONDS = 15.0
OPENING = b"retry: 2000\n\n"
HEARTBEAT = b": here\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Recheck = Callable[[], Awaitable[bool]]


def recheck(request: Request, caller: Viewer, services: ServicesDependency) -> Recheck:
    """Whether whoever opened the stream may still read it; a store that is away takes nobody's right."""

    async def still() -> bool:
        try:
            return await still_caller(services, request, caller)
        except RetryableError:
            return True

    return still


class EventStream(StreamingResponse):
    """Server-sent events, named so in the description of the interface."""

    media_type = "text/event-stream"


@router.get("/live", response_class=EventStream)
async def live(
    caller: Viewer, services: ServicesDependency, may_still: Annotated[Recheck, Depends(recheck)]
) -> EventStream:
    """Server-sent events of your organisation, from `resync` on: then read everything anew.

    `conversation` has `conversation_id`, and `kind` unless it changed in several ways; `presence` and `typing` have
    `conversation_id`, `person_id`, `state` and `until`; `room` has `room_id`; `sending` has nothing.
    A comment comes every 15 seconds. The stream ends when your key or session does.
    """
    return EventStream(_stream(services, caller, may_still), headers=HEADERS)


async def _stream(services: Services, caller: Caller, may_still: Recheck) -> AsyncIterator[bytes]:
    with (
        services.feed.open(caller.organisation, caller.person.id) as reader,
        services.metrics.open_streams.track_inprogress(),
    ):
        yield OPENING
        async for chunk in _chunks(reader, may_still):
            yield chunk


async def _chunks(reader: FeedReader, may_still: Recheck) -> AsyncIterator[bytes]:
    """Events as they come, and a heartbeat, at which the caller is asked for again."""
    due = monotonic() + HEARTBEAT_SECONDS
    while not reader.ended:
        events = await reader.next(max(0.0, due - monotonic()))
        if events and not reader.ended:
            yield b"".join(event.encoded for event in events)
        if monotonic() >= due:
            if not await may_still():
                return
            yield HEARTBEAT
            due = monotonic() + HEARTBEAT_SECONDS
