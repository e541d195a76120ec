"""Traces and metrics sent to an OpenTelemetry collector. Nothing is sent unless `otlp_endpoint` is set.

No personal data leaves: spans carry kinds and our own ids, and `NamesOnly` takes the texts of errors away.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Status

from config.settings import Settings

TRACES = "/v1/traces"
METRICS = "/v1/metrics"


class NamesOnly(SpanExporter):
    """Exports spans without what an error says: its type stays, its text and its stack go."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_without_texts(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def resource(service: str) -> Resource:
    """Names the service; OTEL_RESOURCE_ATTRIBUTES, which the library reads, adds e.g. the environment."""
    return Resource.create({SERVICE_NAME: service})


def otlp_url(settings: Settings, path: str) -> str:
    """Where a signal goes. Only for settings that have an endpoint."""
    return f"{(settings.otlp_endpoint or '').rstrip('/')}{path}"


def otlp_headers(settings: Settings) -> dict[str, str]:
    """`name=value,name=value` as a dictionary; parts without `=` are left out."""
    text = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def tracer_provider(service: str, exporter: SpanExporter, ratio: float = 1.0) -> TracerProvider:
    """Spans of one process, handed to `exporter` in batches by a thread of their own."""
    provider = TracerProvider(sampler=ParentBasedTraceIdRatio(ratio), resource=resource(service))
    provider.add_span_processor(BatchSpanProcessor(NamesOnly(exporter)))
    return provider


@contextmanager
def tracing(settings: Settings, service: str) -> Iterator[TracerProvider | None]:
    """The process's spans for as long as the context lasts; its end sends the last ones. None: tracing is off."""
    if settings.otlp_endpoint is None:
        yield None
        return
    exporter = OTLPSpanExporter(otlp_url(settings, TRACES), headers=_headers(settings))
    provider = tracer_provider(service, exporter, settings.trace_sample_ratio)
    try:
        yield provider
    finally:
        provider.shutdown()


def _headers(settings: Settings) -> Mapping[str, str] | None:
    return otlp_headers(settings) or None


def _without_texts(span: ReadableSpan) -> ReadableSpan:
    described = span.status.description
    kind = described.partition(":")[0] if described else None
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, kind),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
