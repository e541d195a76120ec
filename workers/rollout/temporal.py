"""The calls to Temporal that a rollout is made of, each with what its refusal means."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    DescribeWorkerDeploymentVersionRequest,
    DescribeWorkerDeploymentVersionResponse,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
    UpdateWorkerDeploymentVersionMetadataRequest,
)
from temporalio.client import Client, WorkflowExecution
from temporalio.converter import PayloadConverter
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from domain.queues import CONVERSATIONS
from workflows.conversation.workflow import ConversationWorkflow
from workflows.guarding.workflow import GuardedCallWorkflow
from workflows.journeys.workflow import JourneyWorkflow

CONVERSATION = f"WorkflowType = '{ConversationWorkflow.__name__}'"
ROLLS_OVER = "WorkflowType IN ({})".format(
    ", ".join(f"'{one.__name__}'" for one in (ConversationWorkflow, JourneyWorkflow, GuardedCallWorkflow))
)
"""What may be idle for months, and begins a new run when it is woken."""
NO_VERSION = "TemporalWorkerDeploymentVersion IS NULL"
OPEN = "ExecutionStatus = 'Running'"
RETIRED = "holdfast-retired"
"""Metadata of a version whose workers may end."""


class DeploymentCalls:
    """One deployment's part of Temporal's API. What is asked for and does not exist is None.

    Raises ConflictError for what Temporal refuses, and UnavailableError, CredentialsError or RateLimitedError.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name

    def on(self, build_id: str) -> str:
        """The list filter for what runs on a version."""
        return f"TemporalWorkerDeploymentVersion = '{self.name}:{build_id}'"

    def not_on(self, build_id: str | None) -> str:
        """The list filter for what runs on another version, or on none; of None: on any version."""
        if build_id is None:
            return "TemporalWorkerDeploymentVersion IS NOT NULL"
        return f"(TemporalWorkerDeploymentVersion != '{self.name}:{build_id}' OR {NO_VERSION})"

    async def count(self, *conditions: str) -> int:
        """Open workflows that fulfil all conditions."""
        with explained():
            return (await self.client.count_workflows(" AND ".join((OPEN, *conditions)))).count

    async def open(self, *conditions: str) -> AsyncIterator[WorkflowExecution]:
        """The same ones, one after the other."""
        with explained():
            async for execution in self.client.list_workflows(" AND ".join((OPEN, *conditions))):
                yield execution

    async def describe(self) -> DescribeWorkerDeploymentResponse | None:
        """None where no worker has told a version yet."""
        request = DescribeWorkerDeploymentRequest(namespace=self.client.namespace, deployment_name=self.name)
        try:
            with explained():
                return await self.client.workflow_service.describe_worker_deployment(request, retry=True)
        except NotFoundError:
            return None

    async def describe_version(self, build_id: str) -> DescribeWorkerDeploymentVersionResponse | None:
        request = DescribeWorkerDeploymentVersionRequest(
            namespace=self.client.namespace, deployment_version=self._named(build_id)
        )
        try:
            with explained():
                return await self.client.workflow_service.describe_worker_deployment_version(request, retry=True)
        except NotFoundError:
            return None

    async def workers(self) -> Counter[str]:
        """How many processes asked for conversations in the last minutes, by build id; `""`: without a version."""
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=CONVERSATIONS),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        with explained():
            described = await self.client.workflow_service.describe_task_queue(request, retry=True)
        return Counter(
            poller.deployment_options.build_id if _has_version(poller) else ""
            for poller in described.pollers
            if not _has_version(poller) or poller.deployment_options.deployment_name == self.name
        )

    async def make_current(self, build_id: str, token: bytes) -> None:
        """`""` stands for workers without a version. `token` names the state on which this was decided."""
        request = SetWorkerDeploymentCurrentVersionRequest(
            namespace=self.client.namespace,
            deployment_name=self.name,
            build_id=build_id,
            conflict_token=token,
            identity=self.client.identity,
        )
        with explained():
            await self.client.workflow_service.set_worker_deployment_current_version(request, retry=True)

    async def ramp(self, build_id: str, percent: float, token: bytes) -> None:
        """The same for a share of the new conversations; `""` and 0 end the ramp."""
        request = SetWorkerDeploymentRampingVersionRequest(
            namespace=self.client.namespace,
            deployment_name=self.name,
            build_id=build_id,
            percentage=percent,
            conflict_token=token,
            identity=self.client.identity,
        )
        with explained():
            await self.client.workflow_service.set_worker_deployment_ramping_version(request, retry=True)

    async def mark_retired(self, build_id: str, *, retired: bool) -> None:
        request = UpdateWorkerDeploymentVersionMetadataRequest(
            namespace=self.client.namespace,
            deployment_version=self._named(build_id),
            upsert_entries={RETIRED: PayloadConverter.default.to_payload(True)} if retired else None,
            remove_entries=[] if retired else [RETIRED],
            identity=self.client.identity,
        )
        with explained():
            await self.client.workflow_service.update_worker_deployment_version_metadata(request, retry=True)

    def _named(self, build_id: str) -> WorkerDeploymentVersion:
        return WorkerDeploymentVersion(deployment_name=self.name, build_id=build_id)


def _has_version(poller: PollerInfo) -> bool:
    return poller.deployment_options.worker_versioning_mode == WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED


@contextmanager
def explained() -> Iterator[None]:
    """What Temporal refuses, as an error that says what to do."""
    try:
        yield
    except RPCError as error:
        raise _meaning(error) from error


def _meaning(error: RPCError) -> HoldfastError:
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return NotFoundError(f"Temporal does not know it: {error.message}.")
        case RPCStatusCode.UNIMPLEMENTED:
            return ConflictError(
                "This Temporal service has no worker deployments, so workers have no versions there. "
                "Upgrade it, or unset HOLDFAST_WORKER_BUILD_ID and replace all workers at once."
            )
        case RPCStatusCode.PERMISSION_DENIED | RPCStatusCode.UNAUTHENTICATED:
            return CredentialsError(f"Temporal does not let us change versions ({error.status.name}).")
        case RPCStatusCode.RESOURCE_EXHAUSTED:
            return RateLimitedError("Temporal asks us to slow down. Do the same again in a minute.")
        case (
            RPCStatusCode.FAILED_PRECONDITION
            | RPCStatusCode.ABORTED
            | RPCStatusCode.ALREADY_EXISTS
            | RPCStatusCode.INVALID_ARGUMENT
        ):
            return ConflictError(
                f"Temporal refuses: {error.message}. Look at `holdfast rollout status`, then do it again."
            )
        case status:
            return UnavailableError(f"Temporal does not answer ({status.name}). Do the same again.")
