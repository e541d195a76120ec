"""A network of our own: connections that can be slow, cut, or refused while what stands behind them lives on."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

CHUNK_BYTES = 65_536
ADDRESS = "127.0.0.1"
NO_FAREWELL = struct.pack("ii", 1, 0)
Result = TypeVar("Result")


class Relay:
    """Passes bytes on to a port of this machine. `delay_seconds` holds back what comes from there."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.delay_seconds = 0.0
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        """At the first time on any port, later on the same one."""
        self._server = await asyncio.start_server(self._pass_on, ADDRESS, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def go_down(self) -> None:
        """Every connection is reset and every new one refused, as when the process at the other end was killed."""
        if self._server:
            self._server.close()
        self._server = None
        for writer in list(self._open):
            _reset(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there_reader, there = await asyncio.open_connection(ADDRESS, self._target)
            self._open |= {writer, there}
            try:
                await asyncio.gather(self._copy(reader, there, slow=False), self._copy(there_reader, writer, slow=True))
            finally:
                self._open -= {writer, there}
                _reset(there)
        _reset(writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            if slow and self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Without a farewell: whoever is at the other end has its connection reset."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.transport.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_FAREWELL)
    writer.transport.abort()


class Network:
    """Relays in a thread of their own, so that a busy event loop does not slow them down."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def relay(self, target: int) -> Relay:
        made = Relay(target)
        self._call(made.listen())
        return made

    def slow(self, relay: Relay, seconds: float) -> None:
        relay.delay_seconds = seconds

    async def down(self, relay: Relay) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(relay.go_down(), self._loop))

    async def up(self, relay: Relay) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(relay.listen(), self._loop))

    def _call(self, coroutine: Coroutine[None, None, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


@contextmanager
def network() -> Iterator[Network]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="network")
    thread.start()
    try:
        yield Network(loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
