"""A PostgreSQL of one's own, for tests that take it away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.postgres import EmbeddedPostgres
from embedded.processes import Supervisor


@dataclass
class OwnServer:
    server: EmbeddedPostgres
    supervisor: Supervisor

    @property
    def url(self) -> str:
        return self.server.url("postgres")

    async def start(self) -> None:
        await self.supervisor.start(self.server.part())

    async def stop(self) -> None:
        await self.supervisor.stop(self.server.part().name)


@asynccontextmanager
async def own_server(folder: Path) -> AsyncIterator[OwnServer]:
    """A running server that ends with the context."""
    async with Supervisor(folder / "logs", lambda *_: None) as supervisor:
        own = OwnServer(EmbeddedPostgres(folder / "postgres", durable=False), supervisor)
        await own.server.initialise()
        await own.start()
        yield own
        await own.stop()
