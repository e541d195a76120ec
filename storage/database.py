"""The connection to PostgreSQL, and the one place where its errors become ours."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
from pydantic_core import from_json, to_json

from domain.errors import CredentialsError, NotFoundError, StoreUnavailableError, UnavailableError
from storage.views import Notification

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
    PooledConnection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]

CHANNEL = "holdfast"
CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 10.0

_PASSING = (
    OSError,  # refused, reset, unknown host, and TimeoutError
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, cancelled
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # deadlock, serialisation
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is not promoted yet
    asyncpg.InvalidCachedStatementError,  # a migration ran meanwhile
)
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class Database:
    """A pool of connections. One call is one transaction; every error passes through `errors_translated`.

    Raises StoreUnavailableError while PostgreSQL is away.

    Texts lose the character NUL, which PostgreSQL cannot keep: people and vendors may send it.
    """

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._unannounced: list[str] = []
        self._announces_next: asyncio.Task[None] | None = None
        self._announcing = asyncio.Lock()

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        with _serving():
            return await self._pool.fetch(query, *keepable(args))

    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None:
        with _serving():
            return await self._pool.fetchrow(query, *keepable(args))

    async def fetchval(self, query: str, *args: object) -> Any:
        with _serving():
            return await self._pool.fetchval(query, *keepable(args))

    async def call(self, announcement: Notification, query: str, *args: object) -> asyncpg.Record:
        """Call a stored function, commit, then announce the change. One row comes back.

        Not announced in the transaction: NOTIFY would make all commits wait for each other's disk flush. A crash in
        between is harmless, because whoever did not get the result calls again, which announces again.
        """
        row = await self.fetchrow(query, *args)
        if row is None:
            raise RuntimeError("a stored function returned no row")
        await self.announce(announcement)
        return row

    async def announce(self, notification: Notification) -> None:
        """Tell every NotificationListener; when this returns, it was told.

        What is announced while a statement is under way shares the next one.
        """
        self._unannounced.append(notification.model_dump_json(exclude_defaults=True))
        if self._announces_next is None:
            self._announces_next = asyncio.create_task(self._announce_all())
        await asyncio.shield(self._announces_next)

    async def _announce_all(self) -> None:
        async with self._announcing:
            texts, self._unannounced, self._announces_next = self._unannounced, [], None
            await self.fetchval("SELECT count(pg_notify($1, text)) FROM unnest($2::text[]) text", CHANNEL, texts)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PooledConnection"]:
        """Several statements, all or none."""
        with _serving():
            async with self._pool.acquire() as connection, connection.transaction():
                yield connection

    async def close(self) -> None:
        await self._pool.close()


async def connect(database_url: str, *, max_size: int = 10) -> Database:
    """Open the pool. Raises StoreUnavailableError while PostgreSQL is away, CredentialsError when it refuses us."""
    with errors_translated():
        pool = await asyncpg.create_pool(
            database_url,
            min_size=1,
            max_size=max_size,
            init=_speak_json,
            reset=_keep_session,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"application_name": "holdfast", "jit": "off"},
        )
    return Database(pool)


@contextmanager
def errors_translated() -> Iterator[None]:
    """PostgreSQL being away is StoreUnavailableError; a violated constraint is a mistake of ours and stays as it is."""
    try:
        yield
    except _PASSING as error:
        raise StoreUnavailableError("PostgreSQL does not answer. This is tried again.") from error
    except asyncpg.LockNotAvailableError as error:
        raise UnavailableError("A message may be leaving at this moment. This is tried again.") from error
    except asyncpg.NoDataFoundError as error:
        raise NotFoundError(str(error)) from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise CredentialsError(f"PostgreSQL refuses the database URL: {error}. Check HOLDFAST_DATABASE_URL.") from error
    except asyncpg.ClientConfigurationError as error:
        raise CredentialsError(
            "The database URL is no address of PostgreSQL. Write HOLDFAST_DATABASE_URL like"
            " postgresql://user:password@host/database."
        ) from error
    except asyncpg.InterfaceError as error:
        if isinstance(error, ValueError):  # an argument of the wrong type, not a connection that went away
            raise
        raise StoreUnavailableError("The connection to PostgreSQL was lost. This is tried again.") from error


@contextmanager
def _serving() -> Iterator[None]:
    """A database that let us in before and refuses us now is away: its password is being changed, or it fails over."""
    try:
        with errors_translated():
            yield
    except CredentialsError as error:
        raise StoreUnavailableError(str(error)) from error


def keepable(args: tuple[object, ...]) -> tuple[object, ...]:
    """Arguments for a connection of `transaction`; the other calls clean their own."""
    return tuple(arg.replace("\x00", "") if isinstance(arg, str) else arg for arg in args)


async def _speak_json(connection: "Connection") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=_encode, decoder=from_json, schema="pg_catalog")


def _encode(value: object) -> str:
    """Models and plain values as JSON without nulls; PostgreSQL cannot keep the character NUL, so it is left out."""
    encoded = to_json(value, exclude_none=True)
    return (_NUL.sub(rb"\1", encoded) if b"\\u0000" in encoded else encoded).decode()


async def _keep_session(_: "Connection") -> None:
    """Our statements leave no session state; asyncpg itself rolls back, so the round trip of a full reset is saved."""
