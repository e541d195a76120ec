"""A platform in the foreground of a process of its own, as its user sees it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from config.settings import Settings, child_environment


class Running:
    """The process, and what it has printed."""

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
async def python(settings: Settings, *arguments: str) -> AsyncIterator[Running]:
    """Run Python with these arguments and settings; what has not ended at the end of the context is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
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
