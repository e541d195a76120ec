"""Notifications of committed changes (LISTEN / NOTIFY), so that nobody polls for them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog
from pydantic import ValidationError

from domain.errors import HoldfastError, UnavailableError
from storage.database import CHANNEL, CONNECT_SECONDS, errors_translated
from storage.views import Notification

HEARTBEAT_SECONDS = 15.0
FIRST_PAUSE_SECONDS = 0.1
MAX_PAUSE_SECONDS = 5.0
BACKLOG = 10_000

log = structlog.get_logger()


RESYNC = Notification(kind="resync")


class NotificationListener:
    """One connection that listens, and connects again for ever."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    async def listen(self) -> AsyncGenerator[Notification, None]:
        """Every notification from now on. Never ends, never raises while PostgreSQL is away or refuses us.

        `resync` comes after each connection is made and when the reader fell behind: something may have been missed,
        so read everything again.
        """
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._listening() as inbox:
                    pause = FIRST_PAUSE_SECONDS
                    yield RESYNC
                    while True:
                        yield await inbox.next()
            except HoldfastError as error:
                log.warning("notifications_interrupted", error=type(error).__name__, next_try_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator["_Inbox"]:
        with errors_translated():
            connection = await asyncpg.connect(self._database_url, timeout=CONNECT_SECONDS)
            try:
                inbox = _Inbox(connection)
                connection.add_termination_listener(inbox.close)
                await connection.add_listener(CHANNEL, inbox.put)
                yield inbox
            finally:
                connection.terminate()


class _Inbox:
    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._waiting: asyncio.Queue[Notification | None] = asyncio.Queue()

    def put(self, *event: object) -> None:
        if self._waiting.qsize() >= BACKLOG:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait(RESYNC)
        with suppress(ValidationError):  # of a newer version, whose gateways tell it to their own
            self._waiting.put_nowait(Notification.model_validate_json(str(event[-1])))

    def close(self, _: object) -> None:
        self._waiting.put_nowait(None)

    async def next(self) -> Notification:
        """The next one; a silent connection is asked whether it is still there."""
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):  # wait_for of Python 3.11 may swallow a cancellation
                    notification = await self._waiting.get()
            except TimeoutError:
                await self._connection.execute("SELECT 1", timeout=CONNECT_SECONDS)
                continue
            if notification is None:
                raise UnavailableError("The connection to PostgreSQL was lost.")
            return notification
