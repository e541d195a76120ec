"""A collector of OpenTelemetry: keeps what is posted to it by OTLP over HTTP."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Names of spans and metrics by service, and the headers that came along."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[tuple[str, Span]] = []
        self.metrics: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self._changed = asyncio.Condition()

    def names(self, service: str) -> list[str]:
        return [span.name for of, span in self.spans if of == service]

    async def until(self, holds: Callable[["Collector"], bool]) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def take_traces(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await self._body(request))
        for one in sent.resource_spans:
            service = _service(one.resource.attributes)
            self.spans += [(service, span) for scope in one.scope_spans for span in scope.spans]
        return await self._taken()

    async def take_metrics(self, request: web.Request) -> web.Response:
        sent = ExportMetricsServiceRequest.FromString(await self._body(request))
        for one in sent.resource_metrics:
            service = _service(one.resource.attributes)
            self.metrics += [(service, metric.name) for scope in one.scope_metrics for metric in scope.metrics]
        return await self._taken()

    async def _body(self, request: web.Request) -> bytes:
        self.headers.append(dict(request.headers))
        body = await request.read()
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body

    async def _taken(self) -> web.Response:
        async with self._changed:
            self._changed.notify_all()
        return web.Response(body=b"", content_type="application/x-protobuf")


def _service(attributes: Iterable[KeyValue]) -> str:
    return next((str(one.value.string_value) for one in attributes if one.key == "service.name"), "")


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """On a free port."""
    collector = Collector()
    application = web.Application()
    application.router.add_post("/v1/traces", collector.take_traces)
    application.router.add_post("/v1/metrics", collector.take_metrics)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        await runner.cleanup()
