"""Waiting until a version is empty, on a real server."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from temporalio.client import Client

from domain.errors import ConflictError, NotFoundError
from tests.versions import serving, start, until_open
from tests.workers.rollout.conftest import Open
from tests.workflows.fakes import FakeActivities
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.draining import drain
from workers.rollout.status import VersionStatus

SOON = timedelta(milliseconds=20)


def _telling(reports: list[VersionStatus], first: asyncio.Event) -> Callable[[VersionStatus], None]:
    def report(version: VersionStatus) -> None:
        reports.append(version)
        first.set()

    return report


async def test_workers_may_end_only_when_nothing_is_left(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    reports, first = list[VersionStatus](), asyncio.Event()
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        conversation = await open_conversation()
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        waiting = asyncio.create_task(drain(deployment, "v1", _telling(reports, first), SOON))
        await first.wait()
        assert (reports[0].conversations, reports[0].state) == (1, "draining")
        assert not await deployment.is_retired("v1")
        await conversation.terminate()
        drained = await waiting
        assert (drained.state, drained.conversations, drained.retired) == ("drained", 0, True)
        assert await deployment.is_retired("v1")
        assert {one.retired for one in reports} == {False}


async def test_a_version_that_becomes_current_again_is_not_waited_for(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    first = asyncio.Event()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(client, FakeActivities(), "v1"))
        await start(deployment, "v1")
        await stack.enter_async_context(serving(client, FakeActivities(), "v2"))
        await open_conversation()
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        waiting = asyncio.create_task(drain(deployment, "v1", _telling([], first), SOON))
        await first.wait()
        await deployment.abort()
        with pytest.raises(ConflictError, match="New conversations begin on version v1"):
            await waiting
        assert not await deployment.is_retired("v1")


async def test_to_stop_waiting_changes_nothing(
    client: Client, deployment: WorkerDeployment, open_conversation: Open
) -> None:
    first = asyncio.Event()
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await open_conversation()
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        before = (await deployment.status()).version("v1")
        waiting = asyncio.create_task(drain(deployment, "v1", _telling([], first), SOON))
        await first.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert (await deployment.status()).version("v1") == before


@pytest.mark.parametrize("percent", [100, 20])
async def test_a_version_that_gets_conversations_is_refused(
    client: Client, deployment: WorkerDeployment, percent: float
) -> None:
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await start(deployment, "v2", percent)
        with pytest.raises(ConflictError, match="New conversations begin on version v2"):
            await drain(deployment, "v2", lambda _: None, SOON)


async def test_a_version_that_was_never_used_is_empty_at_once(client: Client, deployment: WorkerDeployment) -> None:
    with pytest.raises(NotFoundError):
        await drain(deployment, "v2", lambda _: None, SOON)
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        while all(one.build_id != "v2" for one in (await deployment.status()).versions):
            pass
        assert (await drain(deployment, "v2", lambda _: None, SOON)).retired
