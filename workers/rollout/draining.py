"""Waiting until nothing is left on a version, and then letting its workers end."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from domain.errors import ConflictError
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.status import VersionStatus

LOOK_EVERY = timedelta(seconds=2)


async def drain(
    deployment: WorkerDeployment,
    build_id: str,
    report: Callable[[VersionStatus], None],
    look_every: timedelta = LOOK_EVERY,
) -> VersionStatus:
    """Wait, however long it takes, then retire the version; cancelled before that, nothing was changed.

    Temporal confirms that nothing is left some minutes after the last run ended. Raises ConflictError for a version on
    which conversations begin, also when it becomes one meanwhile.
    """
    while True:
        found = (await deployment.status()).version(build_id)
        if found.state in {"current", "ramping"}:
            raise ConflictError(
                f"New conversations begin on version {build_id}. `holdfast rollout start` another version first."
            )
        report(found)
        if found.empty:
            await deployment.retire(build_id)
            return found.model_copy(update={"retired": True})
        await asyncio.sleep(look_every.total_seconds())
