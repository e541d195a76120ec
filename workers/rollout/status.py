"""Where a rollout stands, as commands show it and as `--json` prints it."""

from datetime import datetime
from typing import Literal

from domain.errors import ConflictError, NotFoundError
from domain.model import Frozen

State = Literal["inactive", "current", "ramping", "draining", "drained"]
"""`inactive`: never began a conversation. `draining`: begins none any more. `drained`: Temporal saw none left."""


class VersionStatus(Frozen):
    """One version of the workers: what begins on it, and what is open on it."""

    build_id: str
    state: State
    percent: float = 0
    """Share of the new conversations that begin on it, 0 to 100."""
    conversations: int = 0
    others: int = 0
    """Open workflows that are no conversation: readers of channels, synchronisations of articles."""
    workers: int = 0
    """Processes that asked for conversations in the last minutes."""
    last_current_at: datetime | None = None
    retired: bool = False
    """Its workers were allowed to end."""

    @property
    def empty(self) -> bool:
        """Nothing is open on it and Temporal has confirmed that, so its workers may end."""
        return self.state in {"inactive", "drained"} and not (self.conversations or self.others)


class RolloutStatus(Frozen):
    """All versions, the newest first."""

    deployment: str
    current: str | None = None
    """None: new conversations begin on workers without a version."""
    ramping: str | None = None
    percent: float = 0
    versions: tuple[VersionStatus, ...] = ()
    without_version: int = 0
    """Open conversations that no worker with a version has touched."""

    def version(self, build_id: str) -> VersionStatus:
        """Raises NotFoundError that names those that there are."""
        found = next((one for one in self.versions if one.build_id == build_id), None)
        if found is None:
            known = ", ".join(one.build_id for one in self.versions) or "none"
            raise NotFoundError(
                f"No worker of version {build_id} has asked for work in deployment {self.deployment} (known: {known}). "
                f"Start workers with HOLDFAST_WORKER_BUILD_ID={build_id}, then do it again."
            )
        return found

    def running(self, build_id: str) -> VersionStatus:
        """The version, which has workers. Raises ConflictError where it had, and NotFoundError where it never had."""
        found = self.version(build_id)
        if not found.workers:
            raise ConflictError(
                f"No worker of version {build_id} has asked for conversations lately, so they would wait there. "
                f"Start workers with HOLDFAST_WORKER_BUILD_ID={build_id}, then do it again."
            )
        return found

    @property
    def before_current(self) -> VersionStatus | None:
        """The older version that was current last. Never a newer one: to go back twice must not go forward."""
        builds = [one.build_id for one in self.versions]
        older = self.versions[builds.index(self.current) + 1 :] if self.current in builds else ()
        known = [(one.last_current_at, one) for one in older if one.last_current_at]
        return max(known, key=lambda found: found[0])[1] if known else None

    @property
    def elsewhere(self) -> int:
        """Open conversations that are not on the current version."""
        versioned = sum(one.conversations for one in self.versions if one.build_id != self.current)
        return versioned + (self.without_version if self.current else 0)
