"""The parts of a platform that are Holdfast itself."""

import sys
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from pydantic import SecretStr

from config.settings import Settings
from embedded.application import ROOT, answers, gateway_part, gateway_url, worker_part
from embedded.platform import workers_and_gateway
from embedded.ports import free_port
from sandbox.serving import serving


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path,
        database_url=SecretStr("postgresql://u:secret@db/holdfast"),
        temporal_address=f"127.0.0.1:{free_port()}",
        gateway_port=free_port(),
    )


def test_workers_come_before_the_gateway_and_have_numbers(settings: Settings) -> None:
    parts = workers_and_gateway(3)(settings)
    assert [part.name for part in parts] == ["worker-1", "worker-2", "worker-3", "gateway"]
    assert {part.folder for part in parts} == {ROOT}


def test_each_worker_has_a_port_of_its_own_for_its_metrics(settings: Settings) -> None:
    measured = settings.model_copy(update={"worker_metrics_port": 9100})
    ports = [(worker_part(measured, number).environment or {})["HOLDFAST_WORKER_METRICS_PORT"] for number in (1, 2, 3)]
    assert ports == ["9100", "9101", "9102"]
    assert not (worker_part(settings, 2).environment or {}).get("HOLDFAST_WORKER_METRICS_PORT")


def test_secrets_are_in_the_environment_and_never_in_the_command(settings: Settings) -> None:
    """Other users of the machine see commands."""
    for part in (worker_part(settings, 1), gateway_part(settings)):
        assert sys.executable in part.command
        assert "secret" not in " ".join(part.command)
        assert "secret" in (part.environment or {})["HOLDFAST_DATABASE_URL"]


@pytest.mark.parametrize(("status", "ready"), [(200, True), (204, True), (503, False), (404, False)])
async def test_a_part_is_ready_when_it_says_so(status: int, ready: bool) -> None:
    app = FastAPI()
    app.get("/readyz")(lambda: Response(status_code=status))
    with serving(app) as address:
        assert await answers(f"{address}/readyz") is ready


async def test_nobody_there_is_not_ready(settings: Settings) -> None:
    assert gateway_url(settings) == f"http://127.0.0.1:{settings.gateway_port}"
    assert not await gateway_part(settings).ready(1)
    assert not await worker_part(settings, 1).ready(1)


def _environment(number: int, **values: object) -> dict[str, str]:
    environment = worker_part(Settings.model_validate(values), number).environment
    assert environment is not None
    return dict(environment)


@pytest.mark.parametrize(
    ("number", "metrics", "health"), [(1, "9100", "9200"), (2, "9101", "9201"), (5, "9104", "9204")]
)
def test_each_worker_has_ports_of_its_own(number: int, metrics: str, health: str) -> None:
    environment = _environment(number, worker_metrics_port=9100, worker_health_port=9200)
    assert environment["HOLDFAST_WORKER_METRICS_PORT"] == metrics
    assert environment["HOLDFAST_WORKER_HEALTH_PORT"] == health


def test_no_port_stays_no_port() -> None:
    environment = _environment(2, worker_metrics_port=None, worker_health_port=None)
    assert (environment["HOLDFAST_WORKER_METRICS_PORT"], environment["HOLDFAST_WORKER_HEALTH_PORT"]) == ("", "")


def test_a_worker_of_the_platform_serves_every_queue() -> None:
    """It is alone, and ready when it asks for conversations."""
    assert _environment(1, worker_queues="llm")["HOLDFAST_WORKER_QUEUES"] == ""
