"""What the gateway does while a dependency is away: nothing accepted is lost, nothing lost is called accepted."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.cable import Cable, cable_to
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import Gateway, end_conversations, serve
from tests.gateway.workers import running_workers
from tests.pigeons import KIND, PigeonChannel, note, signature


@pytest.fixture
async def postgres_cable(database_url: str) -> AsyncIterator[Cable]:
    folder = parse_qs(urlsplit(database_url).query)["host"][0]
    async with cable_to(lambda: asyncio.open_unix_connection(Path(folder) / ".s.PGSQL.5432")) as cable:
        yield cable


@pytest.fixture
async def temporal_cable(temporal_client: Client) -> AsyncIterator[Cable]:
    host, port = temporal_client.service_client.config.target_host.split(":")
    async with cable_to(lambda: asyncio.open_connection(host, int(port))) as cable:
        yield cable


@pytest.fixture
async def cabled(
    options: GatewayOptions,
    database: Database,
    temporal_client: Client,
    postgres_cable: Cable,
    temporal_cable: Cable,
) -> AsyncIterator[Gateway]:
    """A gateway whose dependencies hang on cables; the workers' own connections stay whole."""
    address = urlsplit(options.database_url.get_secret_value())
    over_cables = options.model_copy(
        update={
            "database_url": SecretStr(f"postgresql://{address.username}@127.0.0.1:{postgres_cable.port}{address.path}"),
            "temporal_address": f"127.0.0.1:{temporal_cable.port}",
        }
    )
    async with (
        running_workers(temporal_client, database),
        serve(over_cables, channels={KIND: PigeonChannel()}) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as http,
    ):
        yield Gateway(url, over_cables, http, database, temporal_client)
        await end_conversations(temporal_client)


async def test_messages_are_accepted_while_postgresql_is_away(cabled: Gateway, postgres_cable: Cable) -> None:
    chat = await cabled.chat()
    await postgres_cable.cut()
    await chat.say("is anybody there?", "m1")
    await chat.until("received", id="m1")
    ready = await cabled.http.get("/readyz")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["PostgreSQL"])
    await postgres_cable.mend()
    assert (await chat.reply())["text"] == "You asked: is anybody there?"
    assert [message["seq"] for message in chat.messages()] == [1, 2]


async def test_a_client_may_connect_while_postgresql_is_away(cabled: Gateway, postgres_cable: Cable) -> None:
    session = await cabled.session()
    first = await cabled.chat(session)
    await first.say("hello")
    await first.reply()
    await postgres_cable.cut()
    chat = await ChatClient.open(cabled.url, session)
    assert chat.messages() == []
    await chat.say("again", "m2")
    await chat.until("received", id="m2")
    await postgres_cable.mend()
    while len(chat.messages()) < 4:
        await chat.next()
    assert [message["seq"] for message in chat.messages()] == [1, 2, 3, 4]


async def test_the_api_says_that_postgresql_is_away(cabled: Gateway, postgres_cable: Cable) -> None:
    key = await cabled.key("viewer")
    await postgres_cable.cut()
    answer = await cabled.http.get("/v1/approvals", headers=key)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await cabled.http.post("/v1/chat/sessions")).status_code == 201
    assert (await cabled.http.get("/metrics")).status_code == 200


async def test_without_temporal_a_message_is_not_called_received(cabled: Gateway, temporal_cable: Cable) -> None:
    chat = await cabled.chat()
    await temporal_cable.cut()
    await chat.say("is anybody there?", "m1")
    refusal = await chat.until("error", id="m1")
    assert (refusal["retry"], refusal["problem"]["status"]) == (True, 503)
    assert "same id" in refusal["problem"]["detail"]
    ready = await cabled.http.get("/readyz")
    assert ready.json()["missing"] == ["Temporal"]
    await temporal_cable.mend()
    while refusal["type"] == "error":
        await chat.say("is anybody there?", "m1")
        refusal = await chat.next()
    assert refusal == {"type": "received", "id": "m1"}
    assert (await chat.reply())["text"] == "You asked: is anybody there?"
    assert 'holdfast_signals_failed_total{signal="receive_message"}' in (await cabled.http.get("/metrics")).text


async def _posts(gateway: Gateway, event_id: str) -> httpx.Response:
    body = json.dumps([note(event_id, "hello")]).encode()
    return await gateway.http.post(f"/webhooks/{KIND}", content=body, headers={"X-Ring": signature(body)})


async def test_a_vendor_is_asked_to_post_again_while_postgresql_is_away(cabled: Gateway, postgres_cable: Cable) -> None:
    assert (await _posts(cabled, "n-1")).status_code == 200
    await postgres_cable.cut()
    refused = await _posts(cabled, "n-2")
    assert (refused.status_code, bool(refused.headers["retry-after"])) == (503, True)
    await postgres_cable.mend()
    while (await _posts(cabled, "n-2")).status_code != 200:
        await cabled.database.fetchval("SELECT pg_sleep(0.05)")
    assert await cabled.database.fetchval("SELECT count(*) FROM inbox") == 2


async def test_a_vendor_is_answered_while_temporal_is_away_and_the_message_follows(
    cabled: Gateway, temporal_cable: Cable
) -> None:
    await temporal_cable.cut()
    assert (await _posts(cabled, "n-1")).status_code == 200
    await temporal_cable.mend()
    query = "SELECT count(*) FROM messages WHERE author = 'customer'"
    while await cabled.database.fetchval(query) != 1:
        await cabled.database.fetchval("SELECT pg_sleep(0.05)")


async def test_the_gateway_starts_without_temporal(
    options: GatewayOptions, database: Database, unused_tcp_port: int
) -> None:
    alone = options.model_copy(update={"temporal_address": f"127.0.0.1:{unused_tcp_port}"})
    async with serve(alone) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).json()["missing"] == ["Temporal"]
        chat = await ChatClient.open(url, (await http.post("/v1/chat/sessions")).json())
        await chat.say("hello", "m1")
        assert (await chat.until("error", id="m1"))["retry"] is True
