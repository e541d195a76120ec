"""Backups of a running PostgreSQL and a running Temporal, and servers that are restored from them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from embedded.ports import free_port
from embedded.postgres import EmbeddedPostgres, program
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer


@dataclass(frozen=True)
class Backup:
    """A dump of the database, and a copy of Temporal's file, of one moment."""

    postgres: Path
    temporal: Path


async def back_up(database_url: str, temporal_file: Path, folder: Path) -> Backup:
    """Both are in use meanwhile."""
    folder.mkdir()  # noqa: ASYNC240 (a small folder)
    made = Backup(postgres=folder / "holdfast.dump", temporal=folder / "temporal.db")
    await _run("pg_dump", "--format=custom", f"--file={made.postgres}", database_url)
    await asyncio.to_thread(_copy_database, temporal_file, made.temporal)
    return made


def _copy_database(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


async def restored_database(server: EmbeddedPostgres, backup: Backup) -> str:
    """The address of a new database with what the dump holds."""
    name = f"restored_{uuid4().hex}"
    await server.create_database(name)
    await _run("pg_restore", f"--dbname={server.url(name)}", "--exit-on-error", str(backup.postgres))
    return server.url(name)


async def _run(name: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(program(name), *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


@asynccontextmanager
async def temporal_on(file: Path) -> AsyncIterator[Client]:
    """A server on this file, new or restored."""
    async with Supervisor(file.parent / "logs", lambda *_: None) as supervisor:
        server = TemporalServer(file, port=free_port(), ui_port=None)
        await supervisor.start(server.part())
        await server.prepare_namespace()
        yield await Client.connect(server.address, data_converter=pydantic_data_converter)
