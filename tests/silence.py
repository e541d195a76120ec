"""A vendor that takes what comes and says nothing: over a real socket."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class SilentServer:
    """Takes requests; answers those whose path is /fast at once, and the others never.

    `reached`: somebody connected; `asked`: a request came; `hung_up`: the other side ended a connection.
    """

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.reached = asyncio.Event()
        self.asked = asyncio.Event()
        self.hung_up = asyncio.Event()
        self.url = ""
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached.set()
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(request.split(b" ")[1])
                if self.requests[-1] == b"/fast":
                    writer.write(ANSWER)
                self.asked.set()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            self.hung_up.set()
        finally:
            writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[SilentServer]:
    server = SilentServer()
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    async with listening:
        yield server
