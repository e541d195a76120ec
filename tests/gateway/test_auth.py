"""Whether a stream that is open may go on. Who may do what at all is in test_roles.py."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI, Request
from temporalio.client import Client

from gateway.app import create_app
from gateway.auth import ServicesOfCall, Viewer, still_caller
from gateway.options import GatewayOptions
from storage.api_keys import ApiKeyRepository
from storage.database import Database
from tests.gateway.conftest import ORGANISATION, Gateway, serving
from tests.gateway.signing_in import Browser, SignInGateway, sign_in_gateway

Meanwhile = Callable[[], Awaitable[object]]


class Watched:
    """A gateway with a stream: what happens `meanwhile` comes between its first answer and its second look."""

    meanwhile: Meanwhile

    def __init__(self, options: GatewayOptions, temporal: Client) -> None:
        self.app: FastAPI = create_app(options, temporal=temporal)

        @self.app.get("/watch")
        async def watch(request: Request, caller: Viewer, services: ServicesOfCall) -> bool:
            await self.meanwhile()
            return await still_caller(services, request, caller)


@pytest.fixture
async def console(options: GatewayOptions, database: Database, temporal_client: Client) -> AsyncIterator[SignInGateway]:
    async with sign_in_gateway(options, database, temporal_client) as console:
        await console.add("mia", "lead")
        yield console


@asynccontextmanager
async def watching(gateway: Gateway) -> AsyncIterator[tuple[Watched, httpx.AsyncClient]]:
    watched = Watched(gateway.options, gateway.temporal)
    async with serving(watched.app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield watched, http


async def goes_on(
    gateway: Gateway, meanwhile: Meanwhile, browser: Browser | None = None, headers: dict[str, str] | None = None
) -> bool:
    async with watching(gateway) as (watched, http):
        watched.meanwhile = meanwhile
        if browser is not None:
            http.cookies.update({"holdfast": browser.cookies["holdfast"]})
        answer = await http.get("/watch", headers=headers)
        assert answer.status_code == 200, answer.text
        return bool(answer.json())


async def nothing() -> None:
    """Happens."""


async def test_a_key_holds_until_it_is_revoked(gateway: Gateway) -> None:
    keys = ApiKeyRepository(gateway.database)
    headers = await gateway.key("viewer")
    assert await goes_on(gateway, nothing, headers=headers)
    assert not await goes_on(gateway, lambda: keys.revoke(ORGANISATION, "anna"), headers=headers)


async def test_a_sign_in_holds_and_is_not_used_by_looking(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    used = "SELECT used_at FROM sign_ins"
    await console.gateway.database.fetchval("UPDATE sign_ins SET used_at = used_at - interval '50 seconds'")
    before = await console.gateway.database.fetchval(used)
    assert await goes_on(console.gateway, nothing, browser)
    assert await console.gateway.database.fetchval(used) == before


async def test_less_ends_it_and_more_does_not(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    assert await goes_on(console.gateway, lambda: console.add("mia", "admin"), browser)
    assert not await goes_on(console.gateway, lambda: console.add("mia", "approver"), browser)


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE sign_ins SET revoked_at = now()",
        "UPDATE sign_ins SET ends_at = now()",
        "UPDATE sign_ins SET used_at = now() - interval '1 day'",
        "UPDATE people SET active = false",
        "UPDATE people SET roles = '{}'",
    ],
)
async def test_what_ends_a_sign_in_ends_its_streams(console: SignInGateway, ended: str) -> None:
    browser = await console.signed_in("mia")
    assert not await goes_on(console.gateway, lambda: console.gateway.database.fetchval(ended), browser)


async def test_another_organisation_ends_the_streams_of_the_one_before(console: SignInGateway) -> None:
    await console.add("m1", "lead", organisation="second", subject="mia")
    browser = await console.signed_in("mia")

    async def move() -> None:
        answer = await browser.ask("POST", "/v1/me/organisation", json={"organisation": "second"})
        assert answer.status_code == 200

    assert not await goes_on(console.gateway, move, browser)


async def test_use_is_written(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    await console.gateway.database.fetchval("UPDATE sign_ins SET used_at = used_at - interval '70 seconds'")
    before = await console.gateway.database.fetchval("SELECT used_at FROM sign_ins")
    await browser.get("/v1/me")
    after = await console.gateway.database.fetchval("SELECT used_at FROM sign_ins")
    assert after - before >= timedelta(seconds=60)


async def test_a_key_comes_before_a_sign_in(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    headers = await console.gateway.key("viewer", person="tom")
    assert (await browser.get("/v1/me", headers=headers)).json()["person_id"] == "tom"
    wrong = await browser.get("/v1/me", headers={"Authorization": "Bearer hf_wrong"})
    assert wrong.status_code == 401


async def test_who_is_signed_in_chats_as_a_customer_like_anybody(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    assert (await browser.post("/v1/chat/sessions")).status_code == 201
