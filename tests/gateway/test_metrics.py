"""What Prometheus is told of requests: routes and statuses, never what stands in an address."""

from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from prometheus_client import generate_latest
from starlette.types import Message

from gateway.metrics import GatewayMetrics, MeasureRequests

SECRET = "cv_secret00"
COUNT = "holdfast_http_request_seconds_count"


@pytest.fixture
def metrics() -> GatewayMetrics:
    return GatewayMetrics()


@pytest.fixture
def app(metrics: GatewayMetrics) -> FastAPI:
    app = FastAPI()
    app.state.services = SimpleNamespace(metrics=metrics)

    @app.get("/conversations/{conversation_id}")
    async def read(conversation_id: str) -> str:
        return conversation_id

    @app.post("/refused")
    async def refuse() -> None:
        raise HTTPException(409, "no")

    @app.get("/broken")
    async def fail() -> None:
        raise RuntimeError(SECRET)

    app.add_middleware(MeasureRequests)
    return app


def counted(metrics: GatewayMetrics, **labels: str) -> float:
    return metrics.registry.get_sample_value(COUNT, labels) or 0


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", f"/conversations/{SECRET}", "/conversations/{conversation_id}", "200"),
        ("POST", "/refused", "/refused", "409"),
        ("GET", "/broken", "/broken", "500"),
        ("GET", f"/nowhere/{SECRET}", "other", "404"),
    ],
)
async def test_a_request_counts_under_its_route(
    app: FastAPI, metrics: GatewayMetrics, method: str, path: str, route: str, status: str
) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        for _ in range(2):
            await http.request(method, path)
    assert counted(metrics, method=method, route=route, status=status) == 2
    assert SECRET.encode() not in generate_latest(metrics.registry)


async def test_a_socket_is_not_a_request(app: FastAPI, metrics: GatewayMetrics) -> None:
    passed: list[str] = []

    async def inner(scope: object, receive: object, send: object) -> None:
        passed.append("socket")

    async def nothing(*_: object) -> Message:
        raise AssertionError("nothing is read or sent here")

    await MeasureRequests(inner)({"type": "websocket", "app": app}, nothing, nothing)  # type: ignore[arg-type]
    assert passed == ["socket"]
    assert COUNT.encode() + b"{" not in generate_latest(metrics.registry)


def test_two_applications_of_one_process_count_apart() -> None:
    first, second = GatewayMetrics(), GatewayMetrics()
    first.messages_received.labels("sms").inc()
    name, labels = "holdfast_messages_received_total", {"channel": "sms"}
    assert first.registry.get_sample_value(name, labels) == 1
    assert second.registry.get_sample_value(name, labels) is None


def test_the_target_of_acknowledgements_is_the_bound_of_a_bucket(metrics: GatewayMetrics) -> None:
    """The target is 300 ms for 95 of 100, so a bucket has to end there."""
    metrics.acknowledgement_seconds.observe(0.3)
    metrics.acknowledgement_seconds.observe(0.301)
    name = "holdfast_acknowledgement_seconds_bucket"
    assert metrics.registry.get_sample_value(name, {"le": "0.3"}) == 1
    assert metrics.registry.get_sample_value(name, {"le": "0.5"}) == 2
