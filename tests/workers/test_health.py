"""`/healthz` of a worker process."""

import httpx
import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from domain.errors import InvalidInputError
from embedded.ports import free_port
from embedded.temporal_server import TemporalServer
from tests.workers.listener import Idle
from tests.workers.seen import until
from workers.health import answering


@pytest.fixture
async def worker(temporal_server: TemporalServer) -> Worker:
    client = await Client.connect(temporal_server.address)
    return Worker(client, task_queue="health", activities=[Idle().do_nothing])


async def _asked(port: int) -> tuple[int, dict[str, bool]]:
    async with httpx.AsyncClient(trust_env=False) as http:
        response = await http.get(f"http://127.0.0.1:{port}/healthz")
    return response.status_code, response.json()


async def test_it_is_healthy_while_its_workers_run(worker: Worker) -> None:
    port = free_port()
    async with answering([worker], "127.0.0.1", port):
        assert await _asked(port) == (503, {"health": False})
        async with worker:
            await until(lambda: worker.is_running)  # entering it only begins its start
            assert await _asked(port) == (200, {"health": True})
        assert await _asked(port) == (503, {"health": False})
    with pytest.raises(httpx.ConnectError):
        await _asked(port)


async def test_without_a_port_nobody_listens(worker: Worker) -> None:
    async with answering([worker], "127.0.0.1", None):
        pass


async def test_a_taken_port_is_told_with_its_setting(worker: Worker) -> None:
    port = free_port()
    async with answering([], "127.0.0.1", port):
        with pytest.raises(InvalidInputError, match="HOLDFAST_WORKER_HEALTH_PORT"):
            async with answering([worker], "127.0.0.1", port):
                pass
