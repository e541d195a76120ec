"""The gateway's spans and metrics on their way to an OpenTelemetry collector; off unless the settings name one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings
from config.telemetry import METRICS, otlp_headers, otlp_url, resource, tracing
from gateway.otlp_metrics import metrics_data

SERVICE = "holdfast-gateway"
SEND_EVERY = timedelta(seconds=15)
SERVER_ERROR = 500


@dataclass(frozen=True)
class Telemetry:
    """Where spans and metrics go."""

    provider: TracerProvider
    metrics: MetricExporter


@contextmanager
def telemetry(settings: Settings) -> Iterator[Telemetry | None]:
    """For as long as the context lasts; None when it is off."""
    with tracing(settings, SERVICE) as provider:
        if provider is None:
            yield None
            return
        exporter = OTLPMetricExporter(otlp_url(settings, METRICS), headers=otlp_headers(settings) or None)
        try:
            yield Telemetry(provider, exporter)
        finally:
            exporter.shutdown()


class TraceRequests:
    """ASGI middleware: one span for each HTTP request, named by its route.

    It has no address, query, header or client in it, which may be personal. A caller's own trace is not continued:
    callers are strangers, and what they send as baggage would be kept in Temporal's histories.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = SERVER_ERROR

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        with self._tracer.start_as_current_span(scope["method"], context=Context(), kind=SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, send_noting_status)
            finally:
                route = getattr(scope.get("route"), "path", "other")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                if status >= SERVER_ERROR:
                    span.set_status(Status(StatusCode.ERROR))


async def send_metrics(
    exporter: MetricExporter, registry: CollectorRegistry, measure: Callable[[], Awaitable[None]]
) -> None:
    """Until cancelled. A collector that is away misses some values; they are totals, which later ones include."""
    described = resource(SERVICE)
    while True:
        await measure()
        await asyncio.to_thread(exporter.export, metrics_data(registry, described))
        await asyncio.sleep(SEND_EVERY.total_seconds())
