"""Waking on a real server: in batches, each run once, and what cannot be moved is told."""

from datetime import timedelta

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput

from domain.errors import ConflictError
from tests.next_version import StayingWorkflow
from tests.versions import DEPLOYMENT, serving, start, until_moved, until_open
from tests.workers.rollout.conftest import Open
from tests.workflows.fakes import FakeActivities
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.waking import Pace, Woken, wake

AT_ONCE = Pace(batch=2, pause=timedelta())


class EndsBeforeSignals(Interceptor, OutboundInterceptor):
    """Terminates a workflow just before it would be signalled."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        self.next = next
        return self

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await self._client.get_workflow_handle(input.id).terminate()
        await self.next.signal_workflow(input)


async def test_every_conversation_is_woken_batch_by_batch(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    seen: list[Woken] = []
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        for _ in range(5):
            await open_conversation()
        await until_open(deployment, v1=5)
        await start(deployment, "v2")
        await wake(deployment, AT_ONCE, seen.append)
        assert [(one.found, one.woken) for one in seen[:4]] == [(5, 0), (5, 2), (5, 4), (5, 5)]
        await until_moved(deployment, v1=0, v2=5)
        assert await wake(deployment, AT_ONCE, seen.append) == Woken()


async def test_nobody_is_woken_while_a_version_ramps(client: Client, deployment: WorkerDeployment) -> None:
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await start(deployment, "v2", 10)
        with pytest.raises(ConflictError, match="`holdfast rollout start v2` makes it current"):
            await wake(deployment, AT_ONCE, lambda _: None)


async def test_a_conversation_that_ends_before_its_turn_is_gone(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    config = client.config()
    config["interceptors"] = [EndsBeforeSignals(client)]
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await open_conversation()
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        woken = await wake(WorkerDeployment(Client(**config), DEPLOYMENT), AT_ONCE, lambda _: None)
        assert woken == Woken(found=1, gone=1)


async def test_where_temporal_does_not_move_conversations_that_is_told(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    async with serving(client, FakeActivities(), "v1", StayingWorkflow), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await open_conversation()
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        while (woken := await wake(deployment, AT_ONCE, lambda _: None)).stayed == 0:
            pass
        assert (woken.stayed, woken.elsewhere) == (1, 1)
        assert woken.woken <= 3
