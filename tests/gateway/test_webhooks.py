"""What vendors post: believed when signed, kept before it is answered, and one message however often it comes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from gateway.app import create_app
from gateway.options import GatewayOptions
from integrations.channels.base import Received, WebhookRequest
from storage.conversations import ConversationRepository
from storage.database import Database
from tests.gateway.conftest import Gateway, end_conversations, serving
from tests.gateway.workers import running_workers
from tests.pigeons import EVENT, KIND, PigeonChannel, note, signature


@pytest.fixture
async def http(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(options, temporal=temporal_client, channels={KIND: PigeonChannel()})
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield http
    await end_conversations(temporal_client)


async def post(http: httpx.AsyncClient, *events: dict[str, Any], ring: str | None = None) -> httpx.Response:
    body = json.dumps(events).encode()
    return await http.post(f"/webhooks/{KIND}", content=body, headers={"X-Ring": ring or signature(body)})


async def kept(database: Database) -> int:
    count: int = await database.fetchval("SELECT count(*) FROM inbox")
    return count


async def test_a_signed_event_is_kept_and_answered_in_the_vendors_words(
    http: httpx.AsyncClient, database: Database
) -> None:
    response = await post(http, note("n-1"))
    assert (response.status_code, response.json()) == (200, {"fed": True})
    assert await kept(database) == 1


async def test_the_same_event_three_times_late_and_out_of_order_is_one_message(
    http: httpx.AsyncClient, database: Database, temporal_client: Client
) -> None:
    later, earlier = note("n-2", "and by mail?"), note("n-1")
    for events in ([later], [earlier], [later, earlier], [earlier]):
        assert (await post(http, *events)).status_code == 200
    async with running_workers(temporal_client, database):
        conversation_id = await database.fetchval("SELECT DISTINCT conversation_id FROM inbox")
        while len(await _customers_words(database, conversation_id)) < 2:
            await database.fetchval("SELECT pg_sleep(0.05)")
    assert sorted(await _customers_words(database, conversation_id)) == ["and by mail?", "how do I reset my password"]


async def _customers_words(database: Database, conversation_id: str) -> list[str]:
    messages = await ConversationRepository(database).messages_after(conversation_id, 0)
    return [message.text for message in messages if message.author == "customer"]


@pytest.mark.parametrize("ring", ["0" * 64, "", "ä"])
async def test_a_forged_event_is_refused_counted_and_not_kept(
    http: httpx.AsyncClient, database: Database, ring: str
) -> None:
    body = json.dumps([note("n-1")]).encode()
    response = await http.post(f"/webhooks/{KIND}", content=body, headers=[(b"X-Ring", ring.encode())])
    assert (response.status_code, response.json()["detail"]) == (401, "The ring is not ours.")
    assert await kept(database) == 0
    assert 'holdfast_webhooks_total{channel="pigeon",result="forged"} 1.0' in (await http.get("/metrics")).text


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'[{"kind": "message"}]', b"\xff\xfe"])
async def test_what_nobody_can_read_goes_to_quarantine_whole(
    http: httpx.AsyncClient, database: Database, body: bytes
) -> None:
    for _ in range(2):
        response = await http.post(f"/webhooks/{KIND}", content=body, headers={"X-Ring": signature(body)})
        assert response.status_code == 200
    assert await database.fetchval("SELECT array_agg(content) FROM quarantine") == [body]


async def test_a_value_that_no_adapter_foresaw_goes_to_quarantine_and_is_not_repeated(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> None:
    class Careless(PigeonChannel):
        async def read(self, request: WebhookRequest) -> Received:
            return Received(events=tuple(EVENT.validate_python(event) for event in json.loads(request.body)))

    app = create_app(options, temporal=temporal_client, channels={KIND: Careless()})
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        assert (await post(http, note("ada@example.com" * 20))).status_code == 200
        assert (
            f'holdfast_webhooks_total{{channel="{KIND}",result="unreadable"}} 1.0' in (await http.get("/metrics")).text
        )
    assert "ada@" not in await database.fetchval("SELECT reason FROM quarantine")


@pytest.mark.parametrize("channel", ["carrier", "web_chat", "Email", "http"])
async def test_a_channel_that_takes_no_webhooks_or_is_not_set_up_is_not_found(gateway: Gateway, channel: str) -> None:
    response = await gateway.http.post(f"/webhooks/{channel}", content=b"{}")
    assert response.status_code == 404


async def test_behind_a_proxy_the_address_is_the_public_one(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> None:
    seen: list[str] = []

    class Addressed(PigeonChannel):
        def verify(self, request: WebhookRequest) -> None:
            seen.append(request.url)

    behind = options.model_copy(update={"public_url": "https://support.example.com/"})
    app = create_app(behind, temporal=temporal_client, channels={KIND: Addressed()})
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        await http.post(f"/webhooks/{KIND}?step=said&heard=3", content=b"[]", headers={"Host": "evil.example"})
    assert seen == [f"https://support.example.com/webhooks/{KIND}?step=said&heard=3"]


async def test_a_body_above_the_limit_is_refused(http: httpx.AsyncClient, database: Database) -> None:
    response = await post(http, note("n-1", "x" * 1_100_000))
    assert response.status_code == 413
    assert await kept(database) == 0


async def test_a_long_text_fits_though_a_vendor_says_it_four_times(http: httpx.AsyncClient, database: Database) -> None:
    text = "ж" * 12_000
    body = json.dumps([note("n-1", text) | {"blocks": [text], "before": [text, text]}]).encode()
    response = await http.post(f"/webhooks/{KIND}", content=body, headers={"X-Ring": signature(body)})
    assert (response.status_code, await kept(database)) == (200, 1)
