"""Histories of workflows that have ended are deleted from a real Temporal, and those of running ones are not."""

import asyncio
from typing import Never
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, DescribeWorkflowInput, Interceptor, OutboundInterceptor
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from domain.errors import CredentialsError, HoldfastError, UnavailableError
from workers.ended_histories import EndedHistories

LOOK_AGAIN_SECONDS = 0.1


@workflow.defn(sandboxed=False)
class SaidInRuns:
    """As many runs, each with words in its history, or one that waits."""

    @workflow.run
    async def run(self, runs: int) -> None:
        if runs == 0:
            await workflow.wait_condition(lambda: False)
        if runs > 1:
            workflow.continue_as_new(runs - 1)


async def said(client: Client, runs: int) -> str:
    id = f"said-{uuid4().hex}"
    async with Worker(client, task_queue=id, workflows=[SaidInRuns]):
        handle = await client.start_workflow(SaidInRuns.run, runs, id=id, task_queue=id)
        if runs:
            await handle.result()
    return id


async def runs_of(client: Client, id: str) -> int:
    return len([run async for run in client.list_workflows(f"WorkflowId = '{id}'")])


async def until_listed(client: Client, id: str, runs: int) -> None:
    """The test's own time limit ends a wait that is in vain."""
    while True:
        if await runs_of(client, id) == runs:
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def until_gone(client: Client, id: str) -> None:
    await until_listed(client, id, 0)
    with pytest.raises(RPCError) as gone:
        await client.get_workflow_handle(id).describe()
    assert gone.value.status is RPCStatusCode.NOT_FOUND


async def test_every_run_that_has_ended_is_deleted(temporal_client: Client) -> None:
    several, other, bystander = [await said(temporal_client, runs) for runs in (3, 1, 1)]
    await until_listed(temporal_client, several, 3)
    histories = EndedHistories(lambda: temporal_client)
    assert await histories.delete([several, other, "never-there"])
    await until_gone(temporal_client, several)
    await until_gone(temporal_client, other)
    assert (await temporal_client.get_workflow_handle(bystander).describe()).id == bystander
    assert await histories.delete([several])


async def test_nothing_is_deleted_while_one_of_them_runs(temporal_client: Client) -> None:
    ended, running = await said(temporal_client, 1), await said(temporal_client, 0)
    assert not await EndedHistories(lambda: temporal_client).delete([ended, running])
    assert (await temporal_client.get_workflow_handle(ended).describe()).id == ended
    await temporal_client.get_workflow_handle(running).terminate()


class Failing(OutboundInterceptor):
    """Every question about a workflow fails so."""

    status = RPCStatusCode.UNAVAILABLE

    async def describe_workflow(self, input: DescribeWorkflowInput) -> Never:
        raise RPCError("no", self.status, b"")


class Denying(Failing):
    status = RPCStatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("outbound", "error", "advice"),
    [(Failing, UnavailableError, "tried again"), (Denying, CredentialsError, "write in their namespace")],
)
async def test_a_temporal_that_is_away_or_refuses_is_told_in_our_words(
    temporal_client: Client, outbound: type[OutboundInterceptor], error: type[HoldfastError], advice: str
) -> None:
    class Intercepting(Interceptor):
        def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
            return outbound(next)

    config = temporal_client.config()
    config["interceptors"] = [Intercepting()]
    client = Client(**config)
    with pytest.raises(error, match=advice):
        await EndedHistories(lambda: client).delete(["conversation-1"])
