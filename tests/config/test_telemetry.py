"""What is sent to a collector, and what is not."""

import asyncio

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode
from pydantic import ValidationError

from config.settings import Settings
from config.telemetry import otlp_headers, otlp_url, tracer_provider, tracing
from tests.collector import collecting

SECRET = "anna@shop.example wants her money"


def test_nothing_is_traced_unless_somebody_says_where_to() -> None:
    with tracing(Settings(otlp_endpoint=None), "test") as provider:
        assert provider is None


async def test_spans_reach_the_collector_with_its_key() -> None:
    async with collecting() as collector:
        settings = Settings.model_validate({"otlp_endpoint": f"{collector.url}/", "otlp_headers": "dd-api-key=k1"})
        await asyncio.to_thread(_work, settings)
    assert collector.names("test") == ["work"]
    assert collector.headers[0]["dd-api-key"] == "k1"


def _work(settings: Settings) -> None:
    with tracing(settings, "test") as provider:
        assert provider
        with provider.get_tracer("t").start_as_current_span("work"):
            pass


def _fail(provider: TracerProvider) -> None:
    with provider.get_tracer("t").start_as_current_span("work") as span:
        span.set_attribute("kind", "test")
        raise ValueError(SECRET)


def _failed() -> ReadableSpan:
    exporter = InMemorySpanExporter()
    provider = tracer_provider("test", exporter)
    with pytest.raises(ValueError, match="anna"):
        _fail(provider)
    provider.force_flush()
    (sent,) = exporter.get_finished_spans()
    return sent


def test_an_error_is_named_and_not_quoted() -> None:
    span = _failed()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "ValueError"
    assert SECRET not in span.to_json()
    assert span.attributes == {"kind": "test"}
    assert list(span.events) == []


def test_a_status_without_a_text_stays() -> None:
    exporter = InMemorySpanExporter()
    provider = tracer_provider("test", exporter)
    provider.get_tracer("t").start_span("fine").end()
    failed = provider.get_tracer("t").start_span("failed")
    failed.set_status(Status(StatusCode.ERROR))
    failed.end()
    provider.force_flush()
    assert [(span.name, span.status.description) for span in exporter.get_finished_spans()] == [
        ("fine", None),
        ("failed", None),
    ]


def test_a_share_of_nothing_traces_nothing() -> None:
    exporter = InMemorySpanExporter()
    provider = tracer_provider("test", exporter, 0.0)
    provider.get_tracer("t").start_span("work").end()
    provider.force_flush()
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (None, {}),
        ("a=1", {"a": "1"}),
        (" a = 1 , b=2=3", {"a": "1", "b": "2=3"}),
        ("nonsense", {}),
    ],
)
def test_headers_are_read(text: str | None, headers: dict[str, str]) -> None:
    assert otlp_headers(Settings.model_validate({"otlp_headers": text})) == headers


@pytest.mark.parametrize("endpoint", ["http://collector:4318", "http://collector:4318/"])
def test_a_signals_path_is_added_once(endpoint: str) -> None:
    assert otlp_url(Settings(otlp_endpoint=endpoint), "/v1/traces") == "http://collector:4318/v1/traces"


@pytest.mark.parametrize("wrong", [{"otlp_endpoint": "collector:4317"}, {"trace_sample_ratio": 1.5}])
def test_a_mistake_is_told_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)
