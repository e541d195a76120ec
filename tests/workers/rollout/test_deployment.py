"""Starting and aborting a version on a real server, and what the state does not allow."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from temporalio.client import Client

from domain.errors import ConflictError, NotFoundError
from domain.queues import CONVERSATIONS
from tests.versions import serving, start
from tests.workers.rollout.conftest import Open
from tests.workflows.fakes import FakeActivities
from workers.rollout.deployment import WorkerDeployment


async def _serve(stack: AsyncExitStack, client: Client, *build_ids: str | None) -> None:
    for build_id in build_ids:
        await stack.enter_async_context(serving(client, FakeActivities(), build_id))


async def _known(deployment: WorkerDeployment, build_id: str, queues: int = 1) -> None:
    """Wait until Temporal has seen the version's workers on so many queues."""
    while True:
        described = await deployment.calls.describe_version(build_id)
        if described and len({queue.name for queue in described.version_task_queues}) >= queues:
            return
        await asyncio.sleep(0.05)


async def test_without_versions_there_are_none_and_conversations_are_counted(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    async with serving(client, FakeActivities(), None):
        await open_conversation()
        status = await deployment.status()
        assert (status.versions, status.current, status.without_version, status.elsewhere) == ((), None, 1, 0)
        with pytest.raises(NotFoundError, match="HOLDFAST_WORKER_BUILD_ID=v1"):
            await deployment.start("v1")
        with pytest.raises(ConflictError, match="nothing to go back from"):
            await deployment.abort()


async def test_a_started_version_is_current_and_starting_it_again_changes_nothing(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    async with AsyncExitStack() as stack:
        await _serve(stack, client, "v1")
        await _known(deployment, "v1")
        assert (await deployment.status()).version("v1").state == "inactive"
        await start(deployment, "v1")
        assert await deployment.start("v1") is False
        await open_conversation()
        status = await deployment.status()
        (version,) = status.versions
        assert (status.current, version.state, version.percent, version.conversations) == ("v1", "current", 100, 1)
        assert version.workers == 1
        with pytest.raises(NotFoundError, match=r"version v2 .*known: v1"):
            await deployment.start("v2")


async def test_a_version_that_does_not_serve_every_queue_is_not_started(
    client: Client, deployment: WorkerDeployment
) -> None:
    async with serving(client, FakeActivities(), "v1", queues=(CONVERSATIONS, "llm")):
        await _known(deployment, "v1", queues=2)
        with pytest.raises(ConflictError, match="serves crm, delivery, reading, publishing"):
            await deployment.start("v1")


async def test_a_share_is_tried_ended_and_finished(client: Client, deployment: WorkerDeployment) -> None:
    async with AsyncExitStack() as stack:
        await _serve(stack, client, "v1", "v2", "v3")
        await start(deployment, "v1")
        await start(deployment, "v2", 30)
        assert await deployment.start("v2", 30) is False
        status = await deployment.status()
        assert (status.current, status.ramping, status.percent) == ("v1", "v2", 30)
        assert (status.version("v1").percent, status.version("v2").percent) == (70, 30)
        with pytest.raises(ConflictError, match="Version v2 gets 30 %"):
            await deployment.start("v3")
        with pytest.raises(ConflictError, match="Version v2 gets 30 %"):
            await deployment.start("v1")
        await deployment.abort()
        status = await deployment.status()
        assert (status.current, status.ramping, status.version("v2").percent) == ("v1", None, 0)
        assert await deployment.start("v2", 40)
        assert await deployment.start("v2")
        status = await deployment.status()
        assert (status.current, status.ramping, status.percent) == ("v2", None, 0)
        with pytest.raises(ConflictError, match="Version v2 is current"):
            await deployment.start("v2", 50)


async def test_an_abort_goes_back_to_what_was_current_before(client: Client, deployment: WorkerDeployment) -> None:
    async with AsyncExitStack() as stack:
        for build_id in ("v1", "v2", "v3"):
            await _serve(stack, client, build_id)
            await start(deployment, build_id)
        for before in ("v2", "v1"):
            await deployment.abort()
            assert (await deployment.status()).current == before
        with pytest.raises(ConflictError, match="No older version was current before v1"):
            await deployment.abort()
        assert (await deployment.status()).current == "v1"


async def test_before_the_first_version_there_are_only_workers_without_one(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    async with AsyncExitStack() as stack:
        await _serve(stack, client, "v1")
        await start(deployment, "v1")
        with pytest.raises(ConflictError, match="no worker without a version runs"):
            await deployment.abort()
        await _serve(stack, client, None)
        while not (await deployment.calls.workers())[""]:
            pass
        await deployment.abort()
        assert (await deployment.status()).current is None
        await open_conversation()


async def test_a_retired_version_is_not_gone_back_to_unless_it_is_started_again(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    async with AsyncExitStack() as stack:
        await _serve(stack, client, "v1")
        await start(deployment, "v1")
        await _serve(stack, client, "v2")
        with pytest.raises(ConflictError, match="Version v1 is still used"):
            await deployment.retire("v1")
        await start(deployment, "v2")
        while not (await deployment.status()).version("v1").empty:
            pass
        await deployment.retire("v1")
        assert (await deployment.is_retired("v1"), await deployment.is_retired("v2")) == (True, False)
        with pytest.raises(ConflictError, match="The workers of version v1 were allowed to end"):
            await deployment.abort()
        await start(deployment, "v1")
        assert (await deployment.is_retired("v1"), (await deployment.status()).current) == (False, "v1")


async def test_a_change_that_was_decided_on_an_older_state_is_refused(
    client: Client, deployment: WorkerDeployment
) -> None:
    async with AsyncExitStack() as stack:
        await _serve(stack, client, "v1", "v2")
        await start(deployment, "v1")
        old = await deployment.calls.describe()
        assert old
        await start(deployment, "v2")
        with pytest.raises(ConflictError, match="rollout status"):
            await deployment.calls.make_current("v1", old.conflict_token)
        assert (await deployment.status()).current == "v2"


async def test_what_does_not_exist_is_not_retired(deployment: WorkerDeployment) -> None:
    assert await deployment.is_retired("v1") is False
