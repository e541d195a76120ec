"""Real dependencies for the tests: an embedded PostgreSQL and a Temporal development server per test process."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from coverage import Coverage
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from embedded.ports import free_port
from embedded.postgres import EmbeddedPostgres
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer
from storage.migrate import migrate

TEMPLATE = "template_migrated"
MEMORY = Path("/dev/shm")  # noqa: S108
IN_MEMORY = "holdfast-tests-"
ENOUGH_MEMORY_BYTES = 4_000_000_000
UNTRACED = {"browser", "contract", "deploy", "e2e", "market", "replay", "security", "specs"}
"""Folders that drive the whole, or read files: what they run is measured by the tests that mirror it.

Python 3.11 takes two to five times as long where coverage is measured.
"""


@pytest.fixture(scope="session")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("platform")


@pytest.fixture(scope="session")
async def supervisor(temporary: Path) -> AsyncIterator[Supervisor]:
    """Keeps the servers of this test process running and ends them with it."""
    async with Supervisor(temporary / "logs", lambda *_: None) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
async def postgres(supervisor: Supervisor, temporary: Path) -> AsyncIterator[EmbeddedPostgres]:
    folder = in_memory() or temporary / "postgres"
    server = EmbeddedPostgres(folder, durable=False)
    await server.initialise()
    await supervisor.start(server.part())
    yield server
    await supervisor.stop(server.part().name)
    shutil.rmtree(folder)


def in_memory() -> Path | None:
    """A new folder in memory, where a copy of a database takes 20 ms and not 400; None where there is little memory.

    What processes left there that are gone, killed perhaps, is removed.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH_MEMORY_BYTES:
        return None
    for left in MEMORY.glob(f"{IN_MEMORY}*"):
        if not Path(f"/proc/{left.name.removeprefix(IN_MEMORY).partition('-')[0]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{IN_MEMORY}{os.getpid()}-", dir=MEMORY))


@pytest.fixture(scope="session")
async def migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database, from which each test gets a copy."""
    await postgres.create_database(TEMPLATE)
    await migrate(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres, migrated: str) -> AsyncIterator[str]:
    """The address of a migrated database that this test has for itself."""
    async with database(postgres, migrated) as url:
        yield url


@pytest.fixture
async def empty_database_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The address of a database without any table that this test has for itself."""
    async with database(postgres, "template1") as url:
        yield url


@asynccontextmanager
async def database(server: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """A copy of a database, for as long as the context lasts."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        # Copying files is twice as fast as writing each page to the log, which is for servers in use.
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        yield server.url(name)
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def temporal_server(supervisor: Supervisor, temporary: Path) -> TemporalServer:
    """A development server on a free port, with our search attributes."""
    server = TemporalServer(temporary / "temporal.db", port=free_port(), ui_port=None)
    await supervisor.start(server.part())
    await server.prepare_namespace()
    return server


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: TemporalServer) -> Client:
    return await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)


@pytest.fixture(scope="session")
async def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an initialised PostgreSQL, because to initialise one takes longer than a test."""
    folder = tmp_path_factory.mktemp("initialised") / "postgres"
    await EmbeddedPostgres(folder, durable=False).initialise()
    return folder


@pytest.fixture
def home(tmp_path: Path, initialised: Path) -> Path:
    """The home folder of a platform that ran before and left nothing."""
    home = tmp_path / "home"
    home.mkdir()
    cp = shutil.which("cp") or "cp"
    subprocess.run([cp, "--archive", str(initialised), str(home / "postgres")], check=True)
    return home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Traced ones come first, and of those what may take longest: at the end it would run alone."""
    for item in items:
        if item.path.relative_to(item.config.rootpath).parts[1] in UNTRACED:
            item.add_marker(pytest.mark.untraced)
    items.sort(key=lambda item: (item.get_closest_marker("untraced") is not None, -_allowed_seconds(item)))


def _allowed_seconds(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure no coverage in an `untraced` test, nor in the processes of a `chaos` test, which are killed anyway."""
    untraced, stopped = item.get_closest_marker("untraced"), list[Coverage]()
    while untraced and (coverage := Coverage.current()):
        coverage.stop()
        stopped.append(coverage)
    with pytest.MonkeyPatch.context() as environment:
        if untraced or item.get_closest_marker("chaos"):
            environment.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        result = yield
    for coverage in reversed(stopped):
        coverage.start()
    return result
