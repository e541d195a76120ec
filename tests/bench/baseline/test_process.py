"""The program of a build as a process: here of a build that pretends to have a platform."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.baseline.build import Build
from bench.baseline.process import BuildProcess
from domain.errors import UnavailableError

SETTINGS = """
class Settings:
    def model_copy(self, update):
        assert update["temporal_address"] is None
        return update
"""
TESTBED = """
import asyncio, os, sys
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace as Named

def with_free_ports(settings):
    return settings

def _parts(settings): ...
def _prepare(settings): ...

class Platform:
    def __init__(self, settings, *, application, prepare, report):
        self.home = settings["home"]
        self.home.mkdir(parents=True)
        self.database = settings["database_url"].get_secret_value()

    async def __aenter__(self):
        (self.home / "started").write_text(f"{os.getpid()} {self.database}")
        return self

    async def __aexit__(self, *error):
        (self.home / "stopped").touch()

async def server(request):
    return Named(server_version="1.0")

class Customer:
    turns = 0
    async def says(self):
        Customer.turns += 1
        await asyncio.sleep(0.001)
        FAULT

@asynccontextmanager
async def _reached(platform):
    temporal = Named(workflow_service=Named(get_system_info=server))
    yield Named(temporal=temporal, new_customers=lambda number: [Customer() for _ in range(number)])
"""
NewProcess = Callable[[str], BuildProcess]


@pytest.fixture
def process(tmp_path: Path) -> NewProcess:
    """A program whose customers do something else, too, at the end of every turn."""

    def new(fault: str = "") -> BuildProcess:
        folder = tmp_path / "build"
        for name, text in {"config/settings": SETTINGS, "bench/testbed": TESTBED.replace("FAULT", fault)}.items():
            file = folder / f"{name}.py"
            file.parent.mkdir(parents=True)
            file.write_text(text)
            (file.parent / "__init__.py").touch()
        build = Build("stub", folder, Path(sys.executable), "bench")
        return BuildProcess(build, "postgresql://stub", tmp_path / "homes" / "stub", 3, stop_seconds=0.3)

    return new


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def test_rounds_are_run_one_after_the_other_and_the_end_is_orderly(process: NewProcess, tmp_path: Path) -> None:
    home = tmp_path / "homes" / "stub"
    async with process("") as running:
        assert running.temporal_server == "1.0"
        assert all([await running.round(0.05) > 0 for _ in range(3)])
        process_id, database = (home / "started").read_text().split()
        assert database == "postgresql://stub"
    assert (home / "stopped").exists()
    assert not alive(int(process_id))


async def test_a_program_that_does_not_start_is_said(process: NewProcess) -> None:
    with pytest.raises(UnavailableError, match=r"build stub does not answer; see .*stub\.log"):
        async with process("raise RuntimeError"):
            pass


async def test_a_program_that_ends_in_a_round_is_said(process: NewProcess, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="build stub does not answer"):
        async with process("if Customer.turns > 3: os._exit(1)") as running:
            await running.round(0.05)


async def test_what_is_said_besides_counts_as_no_answer(process: NewProcess) -> None:
    with pytest.raises(UnavailableError, match="build stub does not answer"):
        async with process("print('hello', flush=True)"):
            pass


async def test_a_start_that_is_given_up_leaves_nothing(process: NewProcess, tmp_path: Path) -> None:
    """As at Ctrl-C: this program never ends by itself."""
    started = tmp_path / "homes" / "stub" / "started"
    entering = asyncio.create_task(process("await asyncio.sleep(3600)").__aenter__())
    while not started.exists() or not started.read_text():  # noqa: ASYNC110 (another process writes it)
        await asyncio.sleep(0.01)
    entering.cancel()

    assert isinstance((await asyncio.gather(entering, return_exceptions=True))[0], asyncio.CancelledError)
    assert not alive(int(started.read_text().split()[0]))


async def test_a_round_that_is_given_up_leaves_nothing(process: NewProcess, tmp_path: Path) -> None:
    async with process("") as running:
        process_id = int((tmp_path / "homes" / "stub" / "started").read_text().split()[0])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(running.round(3600), 0.1)
    assert not alive(process_id)
