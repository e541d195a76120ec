"""The platform as a command: a process of its own that gets signals from outside."""

import signal
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from config.settings import Settings
from embedded.platform import with_free_ports
from tests.cli.running import Running, python
from tests.embedded.parts import processes_of, until

COMMAND = """
import asyncio
from rich.console import Console
from embedded.platform import Platform
from embedded.progress import Progress
from embedded.serving import serve
from config.settings import Settings
from tests.embedded.parts import web_part

async def nothing(settings):
    pass

console = Console(width=200)
progress = Progress(console)
platform = Platform(
    Settings(), application=lambda settings: [web_part("gateway", settings.home)], prepare=nothing, report=progress
)
asyncio.run(serve(platform, console, progress))
"""


def command(home: Path) -> AbstractAsyncContextManager[Running]:
    settings = with_free_ports(Settings(home=home, temporal_address=None, database_url=None))
    return python(settings, "-c", COMMAND)


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
    assert processes_of(str(home)) == []


async def test_a_signal_during_the_start_stops_what_has_started(home: Path) -> None:
    async with command(home) as running:
        await running.says("✓ postgres")
        running.process.send_signal(signal.SIGINT)

        assert await running.ends() == 0
    assert processes_of(str(home)) == []


async def test_a_killed_platform_leaves_no_process_and_starts_again(home: Path) -> None:
    for _ in range(2):
        async with command(home) as running:
            await running.says("Temporal UI")
            running.process.kill()
            await running.ends()
        await until(lambda: processes_of(str(home)) == [])


async def test_a_second_signal_does_not_wait(home: Path) -> None:
    async with command(home) as running:
        await running.says("Temporal UI")
        for _ in range(2):
            running.process.send_signal(signal.SIGINT)

        await running.ends()
    await until(lambda: processes_of(str(home)) == [])
