"""The gateway on a real port, with real workers on a real Temporal server and a real PostgreSQL."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp
from temporalio.client import Client
from temporalio.service import RPCError

from domain.conversation.confidence import Calibration
from gateway.app import create_app
from gateway.options import GatewayOptions
from gateway.server import GatewayServer, end_streams
from integrations.channels.base import Channel
from storage.api_keys import ApiKeyRepository
from storage.database import Database, connect
from storage.specs import SpecRepository
from tests.gateway.chat_client import ChatClient
from tests.gateway.workers import STAFFED, running_workers
from tests.organisation import VERSION

ORGANISATION = VERSION.specification.organisation
CERTIFICATES = ssl.create_default_context()
"""Read once: a client of HTTP reads them whether it needs them or not."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With the test organisation's specification published, and the one with people that conversations follow."""
    database = await connect(database_url)
    specs = SpecRepository(database)
    await specs.publish(STAFFED, b"", Calibration(), "test")
    await specs.publish(VERSION, b"", Calibration(), "test")
    yield database
    await database.close()


@dataclass(frozen=True)
class Gateway:
    """A served gateway."""

    url: str
    options: GatewayOptions
    http: httpx.AsyncClient
    database: Database
    temporal: Client

    async def session(self, **options: Any) -> dict[str, str]:
        response = await self.http.post("/v1/chat/sessions", **options)
        assert response.status_code == 201, response.text
        session: dict[str, str] = response.json()
        return session

    async def chat(self, session: dict[str, str] | None = None, last_seq: int = 0) -> ChatClient:
        return await ChatClient.open(self.url, session or await self.session(), last_seq=last_seq)

    async def key(self, *roles: str, person: str = "anna", organisation: str = ORGANISATION) -> dict[str, str]:
        """Headers with a new API key."""
        key = await ApiKeyRepository(self.database).create(organisation, person, roles)
        return {"Authorization": f"Bearer {key}"}


class _Server(GatewayServer):
    """Says when it is up."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config, stopping)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on a free port; gives the address."""
    # asyncio turns Nagle off only where the protocol is named; with it each answer waits 40 ms for an acknowledgement.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        stopping = end_streams(app) if isinstance(app, FastAPI) else lambda: None
        server = _Server(uvicorn.Config(app, log_level="warning", ws_max_size=8 * 65536), stopping)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        up = asyncio.create_task(server.up.wait())
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def serve(
    options: GatewayOptions, temporal: Client | None = None, channels: Mapping[str, Channel] | None = None
) -> AsyncIterator[str]:
    async with serving(create_app(options, temporal=temporal, channels=channels)) as url:
        yield url


async def end_conversations(client: Client) -> None:
    """The Temporal server is shared by all tests of a process, the database is not."""
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        with suppress(RPCError):
            await client.get_workflow_handle(execution.id).terminate()


@pytest.fixture
def options(database_url: str) -> GatewayOptions:
    return GatewayOptions(
        organisation=ORGANISATION,
        database_url=SecretStr(database_url),
        temporal_address="127.0.0.1:1",
        chat_token_secret=SecretStr("a secret of the tests, long enough"),
        chat_sessions_per_minute=1000,
    )


@pytest.fixture
async def gateway(options: GatewayOptions, database: Database, temporal_client: Client) -> AsyncIterator[Gateway]:
    """Without workers: what is accepted waits."""
    async with (
        serve(options, temporal_client) as url,
        httpx.AsyncClient(base_url=url, timeout=30, verify=CERTIFICATES) as http,
    ):
        yield Gateway(url, options, http, database, temporal_client)
    await end_conversations(temporal_client)


@pytest.fixture
async def platform(gateway: Gateway) -> AsyncIterator[Gateway]:
    """With workers."""
    async with running_workers(gateway.temporal, gateway.database):
        yield gateway
