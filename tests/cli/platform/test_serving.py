"""The platform as a command: a process of its own that gets signals from outside."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cli.platform.embedded import with_free_ports
from config.settings import Settings, child_environment
from tests.cli.platform.parts import processes_of, until

COMMAND = """
import asyncio
from rich.console import Console
from cli.platform.embedded import Platform
from cli.platform.progress import Progress
from cli.platform.serving import serve
from config.settings import Settings
from tests.cli.platform.parts import web_part

async def nothing(settings):
    pass

console = Console(width=200)
progress = Progress(console)
platform = Platform(
    Settings(), application=lambda settings: [web_part("gateway", settings.home)], prepare=nothing, report=progress
)
asyncio.run(serve(platform, console, progress))
"""


class Running:
    """The command, and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""

    async def says(self, text: str) -> None:
        """Read until the text was printed."""
        assert self.process.stdout
        while text not in self.output:
            line = await self.process.stdout.readline()
            assert line, f"ended without saying {text!r}:\n{self.output}"
            self.output += line.decode()

    async def ends(self) -> int:
        assert self.process.stdout
        self.output += (await self.process.stdout.read()).decode()
        return await self.process.wait()


@asynccontextmanager
async def command(home: Path) -> AsyncIterator[Running]:
    settings = with_free_ports(Settings(home=home, temporal_address=None, database_url=None))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND),
        env=child_environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_every_part_in_order(home: Path, number: signal.Signals) -> None:
    async with command(home) as running:
        await running.says("Temporal UI")
        running.process.send_signal(number)

        assert await running.ends() == 0
    lines = running.output.splitlines()
    stops = [line.split()[1] for line in lines if line.startswith("■")]
    assert stops == ["gateway", "temporal", "postgres"]
    assert lines[-1] == "Stopped. The next start resumes every conversation."
    assert processes_of(home) == []


async def test_a_signal_during_the_start_stops_what_has_started(home: Path) -> None:
    async with command(home) as running:
        await running.says("✓ postgres")
        running.process.send_signal(signal.SIGINT)

        assert await running.ends() == 0
    assert processes_of(home) == []


async def test_a_killed_platform_leaves_no_process_and_starts_again(home: Path) -> None:
    for _ in range(2):
        async with command(home) as running:
            await running.says("Temporal UI")
            running.process.kill()
            await running.ends()
        await until(lambda: processes_of(home) == [])


async def test_a_second_signal_does_not_wait(home: Path) -> None:
    async with command(home) as running:
        await running.says("Temporal UI")
        for _ in range(2):
            running.process.send_signal(signal.SIGINT)

        await running.ends()
    await until(lambda: processes_of(home) == [])
