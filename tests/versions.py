"""A Temporal server for worker versions, and workers that have one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.common import WorkerDeploymentVersion
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import Worker, WorkerDeploymentConfig

from domain.errors import ConflictError, NotFoundError
from domain.queues import CONVERSATIONS, QUEUES
from domain.search_attributes import SEARCH_ATTRIBUTES
from tests.workflows.conftest import KEYS, TEMPORAL
from workers.rollout.deployment import EVERYTHING, WorkerDeployment
from workers.rollout.temporal import DeploymentCalls
from workers.rollout.version import pinned
from workers.rollout.waking import Pace, Woken, wake
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow

DEPLOYMENT = "holdfast"
SOON = {
    "matching.wv.VersionDrainageStatusVisibilityGracePeriod": "1s",
    "matching.wv.VersionDrainageStatusRefreshInterval": "1s",
}
"""Temporal looks after minutes whether a version is drained; here it looks every second."""


@asynccontextmanager
async def versioned_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own: the current version of a task queue is the same for everybody who uses that queue."""
    settings = {"frontend.workflowTimeSkippingEnabled": True, **SOON}
    flags = [("--dynamic-config-value", f"{name}={json.dumps(value)}") for name, value in settings.items()]
    env = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=pydantic_data_converter,
        dev_server_existing_path=TEMPORAL,
        dev_server_log_level="never",
        dev_server_extra_args=[part for flag in flags for part in flag],
        search_attributes=[KEYS[attribute.kind](name) for name, attribute in SEARCH_ATTRIBUTES.items()],
    )
    async with env:
        yield env


def release(build_id: str | None) -> WorkerDeploymentConfig | None:
    """What workers of this version are built with; None: they have no version."""
    return pinned(WorkerDeploymentVersion(DEPLOYMENT, build_id)) if build_id else None


class Served(Protocol):
    """Fake activities."""

    @property
    def all(self) -> Sequence[Callable[..., Any]]: ...


@asynccontextmanager
async def serving(
    client: Client,
    fakes: Served,
    build_id: str | None,
    workflow: type = ConversationWorkflow,
    queues: Sequence[str] = QUEUES,
) -> AsyncIterator[None]:
    """Workers of a version with fake activities, on these task queues; Temporal knows the version afterwards.

    They poll little: every poller tells Temporal the version until that knows it. What is served first is the older
    version.
    """
    async with AsyncExitStack() as stack:
        for queue in queues:
            worker = Worker(
                client,
                task_queue=queue,
                workflows=[workflow] if queue == CONVERSATIONS else [],
                activities=fakes.all,
                workflow_runner=workflow_runner(),
                deployment_config=release(build_id),
                max_concurrent_workflow_task_polls=2,
                max_concurrent_activity_task_polls=1,
            )
            await stack.enter_async_context(worker)
        if build_id:
            await _until_known(DeploymentCalls(client, DEPLOYMENT), build_id)
        yield


async def _until_known(calls: DeploymentCalls, build_id: str) -> None:
    while True:
        if await calls.describe_version(build_id) is not None:
            return
        await asyncio.sleep(0.05)


async def start(deployment: WorkerDeployment, build_id: str, percent: float = EVERYTHING) -> None:
    """As soon as Temporal has seen the version's workers on every queue."""
    while True:
        try:
            await deployment.start(build_id, percent)
        except (NotFoundError, ConflictError):
            await asyncio.sleep(0.05)
        else:
            return


async def until_open(deployment: WorkerDeployment, **conversations: int) -> None:
    """Wait until each of these versions has so many open conversations."""
    while True:
        if await _are_open(deployment, conversations):
            return
        await asyncio.sleep(0.05)


async def until_moved(deployment: WorkerDeployment, **conversations: int) -> Woken:
    """Wake until it is so; what the first waking found. Temporal takes a second to spread a change of versions."""
    first = None
    while True:
        woken = await wake(deployment, Pace(batch=2, pause=timedelta(milliseconds=100)), lambda _: None)
        first = first or woken
        if await _are_open(deployment, conversations):
            return first


async def _are_open(deployment: WorkerDeployment, conversations: dict[str, int]) -> bool:
    status = await deployment.status()
    return {name: status.version(name).conversations for name in conversations} == conversations


async def histories(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """Of all runs of a workflow, the first one first."""
    runs = [one async for one in client.list_workflows(f"WorkflowId = '{workflow_id}'")]
    handles: list[WorkflowHandle[object, object]] = [
        client.get_workflow_handle(workflow_id, run_id=run.run_id)
        for run in sorted(runs, key=lambda one: one.start_time)
    ]
    return [await handle.fetch_history() for handle in handles]


async def runs(client: Client, workflow_id: str, number: int) -> list[WorkflowHistory]:
    """Wait until a workflow has begun so many runs; the histories of all of them."""
    while True:
        found = await histories(client, workflow_id)
        if len(found) >= number:
            return found
        await asyncio.sleep(0.05)


def versions_in(history: WorkflowHistory) -> set[str]:
    """The versions of the workers that worked on a run; "" for workers without one."""
    done = [event for event in history.events if event.HasField("workflow_task_completed_event_attributes")]
    return {event.workflow_task_completed_event_attributes.deployment_version.build_id for event in done}


def failed_tasks(history: WorkflowHistory) -> list[str]:
    """What made a workflow task fail, such as code that does not fit the history.

    Not that a message came just as a new run was to begin: Temporal has the run take it in first.
    """
    failed = [
        event.workflow_task_failed_event_attributes
        for event in history.events
        if event.HasField("workflow_task_failed_event_attributes")
    ]
    came_meanwhile = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    return [one.failure.message for one in failed if one.cause != came_meanwhile]
