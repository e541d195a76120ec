"""A journey of 45 days in each step of which a worker dies: it ends once, and says everything once."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from domain.conversation.activity_models import (
    DeliveredMessage,
    DeliverMessageInput,
    GeneratedReply,
    GenerateReplyInput,
)
from domain.journeys.activity_models import RecordJourneyInput
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


class MortalFakes(FakeActivities):
    """In each step the worker dies once: when an activity has done its work, and nobody has heard of it yet."""

    def __init__(self, *moments: str) -> None:
        super().__init__()
        self.dying = {moment: asyncio.Event() for moment in moments}

    async def _die_once(self, moment: str) -> None:
        """The activity never ends; only the end of its worker stops it."""
        if moment in self.dying and not self.dying[moment].is_set():
            self.dying[moment].set()
            await asyncio.Future()

    @activity.defn
    async def deliver_message(self, input: DeliverMessageInput) -> DeliveredMessage:
        delivered = await super().deliver_message(input)
        await self._die_once(f"say {input.text.split()[0]}" if input.text else "")
        return delivered

    @activity.defn
    async def generate_reply(self, input: GenerateReplyInput) -> GeneratedReply:
        reply = await super().generate_reply(input)
        await self._die_once(f"ask {input.work.ai_agent}" if input.work else "")
        return reply

    @activity.defn
    async def record_journey(self, input: RecordJourneyInput) -> None:
        await super().record_journey(input)
        for moment in (f"begin {input.records[-1].path}" if input.records else "", input.state):
            await self._die_once(moment)


STEPS = {
    "welcome": "say Welcome",
    "ask_email": "say So",
    "secure": "ask security",
    "tour": "ask onboarding",
    "activation": "begin activation",
    "nudge": "say You",
    "check_in": "begin check_in",
    "the end": "completed",
}
"""Each step of the journey, and the moment in it at which its worker dies."""


@pytest.mark.timeout(300)
async def test_45_days_with_a_worker_that_dies_in_each_step(environment: WorkflowEnvironment) -> None:
    fakes = MortalFakes(*STEPS.values())
    fakes.plans["onboarding"] = Plan.of(onboarding(), ())
    async with open_conversation(environment, fakes) as conversation:
        trip = Trip(conversation, "onboarding")

        async def answers() -> None:
            await trip.asked_for("ask_email")
            await conversation.says("ada@north.example")

        async def waits_for_two_weeks() -> None:
            await trip.at("activation")
            await trip.pass_time(14 * DAY)

        async def is_reminded_and_confirms() -> None:
            for number in range(1, 16):
                await trip.pass_time(2 * DAY)
                await reminded(trip, number)
            await trip.pass_time(DAY)
            await trip.ask("confirm_step", step="check_in", by=COACH)

        brings_it_there = {
            "welcome": trip.enter,
            "secure": answers,
            "nudge": waits_for_two_weeks,
            "the end": is_reminded_and_confirms,
        }
        for step, moment in STEPS.items():
            async with workers(environment, fakes, max_cached_workflows=0):
                if step in brings_it_there:
                    await brings_it_there[step]()
                await fakes.dying[moment].wait()
        async with workers(environment, fakes, max_cached_workflows=0):
            assert await trip.ended() == "completed"
            histories = [await trip.handle.fetch_history(), await conversation.handle.fetch_history()]
    check_that_all_was_done_once(trip)
    for history in histories:
        await replayed(history)


def check_that_all_was_done_once(trip: Trip) -> None:
    """Whatever was tried twice under the same key came about once."""
    fakes, records = trip.fakes, trip.records()
    ends = {(record.path, record.visit): record.ended_at for record in records if record.ended_at}
    assert [path for path, _ in ends] == [step for step in STEPS if step != "the end"]
    assert len({(record.path, record.visit, record.ended_at) for record in records if record.ended_at}) == len(ends)
    began = next(record.began_at for record in records if record.path == "welcome")
    ended = ends["check_in", 1]
    assert ended
    assert ended - began >= 45 * DAY
    assert len(fakes.delivered) == len(set(fakes.delivered)) == 5
    assert len(fakes.deliveries) > len(fakes.delivered), "messages were tried again after a worker had died"
    notes = {(note.kind, note.at) for one in fakes.journeys for note in one.notes}
    assert [kind for kind, _ in notes].count("journey_step_confirmed") == 1
    assert [kind for kind, _ in notes].count("journey_reminded") == 15


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
