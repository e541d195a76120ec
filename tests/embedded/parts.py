"""Small real processes that stand for the parts of a platform."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from embedded.application import answers
from embedded.launch import tied_to_parent
from embedded.ports import free_port
from embedded.processes import Part, State


class Recorder:
    """A report that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, State]] = []
        self.details: list[str] = []

    def __call__(self, part: str, state: State, detail: str) -> None:
        self.events.append((part, state))
        self.details.append(detail)


def web_part(name: str, folder: Path) -> Part:
    """A web server on a free port."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(folder), str(port)]

    async def ready(_: int) -> bool:
        return await answers(url)

    return Part(name=name, command=tied_to_parent(command), ready=ready)


def script_part(name: str, script: str, ready: Path, stop_limit: timedelta = timedelta(seconds=10)) -> Part:
    """A Python script, which is ready when the file exists."""

    async def exists(_: int) -> bool:
        return await asyncio.to_thread(ready.exists)

    return Part(name=name, command=[sys.executable, "-c", script], ready=exists, stop_limit=stop_limit)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition; the test's own time limit ends a wait that is in vain."""
    while True:
        if holds():
            return
        await asyncio.sleep(0.02)


def alive(process_id: int | None) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def processes_of(words: str) -> list[int]:
    """Every running process that has the words in its command line, whose arguments each end with a NUL."""
    found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [process_id for process_id in found if words in _command_line(process_id) and alive(process_id)]


def _command_line(process_id: int) -> str:
    try:
        return Path(f"/proc/{process_id}/cmdline").read_text()
    except OSError:
        return ""
