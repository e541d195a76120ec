"""When which fault comes, by seed: two rows of them beside each other, of processes and of neighbours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from random import Random

from chaos.faults import DISK_FULL, OF_NEIGHBOURS, OF_PROCESSES, OFTEN, Case, Inflict
from chaos.stage import Stage
from domain.model import Frozen

BEGINS_AT, ENDS_AT = 0.06, 0.85
"""The shares of the run within which faults begin."""
LENGTH = (0.025, 0.08)
"""Of a fault that lasts, as a share of the run."""
LONGEST_SECONDS = 90.0
PAUSE = (0.01, 0.03)


class Inflicted(Frozen):
    """A fault that was made, in seconds of the run; `over_at` is when the part was ready or the trouble taken back."""

    name: str
    began_at: float
    over_at: float


Told = Callable[[str], None]
Over = Callable[[Inflicted], None]


async def inflict_all(stage: Stage, seconds: float, random: Random, tell: Told, over: Over) -> None:
    """Both rows until the run is nearly over. A fault that is cancelled is taken back."""

    async def row(faults: Mapping[str, Inflict], chance: Random) -> None:
        await asyncio.sleep(seconds * BEGINS_AT)
        for name in by_turns(a_round(faults), chance):
            if stage.outside.now > seconds * ENDS_AT:
                return
            length = min(LONGEST_SECONDS, seconds * chance.uniform(*LENGTH))
            await _timed(stage, name, tell, over, faults[name](Case(stage, length, chance)))
            await asyncio.sleep(seconds * chance.uniform(*PAUSE))

    processes = {name: fault for name, fault in OF_PROCESSES.items() if stage.disk or name != DISK_FULL}
    rows = (row(faults, Random(random.random())) for faults in (processes, OF_NEIGHBOURS))  # noqa: S311
    await asyncio.gather(*rows)


def a_round(faults: Mapping[str, Inflict]) -> list[str]:
    """Each once, or as often as the table says."""
    return [name for name in faults for _ in range(OFTEN.get(name, 1))]


def by_turns(names: list[str], random: Random) -> Iterator[str]:
    """All of them in any order, and again, for ever."""
    while True:
        yield from random.sample(names, len(names))


async def _timed(stage: Stage, name: str, tell: Told, over: Over, fault: Awaitable[None]) -> None:
    began_at = stage.outside.now
    tell(name)
    await fault
    over(Inflicted(name=name, began_at=began_at, over_at=stage.outside.now))
