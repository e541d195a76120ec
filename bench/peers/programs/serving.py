"""Serving the calls of the benchmark: read lines, carry out, answer. Every program runs through this."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Protocol, TextIO

from bench.peers.protocol import Answer, Approve, Call, Line, Ready, Receive, Request, Resume, Stop

LONGEST_LINE_BYTES = 1 << 20


class Peer(Protocol):
    """A system that can hold the conversation."""

    async def receive(self, message: Receive) -> None: ...

    async def approve(self, approval: Approve) -> None: ...

    async def resume(self) -> None: ...


def arguments(given: Sequence[str]) -> tuple[str, Stop | None]:
    """The address of the database, and where to stop, as JSON, if anywhere."""
    database_url, *stop = given
    return database_url, Stop.model_validate_json(stop[0]) if stop else None


def versions_of(*packages: str) -> Mapping[str, str]:
    return {package: version(package) for package in packages}


async def serve(peer: Peer, versions: Mapping[str, str]) -> None:
    """Carry out calls beside each other until standard input ends. What one raises ends the program, with its trace."""
    lines = await _standard_input()
    said, sys.stdout = sys.stdout, sys.stderr  # What libraries print must not look like an answer.
    _say(said, Ready(versions=versions))
    async with asyncio.TaskGroup() as calls:
        while line := await lines.readline():
            calls.create_task(_answer(peer, Call.model_validate_json(line), said))


async def _answer(peer: Peer, call: Call, said: TextIO) -> None:
    await _carry_out(peer, call.request)
    _say(said, Answer(number=call.number))


async def _carry_out(peer: Peer, request: Request) -> None:
    match request:
        case Receive():
            await peer.receive(request)
        case Approve():
            await peer.approve(request)
        case Resume():
            await peer.resume()


def _say(said: TextIO, line: Line) -> None:
    said.write(line.model_dump_json() + "\n")
    said.flush()


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader
