"""Two versions of the code side by side, with open conversations and other commands in the newer one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from domain.conversation.requests import HandBack, TakeOver
from storage.database import Database
from tests.e2e.bikeshop import DELIVERY, PASSWORD, REFUND
from tests.e2e.house import ANNA, House, ScriptedWriter, Talk, scripted
from tests.e2e.promises import check_promises
from tests.next_version import NextConversationWorkflow
from tests.versions import (
    DEPLOYMENT,
    failed_tasks,
    histories,
    release,
    runs,
    start,
    until_moved,
    until_open,
    versioned_server,
    versions_in,
)
from tests.workflows.fakes import Gate
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.draining import drain
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow
from workflows.knowledge import SynchroniseKnowledgeWorkflow
from workflows.reading import ReadChannelWorkflow

NEXT = (NextConversationWorkflow, ReadChannelWorkflow, SynchroniseKnowledgeWorkflow)


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with versioned_server() as env:
        yield env


@pytest.fixture
async def house(server: WorkflowEnvironment, database: Database, database_url: str) -> AsyncIterator[House]:
    async with House(server.client, database, database_url) as house:
        yield house


@pytest.fixture
def deployment(house: House) -> WorkerDeployment:
    return WorkerDeployment(house.client, DEPLOYMENT)


async def _replays(workflow: type, history: WorkflowHistory) -> None:
    replayer = Replayer(workflows=[workflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    await replayer.replay_workflow(history)


async def _idle(house: House) -> Talk:
    talk = house.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    await talk.rests()
    return talk


async def _begun_on(house: House, build_id: str) -> tuple[Talk, list[Talk]]:
    """A talk that begins on the version, and those that came too early: Temporal takes a second to spread a change."""
    early: list[Talk] = []
    while True:
        talk = await _idle(house)
        (only, *_) = await histories(house.client, talk.handle.id)
        if versions_in(only) == {build_id}:
            return talk, early
        early.append(talk)


async def _waiting_for_approval(house: House) -> Talk:
    talk = house.talk()
    await talk.says(REFUND)
    await talk.asked()
    await talk.rests()
    return talk


async def _with_a_person(house: House) -> Talk:
    talk = await _idle(house)
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await talk.until(lambda seen: seen.row.owner.kind == "human_agent")
    await talk.rests()
    return talk


async def test_open_conversations_stay_are_woken_and_go_on_with_the_new_version(
    house: House, deployment: WorkerDeployment
) -> None:
    writer = ScriptedWriter()
    async with house.workers(scripted(writer), deployment=release("v1")):
        await start(deployment, "v1")
        idle, asking, taken = await _idle(house), await _waiting_for_approval(house), await _with_a_person(house)
        busy = await _idle(house)
        writer.gate = gate = Gate()
        await busy.says(DELIVERY)
        await gate.reached.wait()
        async with house.workers(deployment=release("v2"), workflows=NEXT):
            await start(deployment, "v2")
            fresh, early = await _begun_on(house, "v2")
            old = [idle, asking, taken, busy, *early]
            await until_open(deployment, v1=len(old), v2=1)

            woken = await until_moved(deployment, v1=1, v2=len(old))
            assert (woken.found >= len(old), woken.woken, woken.gone) == (True, woken.found, 0)
            gate.opened.set()
            assert len((await busy.answered(2)).replies) == 2
            await until_open(deployment, v1=0, v2=len(old) + 1)

            await asking.decide("approve", "d1")
            await asking.answered(1)
            await taken.ask(HandBack(request_id="h1", by=ANNA, instruction="go on"))
            await taken.until(lambda seen: seen.row.owner.kind == "ai_agent")
            talks = {idle: 2, asking: 2, taken: 2, busy: 3, fresh: 2}
            for talk, replies in talks.items():
                await talk.says(DELIVERY)
                assert len((await talk.answered(replies)).replies) == replies
                await check_promises(talk)

            drained = await drain(deployment, "v1", lambda _: None, timedelta(milliseconds=50))
            assert (drained.state, drained.conversations, drained.retired) == ("drained", 0, True)
            await _check_histories(house, old, fresh)


async def _check_histories(house: House, moved: list[Talk], fresh: Talk) -> None:
    """Each run had workers of one version, no task of any failed, and old and new code do not fit each other."""
    for talk in moved:
        first, *later = await histories(house.client, talk.handle.id)
        assert versions_in(first) == {"v1"}
        assert [versions_in(run) for run in later] == [{"v2"}] * len(later)
        assert later
        assert [failed_tasks(run) for run in (first, *later)] == [[]] * (1 + len(later))
        await _replays(ConversationWorkflow, first)
        await _replays(NextConversationWorkflow, later[-1])
        with pytest.raises(NondeterminismError):
            await _replays(NextConversationWorkflow, first)
    (only,) = await histories(house.client, fresh.handle.id)
    assert versions_in(only) == {"v2"}
    with pytest.raises(NondeterminismError):
        await _replays(ConversationWorkflow, only)


async def test_a_conversation_that_is_not_woken_moves_after_its_next_turn(
    house: House, deployment: WorkerDeployment
) -> None:
    async with house.workers(deployment=release("v1")):
        await start(deployment, "v1")
        talk = await _idle(house)
        async with house.workers(deployment=release("v2"), workflows=NEXT):
            await start(deployment, "v2")
            await _begun_on(house, "v2")
            await talk.says(DELIVERY)
            await talk.answered(2)
            await runs(house.client, talk.handle.id, 2)
            await until_open(deployment, v1=0)
            first, second = await histories(house.client, talk.handle.id)
            assert (versions_in(first), versions_in(second)) == ({"v1"}, {"v2"})
            await talk.says(DELIVERY)
            await talk.answered(3)
            await check_promises(talk)


async def test_an_abort_brings_everything_back(house: House, deployment: WorkerDeployment) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(house.workers(deployment=release("v1")))
        await start(deployment, "v1")
        await stack.enter_async_context(house.workers(deployment=release("v2"), workflows=NEXT))
        await start(deployment, "v2")
        (talk, early), asking = await _begun_on(house, "v2"), await _waiting_for_approval(house)
        await until_open(deployment, v2=2, v1=len(early))
        await deployment.abort()
        after, late = await _begun_on(house, "v1")
        await until_moved(deployment, v1=2 + len(early) + 1 + len(late), v2=0)
        await asking.decide("approve", "d1")
        await asking.answered(1)
        for one in (talk, asking, after):
            await one.says(DELIVERY)
            await one.answered(2)
            await check_promises(one)
        drained = await drain(deployment, "v2", lambda _: None, timedelta(milliseconds=50))
        assert drained.retired


async def test_conversations_without_a_version_get_one(house: House, deployment: WorkerDeployment) -> None:
    """The first rollout: the same code, now with a version. The old workers may go when nothing is left on them."""
    async with house.workers():
        talk, asking = await _idle(house), await _waiting_for_approval(house)
        async with house.workers(deployment=release("v1")):
            await start(deployment, "v1")
            assert (await deployment.status()).without_version == 2
            assert (await until_moved(deployment, v1=2)).found >= 2
            assert (await deployment.status()).without_version == 0
            await asking.decide("approve", "d1")
            await asking.answered(1)
            for one in (talk, asking):
                await one.says(DELIVERY)
                await one.answered(2)
                await check_promises(one)


async def test_without_versions_rolling_over_is_a_fresh_history_on_the_same_workers(house: House) -> None:
    async with house.workers():
        talk = await _idle(house)
        await talk.handle.signal(ConversationWorkflow.roll_over)
        first, *_ = await runs(house.client, talk.handle.id, 2)
        assert versions_in(first) == {""}
        await talk.says(DELIVERY)
        await talk.answered(2)
        await check_promises(talk)
