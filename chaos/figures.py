"""The figures of a run for people: what was measured, over how many, and on which machine."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from statistics import median

from chaos.run import Result
from chaos.schedule import Inflicted
from chaos.verdict import Recovery, Verdict, latencies
from domain.model import Frozen

AFTERMATH_SECONDS = 10.0
"""For so long after its end a fault may still be felt."""


class Machine(Frozen):
    """What the run was made on."""

    system: str
    cores: int
    memory_gib: float
    load_average: float
    python: str


class Latency(Frozen):
    """Seconds from a plain question to its answer, as customers saw it; `n` questions."""

    n: int
    p50: float
    p95: float
    p99: float


class RunFigures(Frozen):
    """`answers`: when a question was asked, seconds to its answer. `arrivals`: when something reached a customer."""

    verdict: Verdict
    recoveries: tuple[Recovery, ...]
    answers: tuple[tuple[float, float], ...]
    arrivals: tuple[float, ...]
    seconds: float
    machine: Machine
    made_on: date

    @property
    def faults(self) -> list[Inflicted]:
        return [recovery.fault for recovery in self.recoveries]

    @property
    def calm(self) -> Latency | None:
        """Of questions that were asked and answered while nothing went wrong."""
        return latency([seconds for at, seconds in self.answers if not self._is_troubled(at, at + seconds)])

    @property
    def troubled(self) -> Latency | None:
        return latency([seconds for at, seconds in self.answers if self._is_troubled(at, at + seconds)])

    def by_fault(self) -> Iterator[tuple[str, list[Recovery]]]:
        """The slowest kind first."""
        kinds = {recovery.fault.name for recovery in self.recoveries}
        grouped = {kind: [one for one in self.recoveries if one.fault.name == kind] for kind in kinds}
        yield from sorted(grouped.items(), key=lambda pair: (-max(_seconds(pair[1]), default=0.0), pair[0]))

    def _is_troubled(self, began: float, ended: float) -> bool:
        return any(began < fault.over_at + AFTERMATH_SECONDS and fault.began_at < ended for fault in self.faults)


def figures_of(result: Result) -> RunFigures:
    outside = result.stage.outside
    return RunFigures(
        verdict=result.verdict,
        recoveries=tuple(result.recoveries),
        answers=tuple(latencies(outside)),
        arrivals=tuple(outside.arrivals),
        seconds=result.plan.seconds,
        machine=this_machine(),
        made_on=datetime.now(UTC).date(),
    )


def this_machine() -> Machine:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        system=f"{platform.system()} on {platform.machine()}",
        cores=os.cpu_count() or 1,
        memory_gib=round(pages / 2**30, 1),
        load_average=round(os.getloadavg()[2], 2),
        python=platform.python_version(),
    )


def latency(seconds: Sequence[float]) -> Latency | None:
    """None of nothing."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Latency(n=len(ordered), p50=median(ordered), p95=share(ordered, 0.95), p99=share(ordered, 0.99))


def share(ordered: Sequence[float], part: float) -> float:
    """The value at which so large a part is below or equal."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _seconds(recoveries: Sequence[Recovery]) -> list[float]:
    return [recovery.seconds for recovery in recoveries if recovery.seconds is not None]
