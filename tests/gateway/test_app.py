"""The composed gateway: how much each address takes, and which pages of other origins may call it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.client import Client

from gateway.app import MAX_BODY_BYTES, MAX_WEBHOOK_BYTES
from gateway.media import MAX_FILE_BYTES
from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.conftest import Gateway, serve

SHOP = "https://shop.example"


@pytest.fixture
async def embedding(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose chat one page embeds."""
    allowing = options.model_copy(update={"widget_origins": (SHOP,)})
    async with serve(allowing, temporal_client) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield http


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v1/chat/sessions", MAX_BODY_BYTES),
        ("/v1/nowhere", MAX_BODY_BYTES),
        ("/webhooks/email", MAX_WEBHOOK_BYTES),
        ("/v1/chat/cv_12345678/files", MAX_FILE_BYTES + 16 * 1024),
    ],
)
async def test_each_address_has_its_limit(gateway: Gateway, path: str, limit: int) -> None:
    refused = await gateway.http.post(path, content=b"x" * (limit + 1))
    assert (refused.status_code, refused.json()["type"]) == (413, "/docs#problem-too-large")
    assert f"{limit // 1024} KiB" in refused.json()["detail"]
    taken = await gateway.http.post(path, content=b"x" * limit)
    assert taken.status_code != 413


@pytest.mark.parametrize(("origin", "allowed"), [(SHOP, SHOP), ("https://evil.example", None), ("null", None)])
async def test_only_pages_that_embed_the_chat_may_call_it(
    embedding: httpx.AsyncClient, origin: str, allowed: str | None
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = await embedding.options("/v1/chat/sessions", headers=asked)
    assert (preflight.status_code == 200) == (allowed is not None)
    assert preflight.headers.get("access-control-allow-origin") == allowed
    answer = await embedding.post("/v1/chat/sessions", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == allowed


async def test_a_method_that_the_chat_does_not_need_is_not_allowed(embedding: httpx.AsyncClient) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "DELETE"}
    assert (await embedding.options("/v1/chat/sessions", headers=asked)).status_code == 400


async def test_a_problem_has_the_headers_of_every_answer_too(gateway: Gateway) -> None:
    for answer in (
        await gateway.http.get("/v1/nowhere"),
        await gateway.http.post("/v1/chat/sessions", content=b"x" * (MAX_BODY_BYTES + 1)),
        await gateway.http.get("/v1/conversations"),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
async def test_pages_of_the_framework_are_not_there(gateway: Gateway, path: str) -> None:
    assert (await gateway.http.get(path)).status_code == 404
