"""Figures of processes, read from this one and its children."""

import os
import subprocess
import sys
from time import process_time

from bench.proc import anonymous_kb, cpu_seconds

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"
WITH_A_CHILD = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}], check=True)\n{{after}}"
STAYS = "print('done', flush=True)\nsys.stdin.read()\n"


def test_the_memory_grows_with_what_is_held() -> None:
    before = anonymous_kb(os.getpid())
    held = bytearray(os.urandom(32 << 20))
    assert anonymous_kb(os.getpid()) - before > 30 << 10
    assert held


def test_the_time_of_this_process_is_what_the_system_says() -> None:
    assert cpu_seconds(os.getpid()) >= process_time() - 0.1


def test_children_count_while_they_run_and_when_they_have_ended() -> None:
    for program in (WITH_A_CHILD.format(after=STAYS), f"import subprocess, sys\n{BUSY}{STAYS}"):
        process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        assert cpu_seconds(process.pid) > 0.2  # Counted in ticks of ten milliseconds.
        process.communicate()


def test_a_process_that_does_not_exist_costs_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_seconds(process.pid) == 0
