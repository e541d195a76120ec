"""A reader as a workflow, with a fake activity on a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.activity_models import ChannelRead, ReadChannelInput
from domain.queues import CONVERSATIONS, READING
from tests import versions
from tests.versions import DEPLOYMENT, failed_tasks, histories, serving, versioned_server, versions_in
from tests.workflows.fakes import Gate
from workers.rollout.deployment import WorkerDeployment
from workers.sandbox import workflow_runner
from workflows.reading import READS_PER_RUN, ReadChannelWorkflow

INPUT = ReadChannelInput(organisation="acme", channel="pigeon")
TAKEN_OUT = ChannelRead(events=0, taken_out=True)
READ = ChannelRead(events=3)
Reader = WorkflowHandle[ReadChannelWorkflow, None]


class FakeReading:
    """Answers with one of its reads after the other; `gates` hold reads up."""

    def __init__(self, *reads: ChannelRead) -> None:
        self.reads = reads
        self.worked = 0
        self.gates: dict[int, Gate] = {}

    def hold(self, read: int) -> Gate:
        self.gates[read] = Gate()
        return self.gates[read]

    @activity.defn
    async def read_channel(self, input: ReadChannelInput) -> ChannelRead:
        self.worked += 1
        if self.worked in self.gates:
            await self.gates[self.worked].pass_through()
        return self.reads[self.worked - 1]


class SlowReading(FakeReading):
    """Each read takes a while, and there is always more."""

    @activity.defn
    async def read_channel(self, input: ReadChannelInput) -> ChannelRead:
        await asyncio.sleep(0.1)
        return READ

    @property
    def all(self) -> list[Callable[..., Any]]:
        return [self.read_channel]


@asynccontextmanager
async def reading(
    environment: WorkflowEnvironment, fake: FakeReading, signal: Callable[..., None] | None = None
) -> AsyncIterator[Reader]:
    async with conversations(environment), readers(environment, fake):
        yield await start(environment, signal)


def conversations(environment: WorkflowEnvironment) -> Worker:
    runner = workflow_runner()
    return Worker(environment.client, task_queue=CONVERSATIONS, workflows=[ReadChannelWorkflow], workflow_runner=runner)


def readers(environment: WorkflowEnvironment, fake: FakeReading) -> Worker:
    return Worker(environment.client, task_queue=READING, activities=[fake.read_channel])


async def start(environment: WorkflowEnvironment, signal: Callable[..., None] | None = None) -> Reader:
    return await environment.client.start_workflow(
        ReadChannelWorkflow.run,
        INPUT,
        id=f"reader-{uuid4().hex}",
        task_queue=CONVERSATIONS,
        start_signal=signal.__name__ if signal else None,
    )


async def until_idle(reader: Reader) -> None:
    """Wait until Temporal has the result of the activity; the test's own time limit ends a wait that is in vain."""
    while True:
        if not (await reader.describe()).raw_description.pending_activities:
            return
        await asyncio.sleep(0.02)


async def test_a_reader_ends_when_its_channel_was_taken_out(environment: WorkflowEnvironment) -> None:
    fake = FakeReading(READ, TAKEN_OUT)
    async with reading(environment, fake, ReadChannelWorkflow.go_on) as reader:
        await reader.result()
    assert fake.worked == 2


async def test_a_channel_that_comes_back_while_its_reader_ends_is_read_on(environment: WorkflowEnvironment) -> None:
    fake = FakeReading(READ, TAKEN_OUT, READ, TAKEN_OUT)
    gate = fake.hold(2)
    async with reading(environment, fake) as reader:
        await gate.reached.wait()
        await reader.signal(ReadChannelWorkflow.go_on)
        gate.opened.set()
        await reader.result()
    assert fake.worked == 4


async def test_a_signal_that_comes_after_the_last_look_counts(environment: WorkflowEnvironment) -> None:
    """The reader finds both at once: that its channel was taken out, and that it is back."""
    fake = FakeReading(TAKEN_OUT, READ, TAKEN_OUT)
    gate = fake.hold(1)
    async with readers(environment, fake):
        async with conversations(environment):
            reader = await start(environment)
            await gate.reached.wait()
        gate.opened.set()
        await until_idle(reader)
        await reader.signal(ReadChannelWorkflow.go_on)
        async with conversations(environment):
            await reader.result()
    assert fake.worked == 3


async def test_a_signal_of_an_earlier_shift_keeps_no_reader_alive(environment: WorkflowEnvironment) -> None:
    fake = FakeReading(READ, TAKEN_OUT)
    gate = fake.hold(1)
    async with reading(environment, fake) as reader:
        await gate.reached.wait()
        await reader.signal(ReadChannelWorkflow.go_on)
        gate.opened.set()
        await reader.result()
    assert fake.worked == 2


async def test_a_fresh_history_comes_with_every_run(environment: WorkflowEnvironment) -> None:
    fake = FakeReading(*[READ] * READS_PER_RUN, TAKEN_OUT)
    async with reading(environment, fake) as reader:
        first = environment.client.get_workflow_handle(reader.id, run_id=reader.first_execution_run_id)
        await asyncio.wait_for(reader.result(), 60)
        assert (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    assert fake.worked == READS_PER_RUN + 1


async def test_a_reader_moves_to_a_new_version_of_the_workers_after_its_read() -> None:
    fake = SlowReading()
    async with versioned_server() as env:
        deployment = WorkerDeployment(env.client, DEPLOYMENT)
        async with serving(env.client, fake, "v1", ReadChannelWorkflow):
            await versions.start(deployment, "v1")
            reader = await start(env)
            async with serving(env.client, fake, "v2", ReadChannelWorkflow):
                await versions.start(deployment, "v2")
                while {"v2"} not in map(versions_in, found := await histories(env.client, reader.id)):
                    pass
                await reader.terminate()
    *before, last = found
    reads = [event for event in before[-1].events if event.HasField("activity_task_scheduled_event_attributes")]
    assert len(reads) < READS_PER_RUN
    assert [failed_tasks(run) for run in found] == [[]] * len(found)
    assert versions_in(last) == {"v2"}
