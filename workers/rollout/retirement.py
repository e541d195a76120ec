"""Old workers end when `holdfast rollout drain` has found their version empty, and not before."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion

from domain.errors import HoldfastError
from workers.rollout.deployment import WorkerDeployment

LOOK_EVERY = timedelta(seconds=15)

log = structlog.get_logger()


class Retirement:
    """Ends a worker process when its version was retired while it ran.

    A process that is started on a retired version serves: somebody wants it, for example to go back.
    """

    def __init__(
        self,
        is_retired: Callable[[], Awaitable[bool]],
        end: Callable[[], None],
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self._is_retired = is_retired
        self._end = end
        self._look_every = look_every
        self._told = ""

    async def run(self) -> None:
        """Look until it is so, or cancelled. While Temporal does not answer, the worker serves on."""
        if await self._look():
            log.warning("version_was_retired", hint="the worker serves all the same")
            return
        while True:
            await asyncio.sleep(self._look_every.total_seconds())
            if await self._look():
                break
        log.info("version_is_retired", hint="the worker ends")
        self._end()

    async def _look(self) -> bool:
        try:
            retired = await self._is_retired()
        except HoldfastError as error:
            self._tell(type(error).__name__, str(error))
            return False
        self._told = ""
        return retired

    def _tell(self, error: str, reason: str) -> None:
        """Once until a look is good, so that an outage is one line."""
        if error != self._told:
            log.warning("retirement_not_known", error=error, reason=reason)
        self._told = error


@asynccontextmanager
async def ending_when_retired(client: Client, version: WorkerDeploymentVersion | None) -> AsyncIterator[None]:
    """Look for as long as the context lasts; then the process ends as by SIGTERM. Without a version: do nothing."""
    if version is None:
        yield
        return
    is_retired = partial(WorkerDeployment(client, version.deployment_name).is_retired, version.build_id)
    task = asyncio.create_task(Retirement(is_retired, partial(signal.raise_signal, signal.SIGTERM)).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
