"""A worker's telemetry: the SDK's metrics, and spans that belong to the message that caused them."""

from datetime import timedelta
from typing import Any

import opentelemetry.context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from temporalio import client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.converter import PayloadConverter
from temporalio.runtime import OpenTelemetryConfig, PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import (
    HandleSignalInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from config.settings import Settings, variable_name
from config.telemetry import METRICS, otlp_headers, otlp_url
from domain.errors import InvalidInputError

SERVICE = "holdfast-worker"
SEND_EVERY = timedelta(seconds=15)


def runtime_of(settings: Settings, send_every: timedelta = SEND_EVERY) -> Runtime | None:
    """The SDK with its metrics served to Prometheus or, without a metrics port, sent to the collector.

    None: the SDK's own default, without metrics. Raises InvalidInputError for an address that cannot be listened on.
    """
    metrics = _metrics(settings, send_every)
    if metrics is None:
        return None
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=metrics, global_tags={"service": SERVICE}))
    except (RuntimeError, ValueError) as error:
        raise InvalidInputError(
            f"A worker cannot serve metrics on {settings.worker_host}, port {settings.worker_metrics_port}. "
            f"Correct {variable_name('worker_host')} or {variable_name('worker_metrics_port')}."
        ) from error


def _metrics(settings: Settings, send_every: timedelta) -> PrometheusConfig | OpenTelemetryConfig | None:
    if settings.worker_metrics_port is not None:
        return PrometheusConfig(
            bind_address=_address(settings.worker_host, settings.worker_metrics_port),
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
        )
    if settings.otlp_endpoint is None:
        return None
    return OpenTelemetryConfig(
        url=otlp_url(settings, METRICS),
        headers=otlp_headers(settings),
        metric_periodicity=send_every,
        durations_as_seconds=True,
        http=True,
    )


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def tracing_interceptors(provider: TracerProvider | None) -> list[client.Interceptor]:
    """For a worker's client: Temporal's own tracing, and after it the one that sorts activities by message."""
    if provider is None:
        return []
    return [TracingInterceptor(provider.get_tracer("holdfast")), ByMessageInterceptor()]


class ByMessageInterceptor(client.Interceptor, Interceptor):
    """Puts activities into the trace of the signal that came last.

    Without it they all join the trace in which the workflow was started. That would be one trace a conversation, for
    months, and the way of a later message would end at its signal.
    """

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    latest: Context | None = None

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self))

    async def handle_signal(self, input: HandleSignalInput) -> None:
        header = input.headers.get(TRACING.header_key)
        if header is not None:
            self.latest = TRACING.text_map_propagator.extract(PayloadConverter.default.from_payloads([header])[0])
        await super().handle_signal(input)


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, inbound: _Inbound) -> None:
        super().__init__(next)
        self._inbound = inbound

    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        if self._inbound.latest is None:
            return super().start_activity(input)
        token = opentelemetry.context.attach(self._inbound.latest)
        try:
            return super().start_activity(input)
        finally:
            opentelemetry.context.detach(token)


TRACING = TracingInterceptor()
"""How the header is named and read; it makes no spans here."""
