"""The program of a peer as a process that is asked, killed and started again."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from bench.peers.protocol import SAID, Answer, Call, Ready, Request, Stop
from domain.errors import UnavailableError
from embedded.application import ROOT
from embedded.launch import tied_to_parent

START_SECONDS = 60.0


class PeerProcess:
    """Runs `command` with the address of the database; what the program complains about goes to the log."""

    def __init__(self, name: str, command: Sequence[str], database_url: str, log: Path) -> None:
        self.versions: Mapping[str, str] = {}
        self._name = name
        self._command = [*command, database_url]
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._calls: dict[int, asyncio.Future[None]] = {}
        self._number = 0

    async def start(self, stop: Stop | None = None) -> None:
        """Return when the program is ready. Raises UnavailableError when it ends or is silent instead."""
        self._ready.clear()
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tied_to_parent([*self._command, *([stop.model_dump_json()] if stop else [])]),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=_environment(),
            )
        self._reading = asyncio.create_task(self._read(self._process))
        await self._until_ready(self._reading)

    async def call(self, request: Request) -> None:
        """Return when the program has answered. Raises UnavailableError when it has ended instead."""
        await self.tell(request)

    def tell(self, request: Request) -> asyncio.Future[None]:
        """Ask without waiting; whoever does not await the answer does not want to know it."""
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        if self._process is None or self._process.stdin is None or self._process.returncode is not None:
            answer.set_exception(self._ended())
            return answer
        self._calls[self._number] = answer
        self._process.stdin.write(f"{Call(number=self._number, request=request).model_dump_json()}\n".encode())
        return answer

    async def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self.died()

    async def died(self) -> None:
        """Return when the process is no more, and everything that it said has been read."""
        if self._process is not None and self._reading is not None:
            await self._process.wait()
            await self._reading

    async def _until_ready(self, reading: asyncio.Task[None]) -> None:
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, reading}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not self._ready.is_set():
            await self.kill()
            raise UnavailableError(f"{self._name} is not measured: its program does not start; see {self._log}.")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Until the program ends, or says what is not of the protocol, which ends it."""
        if process.stdout is None:
            return
        while line := await process.stdout.readline():
            try:
                self._hear(SAID.validate_json(line))
            except ValidationError:
                process.kill()
                break
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(self._ended())
        self._calls.clear()

    def _hear(self, said: Ready | Answer) -> None:
        match said:
            case Ready():
                self.versions = said.versions
                self._ready.set()
            case Answer():
                self._calls.pop(said.number).set_result(None)

    def _ended(self) -> UnavailableError:
        return UnavailableError(f"{self._name} is not measured: its program has ended; see {self._log}.")


def _environment() -> dict[str, str]:
    """Nothing of ours, and no data type that the checkpoints of LangGraph would have to guess."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANGGRAPH_STRICT_MSGPACK": "true"}
