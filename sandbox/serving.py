"""Serving a stand-in on a socket of this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sandbox.authority import Authority


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """Serve `app` on 127.0.0.1 in a thread of its own; yields its address. Port 0 picks a free one.

    The socket listens before the address is given out, so the first request waits rather than fails.
    """
    with _serving(app, port) as taken:
        yield f"http://127.0.0.1:{taken}"


@contextmanager
def serving_tls(app: FastAPI, authority: Authority, port: int = 0) -> Iterator[str]:
    """The same over TLS, with the authority's certificate for 127.0.0.1 and localhost."""
    with _serving(app, port, authority.server_file) as taken:
        yield f"https://127.0.0.1:{taken}"


@contextmanager
def _serving(app: FastAPI, port: int, certificate: Path | None = None) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", port)) as listening:
        # asyncio sets it only on sockets whose protocol number is given, and these are not.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, log_level="critical", timeout_graceful_shutdown=0, ssl_certfile=certificate
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="stand-in")
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
