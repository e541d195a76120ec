"""A small supervisor: starts processes in order, restarts those that crash, stops them in reverse order."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from domain.errors import NotFoundError, UnavailableError

State = Literal["starting", "ready", "crashed", "stopped"]
Ready = Callable[[int], Awaitable[bool]]
Report = Callable[[str, State, str], None]
"""Told the part, its new state, and a detail for people."""

POLL_SECONDS = 0.05
FIRST_DELAY = timedelta(seconds=0.2)
MAX_DELAY = timedelta(seconds=30)
STABLE_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """One process of the platform. `ready` gets the process id and is asked until it says yes."""

    name: str
    command: list[str]
    ready: Ready
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    start_limit: timedelta = timedelta(seconds=60)
    stop_limit: timedelta = timedelta(seconds=15)


class Supervisor:
    """Parts in the order of their start; leaving the context stops them all."""

    def __init__(self, logs: Path, report: Report) -> None:
        self._logs = logs
        self._report = report
        self._parts: dict[str, _Supervised] = {}

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for supervised in reversed(self._parts.values()):
                await supervised.stop()
        finally:
            self.kill_all()

    async def start(self, part: Part) -> None:
        """Return when the part is ready. Raises UnavailableError when it ends or is silent instead."""
        log = self._logs / f"{part.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        supervised = self._parts.setdefault(part.name, _Supervised(part, log, self._report))
        await supervised.start()

    async def start_together(self, parts: Iterable[Part]) -> None:
        """Start parts that do not need each other. Raises the first error, like `start`."""
        try:
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self.start(part))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def stop(self, name: str) -> None:
        """An orderly end of one part; `resume` starts it again."""
        await self._named(name).stop()

    async def resume(self, name: str) -> None:
        await self._named(name).start()

    async def restart(self, name: str) -> None:
        await self.stop(name)
        await self.resume(name)

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would; the part is restarted as after any crash."""
        self._named(name).kill()

    def kill_all(self) -> None:
        for supervised in self._parts.values():
            supervised.abandon()

    async def ready(self, name: str) -> None:
        """Wait until the part answers (again)."""
        await self._named(name).ready.wait()

    def process_id(self, name: str) -> int | None:
        """None while the part does not run."""
        return self._named(name).process_id

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def _named(self, name: str) -> "_Supervised":
        if name not in self._parts:
            raise NotFoundError(f"There is no part {name}; there are {', '.join(self._parts)}.")
        return self._parts[name]


class _Supervised:
    """A part that is kept running from `start` to `stop`."""

    def __init__(self, part: Part, log: Path, report: Report) -> None:
        self.ready = asyncio.Event()
        self._part = part
        self._log = log
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.Task[None] | None = None

    @property
    def process_id(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        self._tell("starting", "")
        started = time.monotonic()
        await self._launch()
        self._tell("ready", f"{time.monotonic() - started:.1f} s")
        self._guard = asyncio.create_task(self._keep_running(), name=f"guard of {self._part.name}")

    async def stop(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
        self.ready.clear()
        if self._process is None or self._process.returncode is not None:
            return
        self._signal(self._part.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), self._part.stop_limit.total_seconds())
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._tell("stopped", "")

    def kill(self) -> None:
        self.ready.clear()
        self._signal(signal.SIGKILL)

    def abandon(self) -> None:
        """Kill at once and do not restart."""
        if self._guard is not None:
            self._guard.cancel()
        self.kill()

    async def _launch(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._part.environment,
                cwd=self._part.folder,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(self._part.start_limit.total_seconds()):
                await self._until_ready(self._process)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            raise UnavailableError(f"{self._part.name} does not get ready; see {self._log}.") from None
        self.ready.set()

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        while not await self._part.ready(process.pid):
            if process.returncode is not None:
                raise UnavailableError(f"{self._part.name} ended with {_code(process.returncode)}; see {self._log}.")
            await asyncio.sleep(POLL_SECONDS)

    async def _keep_running(self) -> None:
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            code = await self._process.wait() if self._process else 0
            self.ready.clear()
            if time.monotonic() - started > STABLE_SECONDS:
                delay = FIRST_DELAY
            self._tell("crashed", f"ended with {_code(code)}; restarting, see {self._log}")
            await asyncio.sleep(delay.total_seconds())
            delay = min(delay * 2, MAX_DELAY)
            with suppress(UnavailableError):
                await self._launch()
                self._tell("ready", "again")

    def _signal(self, number: signal.Signals) -> None:
        if self.process_id is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process_id, number)

    def _tell(self, state: State, detail: str) -> None:
        self._report(self._part.name, state, detail)


def _code(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
