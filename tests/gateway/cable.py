"""A cable between the gateway and a dependency, to be cut and mended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Cable:
    """Forwards TCP connections; while it is cut, connections break and new ones are refused."""

    def __init__(self, far_end: Callable[[], Awaitable[Streams]]) -> None:
        self._far_end = far_end
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _connect(self, near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._far_end()
        self._open |= {near_writer, far_writer}
        for reader, writer in ((near_reader, far_writer), (far_reader, near_writer)):
            pump = asyncio.create_task(_pump(reader, writer))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


@asynccontextmanager
async def cable_to(far_end: Callable[[], Awaitable[Streams]]) -> AsyncIterator[Cable]:
    cable = Cable(far_end)
    await cable.mend()
    try:
        yield cable
    finally:
        await cable.cut()
