"""The version of this process' code, as Temporal is told it."""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from config.settings import Settings


def version_of(settings: Settings) -> WorkerDeploymentVersion | None:
    """None where the settings name no build id: the workers have no version then."""
    if settings.worker_build_id is None:
        return None
    return WorkerDeploymentVersion(settings.worker_deployment, settings.worker_build_id)


def pinned(version: WorkerDeploymentVersion | None) -> WorkerDeploymentConfig | None:
    """Every run of a workflow stays on the version that began it, and so do its activities."""
    if version is None:
        return None
    return WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.PINNED
    )
