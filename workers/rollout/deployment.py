"""The versions of one installation's workers: where they stand, and the changes that the state allows."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.deployment.v1 import RoutingConfig, WorkerDeploymentInfo
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.client import Client

from domain.errors import ConflictError
from domain.queues import QUEUES
from workers.rollout.status import RolloutStatus, State, VersionStatus
from workers.rollout.temporal import CONVERSATION, NO_VERSION, RETIRED, DeploymentCalls

EVERYTHING = 100.0
STATES: dict[int, State] = {
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT: "current",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING: "ramping",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING: "draining",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED: "drained",
}


@dataclass(frozen=True)
class _Seen:
    """A state, and the token by which Temporal refuses a change that was decided on an older one."""

    status: RolloutStatus
    token: bytes


class WorkerDeployment:
    """Raises ConflictError for what the state does not allow, and NotFoundError for a version that no worker has."""

    def __init__(self, client: Client, name: str) -> None:
        self.calls = DeploymentCalls(client, name)

    async def status(self) -> RolloutStatus:
        """Every version with what is open on it; no version at all where versions are not used."""
        return (await self._seen()).status

    async def start(self, build_id: str, percent: float = EVERYTHING) -> bool:
        """Let this share of the new conversations begin on the version; with all of them it is current.

        False: it was so already. Raises ConflictError while another version ramps, and where nobody serves a queue.
        """
        seen = await self._seen()
        found = seen.status.version(build_id)
        if found.percent == percent and found.state == ("current" if percent == EVERYTHING else "ramping"):
            return False
        _check_not_in_the_way(seen.status, build_id)
        await self._check_queues(build_id)
        seen.status.running(build_id)
        if found.retired:
            await self.calls.mark_retired(build_id, retired=False)
        if percent == EVERYTHING:
            await self.calls.make_current(build_id, seen.token)
        else:
            await self.calls.ramp(build_id, percent, seen.token)
        return True

    async def abort(self) -> None:
        """End the ramp; without one, make the version before the current one current again, always an older one.

        Where there was none before, workers without a version get everything again, if any run.
        """
        seen = await self._seen()
        if seen.status.ramping:
            await self.calls.ramp("", 0, seen.token)
        else:
            await self.calls.make_current(await self._before(seen.status), seen.token)

    async def retire(self, build_id: str) -> None:
        """Allow the workers of an empty version to end."""
        if not (await self.status()).version(build_id).empty:
            raise ConflictError(f"Version {build_id} is still used. `holdfast rollout drain {build_id}` waits.")
        await self.calls.mark_retired(build_id, retired=True)

    async def is_retired(self, build_id: str) -> bool:
        """Whether the workers of this version were allowed to end, and nothing begins on it again."""
        described = await self.calls.describe_version(build_id)
        if described is None:
            return False
        info = described.worker_deployment_version_info
        return RETIRED in info.metadata.entries and STATES.get(info.status, "inactive") in {"inactive", "drained"}

    async def _seen(self) -> _Seen:
        described = await self.calls.describe()
        without_version = await self.calls.count(CONVERSATION, NO_VERSION)
        if described is None:
            return _Seen(RolloutStatus(deployment=self.calls.name, without_version=without_version), b"")
        info = described.worker_deployment_info
        routing, workers = info.routing_config, await self.calls.workers()
        newest_first = sorted(info.version_summaries, key=lambda one: one.create_time.ToNanoseconds(), reverse=True)
        status = RolloutStatus(
            deployment=self.calls.name,
            current=routing.current_deployment_version.build_id or None,
            ramping=routing.ramping_deployment_version.build_id or None,
            percent=routing.ramping_version_percentage,
            versions=tuple([await self._version(routing, one, workers) for one in newest_first]),
            without_version=without_version,
        )
        return _Seen(status, described.conflict_token)

    async def _version(
        self,
        routing: RoutingConfig,
        summary: WorkerDeploymentInfo.WorkerDeploymentVersionSummary,
        workers: Counter[str],
    ) -> VersionStatus:
        build_id = summary.deployment_version.build_id
        described = await self.calls.describe_version(build_id)
        workflows = await self.calls.count(self.calls.on(build_id))
        conversations = await self.calls.count(self.calls.on(build_id), CONVERSATION)
        return VersionStatus(
            build_id=build_id,
            state=STATES.get(summary.status, "inactive"),
            percent=_share(routing, build_id),
            conversations=conversations,
            others=max(0, workflows - conversations),
            workers=workers[build_id],
            last_current_at=_instant(summary.last_current_time),
            retired=described is not None and RETIRED in described.worker_deployment_version_info.metadata.entries,
        )

    async def _check_queues(self, build_id: str) -> None:
        described = await self.calls.describe_version(build_id)
        served = {queue.name for queue in described.version_task_queues} if described else set()
        if missing := [queue for queue in QUEUES if queue not in served]:
            raise ConflictError(
                f"No worker of version {build_id} serves {', '.join(missing)}: its conversations would wait there. "
                "Start workers for these task queues, then do it again."
            )

    async def _before(self, status: RolloutStatus) -> str:
        """The version that was current last, or `""` for workers without one."""
        if status.current is None:
            raise ConflictError("No version is current and none ramps: there is nothing to go back from.")
        before = status.before_current
        if before is None:
            return await self._no_version(status.current)
        if before.retired:
            raise ConflictError(
                f"The workers of version {before.build_id} were allowed to end. Start them again, then "
                f"`holdfast rollout start {before.build_id}`."
            )
        return status.running(before.build_id).build_id

    async def _no_version(self, current: str) -> str:
        if (await self.calls.workers())[""]:
            return ""
        raise ConflictError(
            f"No older version was current before {current}, and no worker without a version runs. "
            "Start workers of the version to go back to, then `holdfast rollout start` it."
        )


def _check_not_in_the_way(status: RolloutStatus, build_id: str) -> None:
    if status.ramping not in {None, build_id}:
        raise ConflictError(
            f"Version {status.ramping} gets {status.percent:g} % of the new conversations. "
            f"`holdfast rollout abort` ends that, `holdfast rollout start {status.ramping}` finishes it."
        )
    if status.current == build_id:
        raise ConflictError(f"Version {build_id} is current: it gets all new conversations, not a share of them.")


def _share(routing: RoutingConfig, build_id: str) -> float:
    """Percent of the new conversations that begin on the version."""
    ramping = routing.ramping_version_percentage
    if build_id == routing.ramping_deployment_version.build_id:
        return ramping
    return EVERYTHING - ramping if build_id == routing.current_deployment_version.build_id else 0


def _instant(timestamp: Timestamp) -> datetime | None:
    return timestamp.ToDatetime(UTC) if timestamp.seconds else None
