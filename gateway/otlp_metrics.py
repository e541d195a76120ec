"""The metrics of a Prometheus registry in OpenTelemetry's shape, so that one set of counters serves both."""

import time
from collections.abc import Iterable, Sequence
from itertools import pairwise

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

CUMULATIVE = AggregationTemporality.CUMULATIVE
STARTED_NS = time.time_ns()
"""When this process began to count."""
Labels = tuple[tuple[str, str], ...]


def metrics_data(registry: CollectorRegistry, resource: Resource) -> MetricsData:
    """Everything in the registry as it is now. Names and labels stay; a counter's `_total` is left to the reader."""
    now = time.time_ns()
    metrics = [_metric(family, now) for family in registry.collect() if family.samples]
    scope = ScopeMetrics(InstrumentationScope("holdfast"), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _metric(family: Family, now: int) -> Metric:
    return Metric(family.name, family.documentation, family.unit, _data(family, now))


def _data(family: Family, now: int) -> Sum | Gauge | Histogram:
    if family.type == "histogram":
        points = [_distribution(dict(labels), samples, now) for labels, samples in _series(family.samples)]
        return Histogram(points, CUMULATIVE)
    if family.type == "counter":
        return Sum(_numbers(family, f"{family.name}_total", now), CUMULATIVE, is_monotonic=True)
    return Gauge(_numbers(family, family.name, now))


def _numbers(family: Family, sample: str, now: int) -> list[NumberDataPoint]:
    """Without the `_created` times, which are no counts."""
    return [NumberDataPoint(one.labels, STARTED_NS, now, one.value) for one in family.samples if one.name == sample]


def _series(samples: Iterable[Sample]) -> list[tuple[Labels, list[Sample]]]:
    """A histogram's samples by their labels other than the bucket's bound."""
    series: dict[Labels, list[Sample]] = {}
    for sample in samples:
        labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != "le"))
        series.setdefault(labels, []).append(sample)
    return list(series.items())


def _distribution(labels: dict[str, str], samples: Sequence[Sample], now: int) -> HistogramDataPoint:
    """Prometheus' buckets count everything below their bound, OpenTelemetry's only what is above the one before."""
    buckets = sorted((float(one.labels["le"]), int(one.value)) for one in samples if "le" in one.labels)
    below = [0, *(count for _, count in buckets)]
    total = next(one.value for one in samples if one.name.endswith("_sum"))
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=STARTED_NS,
        time_unix_nano=now,
        count=below[-1],
        sum=total,
        bucket_counts=[upper - lower for lower, upper in pairwise(below)],
        explicit_bounds=[bound for bound, _ in buckets if bound != float("inf")],
        min=0.0,
        max=0.0,
    )
