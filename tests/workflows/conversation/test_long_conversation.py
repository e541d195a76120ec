"""A conversation that begins on one version of the code and goes on for weeks on the next one."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer

from domain.conversation.policy import Policy
from domain.conversation.requests import StartConversation
from domain.conversation.state import EVENTS_PER_RUN, ConversationState
from domain.queues import CONVERSATIONS
from domain.specification.organisation import ServiceLevels
from tests.next_version import NextConversationWorkflow
from tests.versions import (
    DEPLOYMENT,
    failed_tasks,
    histories,
    serving,
    start,
    until_moved,
    versioned_server,
    versions_in,
)
from tests.workflows.conftest import Conversation
from tests.workflows.fakes import FakeActivities
from workers.rollout.deployment import WorkerDeployment
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow

TURNS = 500
DAYS = timedelta(days=45)
EVENTS_OF_ONE_TURN = 60
BYTES_PER_RUN = 1_000_000
BYTES_OF_STATE = 50_000


async def _talk(conversation: Conversation, first: int, last: int, pause: timedelta) -> ConversationState:
    """One message after the other, each answered, with so much time between them."""
    state = await conversation.state()
    for turn in range(first, last + 1):
        await conversation.pass_time(pause)
        await conversation.says(f"question {turn}", f"m{turn}")
        state = await _answered(conversation, turn)
    return state


async def _answered(conversation: Conversation, turn: int) -> ConversationState:
    """Between two runs there is no state to ask for."""
    while True:
        with suppress(RPCError):
            return await conversation.answered(turn)


def _bytes(history: WorkflowHistory) -> int:
    return sum(event.ByteSize() for event in history.events)


@pytest.mark.untraced
@pytest.mark.timeout(900)
async def test_500_turns_in_45_days_on_the_new_version() -> None:
    levels = ServiceLevels(exchange_limit=TURNS * 2)
    fakes = FakeActivities(Policy(default_ai_agent="general", service_levels=levels, context_sources=()))
    opening = StartConversation(organisation="acme", conversation_id=f"cv_{uuid4().hex}")
    begun = ConversationState(start=opening, events_per_run=EVENTS_PER_RUN)
    async with versioned_server() as env:
        deployment = WorkerDeployment(env.client, DEPLOYMENT)
        async with serving(env.client, fakes, "v1"):
            await start(deployment, "v1")
            handle = await env.client.start_workflow(
                ConversationWorkflow.run, begun, id=f"conversation-{uuid4().hex}", task_queue=CONVERSATIONS
            )
            conversation = Conversation(env, fakes, handle)
            await conversation.says("question 1", "m1")
            before = await _answered(conversation, 1)
            async with serving(env.client, fakes, "v2", NextConversationWorkflow):
                await start(deployment, "v2")
                await until_moved(deployment, v1=0, v2=1)
        async with serving(env.client, fakes, "v2", NextConversationWorkflow):
            after = await _talk(conversation, 2, TURNS + 1, DAYS / TURNS)
            first, *later = await histories(env.client, handle.id)
            await handle.terminate()

    assert before.waiting.quiet_since
    assert after.waiting.quiet_since
    assert after.waiting.quiet_since - before.waiting.quiet_since >= DAYS
    assert len(after.model_dump_json()) < BYTES_OF_STATE
    assert list(fakes.recorded) == [f"m{turn}" for turn in range(1, TURNS + 2)]
    assert len(fakes.delivered) == len(set(fakes.delivered)) == TURNS + 1
    assert fakes.unanswered == []
    assert (versions_in(first), {build for run in later for build in versions_in(run)}) == ({"v1"}, {"v2"})
    assert len(later) > TURNS // EVENTS_PER_RUN
    for run in (first, *later):
        assert len(run.events) <= EVENTS_PER_RUN + EVENTS_OF_ONE_TURN
        assert _bytes(run) < BYTES_PER_RUN
        assert failed_tasks(run) == []
    await _replay(ConversationWorkflow, [first])
    await _replay(NextConversationWorkflow, later)


async def _replay(workflow: type, runs: list[WorkflowHistory]) -> None:
    replayer = Replayer(workflows=[workflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    for run in runs:
        await replayer.replay_workflow(run)
