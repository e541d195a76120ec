"""A worker that is armed for a moment dies right there, and nowhere else."""

import asyncio
import signal
import subprocess
import sys

import pytest

from activities.options import ACTIVITIES
from chaos.moments import WORST_MOMENTS, DiesAtMoments, Moment

PROGRAM = """
import sys
from chaos.moments import DiesAtMoments, Moment
dies = DiesAtMoments(lambda: Moment("after", "deliver_message"))
if sys.argv[1] == "armed":
    dies.arm()
for when, activity in (("before", "deliver_message"), ("after", "generate_reply"), ("after", "deliver_message")):
    print(when, activity, flush=True)
    dies.reached(when, activity)
"""


@pytest.mark.parametrize(("armed", "code"), [("armed", -signal.SIGKILL), ("not", 0)])
def test_it_dies_at_its_moment_alone(armed: str, code: int) -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM, armed], capture_output=True, text=True, timeout=120)
    assert ended.returncode == code, ended.stderr
    assert ended.stdout.splitlines()[-1] == "after deliver_message"


def test_every_moment_is_around_an_activity_that_there_is() -> None:
    assert {moment.activity for moment in WORST_MOMENTS} <= {row.name for row in ACTIVITIES}


def test_a_worker_that_is_not_armed_lives() -> None:
    dies = DiesAtMoments(lambda: Moment("after", "deliver_message"))
    for moment in WORST_MOMENTS:
        dies.reached(moment.when, moment.activity)
    assert asyncio.run(asyncio.sleep(0, True))
