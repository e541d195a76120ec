"""What waits, as /metrics tells it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.queues import QUEUES
from embedded.ports import free_port
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer
from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.conftest import Gateway, serve
from tests.gateway.workers import running_workers


@pytest.fixture
async def temporal_client(tmp_path: Path) -> AsyncIterator[Client]:
    """One of its own: what waits in the shared one's queues is other tests', too."""
    async with Supervisor(tmp_path / "logs", lambda *_: None) as supervisor:
        server = TemporalServer(tmp_path / "temporal.db", port=free_port(), ui_port=None)
        await supervisor.start(server.part())
        await server.prepare_namespace()
        yield await Client.connect(server.address, data_converter=pydantic_data_converter)


async def _metrics(http: httpx.AsyncClient) -> dict[str, float]:
    lines = (await http.get("/metrics")).text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


async def _until(http: httpx.AsyncClient, name: str, value: float) -> dict[str, float]:
    """Temporal's own numbers lag behind by up to some seconds."""
    async with asyncio.timeout(60):
        while True:
            metrics = await _metrics(http)
            if metrics.get(name) == value:
                return metrics
            await asyncio.sleep(0.2)


async def test_every_queue_is_named_and_none_is_served(gateway: Gateway) -> None:
    metrics = await _metrics(gateway.http)
    for queue in QUEUES:
        assert f'holdfast_task_queue_backlog{{kind="activity",queue="{queue}"}}' in metrics
    assert 'holdfast_task_queue_pollers{kind="workflow",queue="conversations"}' in metrics
    assert metrics['holdfast_dependency_up{dependency="temporal"}'] == 1
    assert metrics['holdfast_dependency_up{dependency="postgresql"}'] == 1
    assert metrics["holdfast_oldest_approval_age_seconds"] == 0


async def test_a_message_that_no_worker_takes_is_a_waiting_task(gateway: Gateway) -> None:
    chat = await gateway.chat()
    await chat.say("Hello?")
    await chat.until("received")
    waiting = 'holdfast_task_queue_backlog{kind="workflow",queue="conversations"}'
    metrics = await _until(gateway.http, waiting, 1)
    assert metrics['holdfast_task_queue_age_seconds{kind="workflow",queue="conversations"}'] >= 0
    await _until(gateway.http, "holdfast_running_workflows", 1)
    async with running_workers(gateway.temporal, gateway.database):
        await chat.reply()
        metrics = await _until(gateway.http, waiting, 0)
    assert metrics['holdfast_task_queue_pollers{kind="workflow",queue="conversations"}'] >= 1


async def test_an_open_approval_is_counted_and_ages(platform: Gateway) -> None:
    chat = await platform.chat()
    await chat.say("I want a refund")
    metrics = await _until(platform.http, "holdfast_open_approvals", 1)
    assert metrics["holdfast_oldest_approval_age_seconds"] > 0
    assert metrics['holdfast_open_conversations{status="awaiting_approval"}'] == 1
    assert metrics['holdfast_open_conversations{status="open"}'] == 0


async def test_a_temporal_that_is_away_is_told_and_the_rest_still_measured(
    options: GatewayOptions, database: Database
) -> None:
    async with serve(options) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        metrics = await _metrics(http)
    assert metrics['holdfast_dependency_up{dependency="temporal"}'] == 0
    assert metrics['holdfast_dependency_up{dependency="postgresql"}'] == 1
    assert metrics["holdfast_open_approvals"] == 0
