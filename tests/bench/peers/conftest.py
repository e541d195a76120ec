"""Peers that are stubs: real processes on a real PostgreSQL."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bench.announcements import Announcements
from bench.peers.peer import PeerAccess, PeerSystem
from bench.peers.process import PeerProcess
from bench.peers.transcript import PeerTranscript
from bench.testbed import listening
from storage.database import connect
from tests.bench.peers.stub_program import Fault

NewProcess = Callable[[Fault], PeerProcess]
NewPeer = Callable[[Fault], Awaitable[PeerSystem]]


@pytest.fixture
async def stub_process(empty_database_url: str, tmp_path: Path) -> AsyncIterator[NewProcess]:
    """Processes that are not yet started; they are killed after the test."""
    async with AsyncExitStack() as stack:

        def new(fault: Fault) -> PeerProcess:
            command = [sys.executable, "-m", "tests.bench.peers.stub_program", fault]
            process = PeerProcess("Stub", command, empty_database_url, tmp_path / "logs" / "stub.log")
            stack.push_async_callback(process.kill)
            return process

        yield new


@pytest.fixture
async def stub_peer(stub_process: NewProcess, empty_database_url: str) -> AsyncIterator[NewPeer]:
    """Started peers; a test has one of them at most, since they share the transcript."""
    announcements = Announcements()
    database = await connect(empty_database_url, max_size=2)
    transcript = PeerTranscript(database)
    await transcript.create()
    async with listening(announcements, empty_database_url):

        async def new(fault: Fault) -> PeerSystem:
            process = stub_process(fault)
            await process.start()
            return PeerSystem("Stub", PeerAccess(process, transcript, announcements))

        yield new
    await database.close()
