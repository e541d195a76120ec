"""The server of the gateway, which ends live streams before it waits for them.

uvicorn tells an application that it stops only after every response has ended, and a stream has no end of its own.
"""

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from gateway.services import Services


class GatewayServer(uvicorn.Server):
    """`stopping` is called when the server begins to stop."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


def end_streams(app: FastAPI) -> Callable[[], None]:
    """What a server of this application calls when it begins to stop."""

    def end() -> None:
        services: Services | None = getattr(app.state, "services", None)
        if services is not None:
            services.feed.stop()

    return end
