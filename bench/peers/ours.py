"""Holdfast in the comparison."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

from bench.customers import Customer
from bench.peers.protocol import Point, Stop
from bench.testbed import Testbed, worker_command
from domain.errors import UnavailableError
from embedded.application import worker_part
from embedded.processes import State, Supervisor

PATIENCE_SECONDS = 120.0


class OurSystem:
    """The worker of the testbed; it is another process with the same activities when it has to stop at a point."""

    name = "Holdfast"

    def __init__(self, bed: Testbed) -> None:
        self._bed = bed
        self._crashed = asyncio.Event()
        self._stopping = Supervisor(bed.platform.settings.home / "logs", self._hear)

    @property
    def versions(self) -> Mapping[str, str]:
        return {"temporalio": version("temporalio")}

    def new_customers(self, number: int) -> Sequence[Customer]:
        return self._bed.new_customers(number)

    async def stop_at(self, point: Point, conversations: int) -> None:
        await self._bed.kill_worker()
        self._crashed.clear()
        stop = Stop(point=point, conversations=conversations)
        part = worker_part(self._bed.platform.settings, 1)
        await self._stopping.start(
            replace(part, name=f"worker-{point}", command=worker_command(stop.model_dump_json()))
        )

    async def died(self) -> None:
        """The supervisor would start it again, so it is taken out at once."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._crashed.wait()
        except TimeoutError:
            raise UnavailableError("Not every conversation of Holdfast came to the point.") from None
        finally:
            self._stopping.kill_all()

    def _hear(self, part: str, state: State, detail: str) -> None:
        if state == "crashed":
            self._crashed.set()

    async def kill(self) -> None:
        await self._bed.kill_worker()

    async def start(self) -> None:
        await self._bed.start_worker()

    async def resume(self) -> None:
        """Nothing: Temporal does it."""
