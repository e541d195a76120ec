import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest
from temporalio.client import Client

from gateway.api import live
from gateway.options import GatewayOptions
from storage.api_keys import ApiKeyRepository
from storage.database import Database
from storage.presences import PresenceRepository
from storage.views import Notification
from tests.gateway.conftest import ORGANISATION, Gateway, serve
from tests.gateway.sse import EventReader, listening
from tests.storage.stage import NOW


async def test_what_changes_is_told_as_it_happens(platform: Gateway) -> None:
    async with listening(platform.url, await platform.key("viewer")) as events:
        session = await platform.session()
        chat = await platform.chat(session)
        await chat.say("hello")
        event = await events.until("conversation")
        assert event.data["conversation_id"] == session["conversation_id"]


async def test_another_organisation_hears_nothing(gateway: Gateway, database: Database) -> None:
    theirs = await gateway.key("viewer", organisation="other")
    ours = await gateway.key("viewer")
    async with listening(gateway.url, theirs) as other, listening(gateway.url, ours) as events:
        presences = PresenceRepository(database)
        await presences.say(ORGANISATION, "conversation-1", "bo", "looking", NOW)
        await events.until("presence", person_id="bo")
        await database.announce(Notification(kind="sending", organisation="other"))
        assert (await other.next()).name == "sending"


async def test_it_needs_a_key(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/live")).status_code == 401
    assert (await gateway.http.get("/v1/live", headers={"Authorization": "Bearer hf_no"})).status_code == 401
    assert (await gateway.http.get("/v1/live", headers=await gateway.key("integration"))).status_code == 403


async def ended(events: EventReader) -> bool:
    try:
        while True:
            await events.next()
    except (StopAsyncIteration, httpx.RemoteProtocolError):
        return True


async def test_a_stream_ends_when_its_key_is_revoked(
    gateway: Gateway, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    headers = await gateway.key("viewer", person="cy")
    async with listening(gateway.url, headers) as events:
        await ApiKeyRepository(database).revoke(ORGANISATION, "cy")
        assert await asyncio.wait_for(ended(events), 20)


async def test_the_gateway_stops_with_streams_open(
    options: GatewayOptions, gateway: Gateway, temporal_client: Client
) -> None:
    """Without a limit in the server: it would wait for ever."""
    headers = await gateway.key("viewer")
    async with AsyncExitStack() as streams:
        async with asyncio.timeout(30), serve(options, temporal_client) as url:
            opened = [await streams.enter_async_context(listening(url, headers)) for _ in range(3)]
        assert all([await ended(events) for events in opened])
