"""Success measures and service levels as gauges."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from domain.quality.health import Health, Objective, measure
from domain.quality.measures import Counted, Tally, Windows
from gateway.measures import MeasureMetrics
from storage.specs import SpecRepository
from tests.gateway.conftest import Gateway
from tests.organisation import VERSION

NOW = datetime(2026, 3, 31, tzinfo=UTC)
WINDOWS = Windows(until=NOW)
RESOLVED = Objective(metric="automated_resolution", ai_agent="service", target=0.6, share=0.6)
UNKNOWN = Objective(metric="csat", ai_agent="service", target=4.5, share=1, cannot_be_measured="no marks")
LEVEL = Objective(metric="approvals_on_time", target=None, share=0.95)


def health(*objectives: Objective, count: int = 80, n: int = 100) -> Health:
    counts = Counted(count=count, n=n)
    tallies = [
        Tally(metric=one.metric, ai_agent=one.ai_agent, period=counts, long=counts, short=Counted())
        for one in objectives
    ]
    found = tuple(measure(one, tally, WINDOWS) for one, tally in zip(objectives, tallies, strict=True))
    return Health(organisation="bikeshop", windows=WINDOWS, measurements=found)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> MeasureMetrics:
    return MeasureMetrics(registry)


def value(registry: CollectorRegistry, name: str, objective: Objective = RESOLVED, **labels: str) -> float | None:
    named = {"ai_agent": objective.ai_agent or "", "measure": objective.metric}
    return registry.get_sample_value(f"holdfast_measure_{name}", named | labels)


def test_a_measure_is_shown_with_its_budget_and_state(registry: CollectorRegistry, metrics: MeasureMetrics) -> None:
    metrics.show(health(RESOLVED))
    assert value(registry, "share") == pytest.approx(0.8)
    assert value(registry, "counted") == 100
    assert value(registry, "budget_left") == pytest.approx(0.5)
    assert value(registry, "burn_rate", window="long") == pytest.approx(0.5)
    assert value(registry, "burn_rate", window="short") is None
    assert value(registry, "state", state="met") == 1
    assert value(registry, "state", state="missed") == 0


def test_the_whole_organisation_has_no_ai_agent(registry: CollectorRegistry, metrics: MeasureMetrics) -> None:
    metrics.show(health(LEVEL))
    assert value(registry, "state", LEVEL, state="missed") == 1


def test_what_is_not_measured_has_a_state_only(registry: CollectorRegistry, metrics: MeasureMetrics) -> None:
    metrics.show(health(UNKNOWN))
    assert value(registry, "state", UNKNOWN, state="not_measured") == 1
    assert [value(registry, name, UNKNOWN) for name in ("share", "counted", "budget_left")] == [None, None, None]


def test_where_nothing_was_counted_there_is_no_share(registry: CollectorRegistry, metrics: MeasureMetrics) -> None:
    metrics.show(health(RESOLVED, count=0, n=0))
    assert (value(registry, "share"), value(registry, "counted")) == (None, 0)


def test_what_a_new_version_does_not_measure_is_gone(registry: CollectorRegistry, metrics: MeasureMetrics) -> None:
    metrics.show(health(RESOLVED))
    metrics.show(health(LEVEL))
    assert value(registry, "share") is None
    assert value(registry, "share", LEVEL) == pytest.approx(0.8)


def test_they_are_read_once_a_minute(metrics: MeasureMetrics) -> None:
    moments = [NOW + timedelta(seconds=seconds) for seconds in (0, 1, 59.9, 60, 61, 121)]
    assert [metrics.is_due(moment) for moment in moments] == [True, False, False, True, False, True]


async def test_the_gateway_shows_them(gateway: Gateway) -> None:
    metrics = (await gateway.http.get("/metrics")).text
    labels = 'ai_agent="",measure="first_response_seconds"'
    assert f'holdfast_measure_state{{{labels},state="too_few"}} 1.0' in metrics
    assert f"holdfast_measure_counted{{{labels}}} 0.0" in metrics


async def test_without_a_specification_there_are_none(gateway: Gateway) -> None:
    await gateway.database.fetchval("UPDATE spec_versions SET active = false")
    assert await SpecRepository(gateway.database).active(VERSION.specification.organisation) is None
    assert "holdfast_measure_state{" not in (await gateway.http.get("/metrics")).text
