"""A clock that jumps: only in its process, only in modules of ours, and values stay ordinary."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from chaos.clock import JUMP, ShiftedClock

PROGRAM = """
from datetime import UTC, datetime
from chaos.clock import JUMP, ShiftedClock
from activities import delivery
from activities.delivery import DeliveryActivities
clock, before = ShiftedClock(), delivery.datetime
clock.jump()
ahead = delivery.datetime.now(UTC)
assert JUMP * 0.9 < ahead - datetime.now(UTC) < JUMP * 1.1
assert type(ahead) is datetime and isinstance(datetime.now(UTC), delivery.datetime)
assert delivery.datetime.fromisoformat("2026-01-05").year == 2026
clock.jump()
assert abs(delivery.datetime.now(UTC) - datetime.now(UTC)) < JUMP / 2
"""


def test_a_clock_jumps_and_jumps_back_in_a_process_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=120)


def test_a_clock_that_never_jumped_is_right() -> None:
    clock = ShiftedClock()
    assert abs(clock.now(UTC) - datetime.now(UTC)) < timedelta(minutes=1) < JUMP
