"""Figures for people: over how many, calm or troubled, the slowest fault first."""

from datetime import date

import pytest

from chaos.figures import Machine, RunFigures, latency, share, this_machine
from chaos.schedule import Inflicted
from chaos.verdict import Recovery
from tests.chaos.test_verdict import KILLED, verdict

OUT = Inflicted(name="slack out", began_at=40, over_at=45)
FIGURES = RunFigures(
    verdict=verdict(),
    recoveries=(
        Recovery(fault=OUT, waiting=0),
        Recovery(fault=KILLED, waiting=3, first_seconds=0.5, seconds=2.5),
        Recovery(fault=KILLED, waiting=1, seconds=0.5),
    ),
    answers=((1.0, 0.9), (11.0, 4.0), (21.0, 1.0), (30.0, 12.0)),
    arrivals=(2.0, 15.0, 22.0, 42.0, 61.0),
    seconds=60,
    machine=Machine(system="Linux", cores=2, memory_gib=8, load_average=1.5, python="3.11"),
    made_on=date(2026, 11, 29),
)


def test_what_a_fault_touches_is_not_calm() -> None:
    assert (FIGURES.calm, FIGURES.troubled) != (None, None)
    assert FIGURES.calm
    assert FIGURES.troubled
    assert (FIGURES.calm.n, FIGURES.troubled.n) == (1, 3)


def test_the_slowest_kind_of_fault_comes_first() -> None:
    assert [(name, len(several)) for name, several in FIGURES.by_fault()] == [("worker killed", 2), ("slack out", 1)]


def test_of_nothing_there_is_no_latency() -> None:
    assert latency([]) is None


def test_a_latency_has_its_number() -> None:
    found = latency([4.0, 1.0, 2.0, 3.0])
    assert found
    assert (found.n, found.p50, found.p95, found.p99) == (4, 2.5, 4.0, 4.0)


@pytest.mark.parametrize(("part", "value"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.0), (1.0, 4.0)])
def test_a_share_of_values(part: float, value: float) -> None:
    assert share([1.0, 2.0, 3.0, 4.0], part) == value


def test_the_machine_is_described() -> None:
    assert this_machine().cores >= 1
    assert this_machine().memory_gib > 0
