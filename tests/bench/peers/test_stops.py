"""A process ends at its point, when everybody is there, and nowhere else."""

import asyncio
import signal
import subprocess
import sys

import pytest

from bench.peers.protocol import Point, Stop
from bench.peers.stops import Stops

PROGRAM = """
import asyncio
from bench.peers.protocol import Stop
from bench.peers.stops import Stops

async def main():
    stops = Stops(Stop(point="after_reply", conversations=2))
    await stops.reached("before_reply")
    print("passed the other point", flush=True)
    first = asyncio.create_task(stops.reached("after_reply"))
    await asyncio.sleep(0)
    print("held" if not first.done() else "not held", flush=True)
    await stops.reached("after_reply")
    print("survived", flush=True)

asyncio.run(main())
"""


def test_the_last_conversation_that_comes_ends_the_process_by_sigkill() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.splitlines() == ["passed the other point", "held"]


@pytest.mark.parametrize(
    ("stop", "point"),
    [
        (None, "before_reply"),
        (None, "after_reply"),
        (Stop(point="before_reply", conversations=1), "after_reply"),
        (Stop(point="after_reply", conversations=1), "before_reply"),
    ],
)
async def test_everybody_passes_a_point_that_is_not_the_one(stop: Stop | None, point: Point) -> None:
    async with asyncio.timeout(5):
        await Stops(stop).reached(point)
