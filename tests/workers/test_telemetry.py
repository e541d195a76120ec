"""A worker's metrics, and which trace an activity belongs to."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import Worker

from config.settings import Settings
from domain.errors import InvalidInputError
from embedded.ports import free_port
from embedded.temporal_server import TemporalServer
from tests.collector import Collector, collecting
from tests.workers.listener import Idle, Listener
from workers.sandbox import workflow_runner
from workers.telemetry import runtime_of, tracing_interceptors


def _settings(**values: object) -> Settings:
    return Settings.model_validate({"otlp_endpoint": None, "worker_metrics_port": None, **values})


async def _converse(client: Client, messages: list[str], max_cached_workflows: int = 10) -> None:
    """Send messages one after the other, each when the one before is done."""
    queue = f"telemetry-{uuid4().hex}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Listener],
        activities=[Idle().do_nothing],
        workflow_runner=workflow_runner(),
        max_cached_workflows=max_cached_workflows,
    ):
        first, *others = messages
        handle = await client.start_workflow(
            Listener.run, id=queue, task_queue=queue, start_signal="hear", start_signal_args=[first]
        )
        for number, message in enumerate(others, start=1):
            await _completed(client, queue, number)
            await handle.signal(Listener.hear, message)
        await handle.result()


async def _completed(client: Client, workflow_id: str, activities: int) -> None:
    async with asyncio.timeout(30):
        while True:
            history = await client.get_workflow_handle(workflow_id).fetch_history()
            done = [event.HasField("activity_task_completed_event_attributes") for event in history.events]
            if done.count(True) >= activities:
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("cached", [10, 0], ids=["cached", "replayed"])
async def test_an_activity_belongs_to_the_trace_of_the_message_that_caused_it(
    temporal_server: TemporalServer, cached: int
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    client = await Client.connect(temporal_server.address, interceptors=tracing_interceptors(provider))
    await _converse(client, ["one", "two", "end"], cached)
    spans = exporter.get_finished_spans()
    sent = [_trace(span) for span in spans if span.name in {"SignalWithStartWorkflow:Listener", "SignalWorkflow:hear"}]
    ran = [_trace(span) for span in spans if span.name == "RunActivity:do_nothing"]
    assert len(set(sent)) == 3
    assert ran == sent


def _trace(span: ReadableSpan) -> int:
    assert span.context
    return int(span.context.trace_id)


async def test_without_a_trace_nothing_is_made_up(temporal_server: TemporalServer) -> None:
    """A signal by the Temporal UI carries no trace."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    quiet = await Client.connect(temporal_server.address)
    config = quiet.config()
    config["interceptors"] = tracing_interceptors(provider)[1:]
    await _converse(Client(**config), ["end"])
    assert exporter.get_finished_spans() == ()


def test_no_provider_no_interceptors() -> None:
    assert tracing_interceptors(None) == []


def test_without_a_setting_the_sdk_measures_nothing() -> None:
    assert runtime_of(_settings()) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104 (told so, it listens everywhere)
async def test_prometheus_reads_schedule_to_start_latency(temporal_server: TemporalServer, host: str) -> None:
    port = free_port()
    runtime = runtime_of(_settings(worker_host=host, worker_metrics_port=port))
    await _converse(await _connected(temporal_server, runtime), ["end"])
    address = "[::1]" if host == "::1" else "127.0.0.1"
    async with httpx.AsyncClient(trust_env=False) as http:
        metrics = (await http.get(f"http://{address}:{port}/metrics")).text
    for name in ("workflow_task", "activity"):
        assert f"temporal_{name}_schedule_to_start_latency_seconds_bucket" in metrics
    assert "temporal_workflow_completed_total" in metrics


async def test_a_port_that_is_taken_is_told_with_its_setting() -> None:
    port = free_port()
    runtime = runtime_of(_settings(worker_metrics_port=port))
    assert runtime
    with pytest.raises(InvalidInputError, match="HOLDFAST_WORKER_METRICS_PORT"):
        runtime_of(_settings(worker_metrics_port=port))


async def test_a_collector_gets_the_metrics_where_nobody_reads_them(
    temporal_server: TemporalServer,
) -> None:
    async with collecting() as collector:
        runtime = runtime_of(_settings(otlp_endpoint=collector.url, otlp_headers="key=1"), timedelta(seconds=1))
        await _converse(await _connected(temporal_server, runtime), ["end"])
        await collector.until(_has("temporal_activity_schedule_to_start_latency"))
    assert collector.headers[0]["key"] == "1"


def _has(name: str) -> Callable[[Collector], bool]:
    return lambda collector: any(metric.startswith(name) for _, metric in collector.metrics)


async def _connected(server: TemporalServer, runtime: Runtime | None) -> Client:
    assert runtime
    return await Client.connect(server.address, runtime=runtime)
