"""Spans of requests, and one message's way through gateway, workflow and activities as a collector sees it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from temporalio.client import Client

from config.settings import Settings
from config.telemetry import tracing
from gateway.app import create_app
from gateway.options import GatewayOptions
from gateway.telemetry import TraceRequests, telemetry
from storage.database import Database
from tests.collector import Collector, collecting
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import end_conversations, serving
from tests.gateway.workers import running_workers
from workers.telemetry import SERVICE as WORKER
from workers.telemetry import tracing_interceptors

CALLERS_TRACE = "00-11111111111111111111111111111111-2222222222222222-01"


async def _thing(request: Request) -> PlainTextResponse:
    if request.path_params["id"] == "broken":
        raise ValueError("anna@shop.example")
    return PlainTextResponse("ok", status_code=int(request.query_params.get("status", 200)))


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def http(exporter: InMemorySpanExporter) -> AsyncIterator[httpx.AsyncClient]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    routed = Starlette(routes=[Route("/things/{id}", _thing)])
    app = TraceRequests(_remembering_its_route(routed), provider.get_tracer("t"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


def _remembering_its_route(app: Starlette) -> Starlette:
    """FastAPI notes the route in the scope; plain Starlette does not."""
    route = app.routes[0]
    handle = route.handle

    async def noting(scope: dict[str, object], receive: object, send: object) -> None:
        scope["route"] = route
        await handle(scope, receive, send)  # type: ignore[arg-type]

    route.handle = noting  # type: ignore[method-assign, assignment]
    return app


def _only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


async def test_a_request_is_a_span_named_by_its_route(http: httpx.AsyncClient, exporter: InMemorySpanExporter) -> None:
    await http.get("/things/secret-id?token=abc", headers={"User-Agent": "anna"})
    span = _only(exporter)
    assert span.name == "GET /things/{id}"
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/things/{id}",
        "http.response.status_code": 200,
    }
    assert not any(word in span.to_json() for word in ("secret-id", "abc", "anna"))


@pytest.mark.parametrize(
    ("address", "name", "status", "code"),
    [
        ("/nowhere/anna", "GET other", 404, StatusCode.UNSET),
        ("/things/a?status=422", "GET /things/{id}", 422, StatusCode.UNSET),
        ("/things/a?status=503", "GET /things/{id}", 503, StatusCode.ERROR),
        ("/things/broken", "GET /things/{id}", 500, StatusCode.ERROR),
    ],
)
async def test_only_our_own_faults_are_errors(
    http: httpx.AsyncClient, exporter: InMemorySpanExporter, address: str, name: str, status: int, code: StatusCode
) -> None:
    await http.get(address)
    span = _only(exporter)
    assert span.attributes
    assert (span.name, span.attributes["http.response.status_code"], span.status.status_code) == (name, status, code)


async def test_a_strangers_trace_is_not_continued(http: httpx.AsyncClient, exporter: InMemorySpanExporter) -> None:
    await http.get("/things/a", headers={"traceparent": CALLERS_TRACE, "baggage": "name=anna"})
    span = _only(exporter)
    assert span.parent is None
    assert span.context
    assert f"{span.context.trace_id:032x}" not in CALLERS_TRACE


def test_off_by_default() -> None:
    with telemetry(Settings(otlp_endpoint=None)) as nothing:
        assert nothing is None


def _trace_of(collector: Collector, begins: str) -> set[bytes]:
    return {span.trace_id for _, span in collector.spans if span.name.startswith(begins)}


def _complete(collector: Collector) -> bool:
    """One trace has the signal of the gateway and the activities of the worker."""
    return bool(_trace_of(collector, "SignalWithStart") & _trace_of(collector, "RunActivity:deliver_message"))


async def test_a_messages_whole_way_is_one_trace_without_personal_data(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> None:
    target = temporal_client.service_client.config.target_host
    async with collecting() as collector:
        settings = Settings.model_validate({"otlp_endpoint": collector.url})
        with telemetry(settings) as sent, tracing(settings, WORKER) as provider:
            assert sent
            client = await Client.connect(
                target, data_converter=temporal_client.data_converter, interceptors=tracing_interceptors(provider)
            )
            app = create_app(options.model_copy(update={"temporal_address": target}), telemetry=sent)
            async with serving(app) as url, running_workers(client, database):
                await _converse(url, "I am Anna Secret, anna@shop.example")
                await asyncio.to_thread(_flush, sent.provider, provider)
                await collector.until(_complete)
                await collector.until(lambda seen: ("holdfast-gateway", "holdfast_open_approvals") in seen.metrics)
    await end_conversations(temporal_client)
    assert {"POST /v1/chat/sessions", "SignalWithStartWorkflow:ConversationWorkflow"} <= set(
        collector.names("holdfast-gateway")
    )
    assert not any(word in _told(span) for _, span in collector.spans for word in ("Anna", "anna", "Secret"))


def _flush(*providers: TracerProvider | None) -> None:
    for provider in providers:
        assert provider
        provider.force_flush()


def _told(span: Span) -> str:
    return str(span)


async def _converse(url: str, text: str) -> None:
    async with httpx.AsyncClient(base_url=url) as http:
        session = (await http.post("/v1/chat/sessions")).json()
    chat = await ChatClient.open(url, session, last_seq=0)
    await chat.say(text)
    await chat.reply()
    await chat.close()
