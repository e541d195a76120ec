"""The program of a build as a process that is told to run a round."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import BaseModel, ValidationError

from bench.baseline.build import Build
from domain.errors import UnavailableError
from embedded.launch import tied_to_parent

PROGRAM = Path(__file__).parent / "program.py"
START_SECONDS = 180.0
LONGEST_ROUND_SECONDS = 300.0
STOP_SECONDS = 30.0


class Opened(BaseModel):
    """Its customers are open; the version of its Temporal server."""

    temporal_server: str


class Round(BaseModel):
    """What one round gave."""

    turns_per_second: float


Said = TypeVar("Said", bound=BaseModel)


class BuildProcess:
    """Runs while the context lasts. Every wait raises UnavailableError when the program ends or is silent instead."""

    def __init__(
        self, build: Build, database_url: str, home: Path, conversations: int, stop_seconds: float = STOP_SECONDS
    ) -> None:
        self.temporal_server = ""
        self._build = build
        self._stop_seconds = stop_seconds
        self._home = home
        self._log = home.with_suffix(".log")
        self._options = {
            "benchmark": build.benchmark,
            "database_url": database_url,
            "home": str(home),
            "conversations": conversations,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tied_to_parent([str(self._build.python), "-P", str(PROGRAM), json.dumps(self._options)]),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=self._build.folder,
                env=os.environ | {"PYTHONPATH": str(self._build.folder)},
                start_new_session=True,
            )
        try:
            self.temporal_server = (await self._hear(Opened, START_SECONDS)).temporal_server
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def round(self, seconds: float) -> float:
        """Turns per second of customers who never pause."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(f"{seconds}\n".encode())
        return (await self._hear(Round, seconds + LONGEST_ROUND_SECONDS)).turns_per_second

    async def _hear(self, wanted: type[Said], within_seconds: float) -> Said:
        output = self._process.stdout if self._process else None
        try:
            async with asyncio.timeout(within_seconds):
                return wanted.model_validate_json(await output.readline() if output else b"")
        except (ValidationError, TimeoutError):
            raise UnavailableError(
                f"The benchmark of build {self._build.name} does not answer; see {self._log}."
            ) from None

    async def _stop(self) -> None:
        """An orderly end, which stops what it started; those that are left die with it."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._stop_seconds):
                    await process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
