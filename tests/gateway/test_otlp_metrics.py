"""A Prometheus registry in OpenTelemetry's shape."""

from opentelemetry.sdk.metrics.export import Gauge as OtlpGauge
from opentelemetry.sdk.metrics.export import Histogram as OtlpHistogram
from opentelemetry.sdk.metrics.export import Metric, Sum
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway.metrics import GatewayMetrics
from gateway.otlp_metrics import metrics_data


def _metrics(registry: CollectorRegistry) -> dict[str, Metric]:
    (resource,) = metrics_data(registry, Resource({"service.name": "test"})).resource_metrics
    assert resource.resource.attributes == {"service.name": "test"}
    return {metric.name: metric for scope in resource.scope_metrics for metric in scope.metrics}


def test_a_counter_is_a_growing_sum_without_its_creation_time() -> None:
    registry = CollectorRegistry()
    counter = Counter("messages", "Messages.", ["channel"], registry=registry)
    counter.labels("sms").inc(3)
    counter.labels("email").inc()
    metric = _metrics(registry)["messages"]
    assert isinstance(metric.data, Sum)
    assert metric.data.is_monotonic
    assert metric.description == "Messages."
    assert {point.attributes["channel"]: point.value for point in metric.data.data_points if point.attributes} == {
        "sms": 3,
        "email": 1,
    }


def test_a_gauge_is_a_gauge() -> None:
    registry = CollectorRegistry()
    Gauge("open", "Open.", registry=registry).set(2.5)
    data = _metrics(registry)["open"].data
    assert isinstance(data, OtlpGauge)
    assert [point.value for point in data.data_points] == [2.5]


def test_a_histograms_buckets_no_longer_contain_each_other() -> None:
    registry = CollectorRegistry()
    histogram = Histogram("seconds", "Seconds.", ["route"], buckets=(0.1, 1.0), registry=registry)
    for value in (0.05, 0.1, 0.5, 7.0):
        histogram.labels("/a").observe(value)
    histogram.labels("/b").observe(0.5)
    data = _metrics(registry)["seconds"].data
    assert isinstance(data, OtlpHistogram)
    by_route = {point.attributes["route"]: point for point in data.data_points if point.attributes}
    assert set(by_route) == {"/a", "/b"}
    assert by_route["/a"].explicit_bounds == [0.1, 1.0]
    assert by_route["/a"].bucket_counts == [2, 1, 1]
    assert (by_route["/a"].count, by_route["/a"].sum) == (4, 7.65)
    assert by_route["/b"].bucket_counts == [0, 1, 0]


def test_what_was_never_counted_is_left_out() -> None:
    registry = CollectorRegistry()
    Counter("messages", "Messages.", ["channel"], registry=registry)
    assert _metrics(registry) == {}


def test_every_metric_of_the_gateway_can_be_sent() -> None:
    metrics = GatewayMetrics()
    metrics.acknowledgement_seconds.observe(0.1)
    metrics.messages_received.labels("sms").inc()
    assert {"holdfast_acknowledgement_seconds", "holdfast_messages_received", "holdfast_open_sockets"} <= set(
        _metrics(metrics.registry)
    )
