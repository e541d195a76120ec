"""Worker processes that tests start and kill."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings, child_environment
from embedded.launch import tied_to_parent
from tests.chaos.points import Point

ROOT = Path(__file__).parents[2]
REACH_SECONDS = 60.0


class DoomedWorker:
    """A process that stops conversations at their points."""

    def __init__(self, process: asyncio.subprocess.Process, points: Mapping[str, Point]) -> None:
        self._process = process
        self._missing = dict(points)

    async def all_stopped(self) -> None:
        """Wait until every conversation stands at its point; fail with the points that were not reached."""
        assert self._process.stdout
        try:
            async with asyncio.timeout(REACH_SECONDS):
                while self._missing:
                    line = await self._process.stdout.readline()
                    assert line, f"the worker ended with {await self._process.wait()}"
                    self._missing.pop(line.decode().strip(), None)
        except TimeoutError:
            raise AssertionError(f"not reached: {[str(point) for point in self._missing.values()]}") from None

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, reported or closed."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def doomed_worker(
    database_url: str, temporal_address: str, points: Mapping[str, Point]
) -> AsyncIterator[DoomedWorker]:
    told = json.dumps({conversation_id: str(point) for conversation_id, point in points.items()})
    process = await _start(database_url, temporal_address, "tests.chaos.worker_process", told)
    worker = DoomedWorker(process, points)
    try:
        yield worker
    finally:
        await worker.kill()


@asynccontextmanager
async def ordinary_worker(database_url: str, temporal_address: str) -> AsyncIterator[None]:
    """`python -m workers`, ended by SIGTERM."""
    process = await _start(database_url, temporal_address, "workers")
    try:
        yield
    finally:
        process.terminate()
        code = await process.wait()
    assert code == 0


async def _start(database_url: str, temporal_address: str, module: str, *arguments: str) -> asyncio.subprocess.Process:
    settings = Settings(database_url=SecretStr(database_url), temporal_address=temporal_address, openai_api_key=None)
    return await asyncio.create_subprocess_exec(
        *tied_to_parent([sys.executable, "-m", module, *arguments]),
        cwd=ROOT,
        env={**os.environ, **child_environment(settings)},
        stdout=asyncio.subprocess.PIPE,
    )
