"""The parts that are Holdfast itself, as they are started on one machine."""

import pytest

from config.settings import Settings
from embedded.application import worker_part


def _environment(number: int, **values: object) -> dict[str, str]:
    environment = worker_part(Settings.model_validate(values), number).environment
    assert environment is not None
    return dict(environment)


@pytest.mark.parametrize(
    ("number", "metrics", "health"), [(1, "9100", "9200"), (2, "9101", "9201"), (5, "9104", "9204")]
)
def test_each_worker_has_ports_of_its_own(number: int, metrics: str, health: str) -> None:
    environment = _environment(number, worker_metrics_port=9100, worker_health_port=9200)
    assert environment["HOLDFAST_WORKER_METRICS_PORT"] == metrics
    assert environment["HOLDFAST_WORKER_HEALTH_PORT"] == health


def test_no_port_stays_no_port() -> None:
    environment = _environment(2, worker_metrics_port=None, worker_health_port=None)
    assert (environment["HOLDFAST_WORKER_METRICS_PORT"], environment["HOLDFAST_WORKER_HEALTH_PORT"]) == ("", "")


def test_a_worker_of_the_platform_serves_every_queue() -> None:
    """It is alone, and ready when it asks for conversations."""
    assert _environment(1, worker_queues="llm")["HOLDFAST_WORKER_QUEUES"] == ""
