"""A journey of 45 days whose workers are killed in each step: it ends once, and says everything once."""

from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from domain.journeys.plan import Plan
from tests.domain.journeys.journeys import ask, branch, say
from tests.workflows.conftest import workers
from tests.workflows.fakes import FakeActivities
from tests.workflows.journeys.conftest import COACH, Trip, on_way, onboarding, open_conversation
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow
from workflows.journeys.workflow import JourneyWorkflow

DAY = timedelta(days=1)


async def replayed(history: WorkflowHistory) -> None:
    replayer = Replayer(
        workflows=[ConversationWorkflow, JourneyWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(history)


@pytest.mark.timeout(300)
async def test_45_days_with_other_workers_in_each_step(environment: WorkflowEnvironment) -> None:
    fakes = FakeActivities()
    fakes.plans["onboarding"] = Plan.of(onboarding(), ())
    async with open_conversation(environment, fakes) as conversation:
        trip = Trip(conversation, "onboarding")
        async with workers(environment, fakes, max_cached_workflows=0):
            await trip.enter()
            await trip.asked_for("ask_email")
        async with workers(environment, fakes, max_cached_workflows=0):
            gate = fakes.hold("generate_reply")
            await conversation.says("ada@north.example")
            await gate.reached.wait()
            gate.opened.set()
        async with workers(environment, fakes, max_cached_workflows=0):
            await trip.at("activation")
            await trip.pass_time(13 * DAY)
        async with workers(environment, fakes, max_cached_workflows=0):
            await trip.at("activation")
            await trip.pass_time(2 * DAY)
            await trip.at("check_in")
        for number in range(1, 16):
            async with workers(environment, fakes, max_cached_workflows=0):
                await trip.pass_time(2 * DAY)
                await reminded(trip, number)
        async with workers(environment, fakes, max_cached_workflows=0):
            await trip.ask("confirm_step", step="check_in", by=COACH)
            assert await trip.ended() == "completed"
            histories = [await trip.handle.fetch_history(), await conversation.handle.fetch_history()]
    begun = next(record.began_at for record in trip.records() if record.path == "welcome")
    ended = [record.ended_at for record in trip.records() if record.path == "check_in" and record.ended_at]
    assert len(ended) == 1
    assert ended[0] is not None
    assert ended[0] - begun >= 45 * DAY
    assert len(fakes.delivered) == len(set(fakes.delivered)) == 5
    assert [one.state for one in fakes.journeys].count("completed") == 1
    assert len([note for one in fakes.journeys for note in one.notes if note.kind == "journey_reminded"]) >= 15
    for history in histories:
        await replayed(history)


async def reminded(trip: Trip, times: int) -> None:
    """Wait until people were reminded of the one step under way at least so many times."""
    await trip.until(lambda run: [one.reminders >= times for one in run.progress.active] == [True])


async def asked_often(trip: Trip, times: int) -> None:
    """Wait until the name was asked for so many times."""
    await trip.until(lambda run: run.progress.visits.get("name") == times)


@pytest.mark.timeout(300)
async def test_a_journey_begins_a_new_history_and_loses_nothing(environment: WorkflowEnvironment) -> None:
    again = branch("more", {"answer": "name", "equals": "end", "next": "bye"}, otherwise="name")
    fakes = on_way(ask("name", "more"), again, say("bye"))
    async with open_conversation(environment, fakes) as conversation, workers(environment, fakes):
        trip = Trip(conversation, "way")
        await trip.enter()
        first = (await trip.handle.describe()).run_id if await trip.run() else None
        for number in range(1, 16):
            await asked_often(trip, number)
            await conversation.until(lambda state: state.journeys.question is not None)
            await conversation.says("end" if number == 15 else f"answer {number}")
            if number == 7:
                await trip.handle.signal(JourneyWorkflow.roll_over)
        with suppress(RPCError):
            assert await trip.ended() == "completed"
        assert (await trip.handle.describe()).run_id != first
        assert len(trip.said()) == 16
        assert len(fakes.delivered) == len(set(fakes.delivered)) == 16
