"""Clients that block, over `requests`: each call has a thread of its own, and one that is cancelled sends nothing more.

Nobody can stop a thread, but its connection can be cut: then what it does on it fails, and it begins nothing else.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock
from typing import Any, ClassVar, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from integrations.threads import run_blocking

Result = TypeVar("Result")

CONNECTIONS = 32


class _Call:
    """What runs in a thread. At any time it has one connection at most."""

    _owners: ClassVar[Lock] = Lock()

    def __init__(self) -> None:
        self._connection: _Cuttable | None = None
        self._is_cut = False

    def takes(self, connection: "_Cuttable") -> None:
        """The connection is this call's until another call takes it. Raises ConnectionAbortedError once it is cut."""
        with self._owners:
            if self._is_cut:
                raise ConnectionAbortedError("The call was cancelled.")
            connection.owner = self
            self._connection = connection

    def cut(self) -> None:
        with self._owners:
            self._is_cut = True
            if self._connection is not None and self._connection.owner is self:
                self._connection.cut()


_CALL: ContextVar[_Call | None] = ContextVar("call", default=None)


def on_cuttable_connections(session: requests.Session, trusted: ssl.SSLContext) -> None:
    for scheme in ("http://", "https://"):
        session.mount(scheme, CuttableAdapter(trusted))


async def in_a_thread(question: Callable[[], Result]) -> Result:
    """Its result. When this is cancelled, the thread has put its last byte on the network."""
    call = _Call()

    def asked() -> Result:
        _CALL.set(call)
        return question()

    try:
        return await run_blocking(asked)
    except asyncio.CancelledError:
        call.cut()
        raise


class CuttableAdapter(HTTPAdapter):
    """For a session: its connections can be cut."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self._trusted = trusted
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._trusted, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Cuttable(HTTPConnection):
    """Belongs to the call that uses it; one that lies in the pool belongs to the last."""

    owner: _Call | None = None

    def cut(self) -> None:
        """Whoever reads or writes finds it closed."""
        if self.sock is not None:
            # A TLS socket's own way would take off its encryption first, for writers who are not done.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def connect(self) -> None:
        super().connect()
        self._begin()

    def request(self, *arguments: Any, **options: Any) -> None:
        self._begin()
        super().request(*arguments, **options)

    def _begin(self) -> None:
        call = _CALL.get()
        if call is not None:
            call.takes(self)


class _CuttableTls(_Cuttable, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Cuttable


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _CuttableTls
