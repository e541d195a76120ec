"""Deleting what Temporal keeps of workflows that have ended, before the retention of the namespace does."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import CredentialsError, UnavailableError

Run = tuple[str, str]
"""The ids of a workflow and of one of its runs."""


class EndedHistories:
    """`client` gives the one to ask with, such as that of the activity that is under way."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    async def delete(self, ids: Sequence[str]) -> bool:
        """Delete every run of these workflows, or nothing and return False where any of them runs.

        Temporal does it within moments after it was asked. Raises UnavailableError while it is away, CredentialsError
        when it refuses.
        """
        client = self._client()
        with _errors_translated():
            last = [await _last_run(client, id) for id in ids]
            if "running" in last:
                return False
            # What is listed may lag behind by a moment; the last run is known without it.
            runs = {(id, run_id) for id, run_id in zip(ids, last, strict=True) if run_id}
            runs |= {run for id in ids for run in [ended async for ended in _ended_runs(client, id)]}
            for run in runs:
                await _delete(client, run)
        return True


async def _last_run(client: Client, id: str) -> str | None:
    """The id of its last run, or `running`; None where Temporal knows no such workflow, or not any more."""
    try:
        described = await client.get_workflow_handle(id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return "running" if described.status is WorkflowExecutionStatus.RUNNING else described.run_id


async def _ended_runs(client: Client, id: str) -> AsyncIterator[Run]:
    async for run in client.list_workflows(f"WorkflowId = '{id}' AND ExecutionStatus != 'Running'"):
        yield id, run.run_id


async def _delete(client: Client, run: Run) -> None:
    execution = WorkflowExecution(workflow_id=run[0], run_id=run[1])
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    try:
        await client.workflow_service.delete_workflow_execution(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.PERMISSION_DENIED:
            refusal = "Temporal refuses to delete histories. Let the workers' identity write in their namespace."
            raise CredentialsError(refusal) from error
        raise UnavailableError("Temporal does not answer. This is tried again.") from error
