"""A conversation with its customer on a journey, as a test sees both."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
import yaml
from pydantic import TypeAdapter
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from domain.conversation.ownership import Person
from domain.conversation.policy import Policy
from domain.conversation.requests import EnterJourney, StartConversation
from domain.conversation.state import EVENTS_PER_RUN, ConversationState
from domain.journeys.plan import Plan
from domain.journeys.progress import StepRecord
from domain.journeys.run import AnyJourneyRequest, JourneyRun, journey_workflow_id
from domain.queues import CONVERSATIONS
from domain.specification.journeys import Journey
from tests.domain.journeys.journeys import journey
from tests.workflows.conftest import ANNA, Conversation, environment, workers
from tests.workflows.fakes import FakeActivities
from workflows.conversation.workflow import ConversationWorkflow
from workflows.journeys.workflow import JourneyWorkflow

__all__ = ["environment"]

ONBOARDING = Path("specs/techflow/journeys/onboarding.yaml")
REQUESTS: TypeAdapter[AnyJourneyRequest] = TypeAdapter(AnyJourneyRequest)
COACH = Person(id="carl", roles=("coach", "approver"))


def onboarding() -> Journey:
    return Journey.model_validate(yaml.safe_load(ONBOARDING.read_text(encoding="utf-8")))


def on_way(*steps: dict[str, Any], parts: tuple[Journey, ...] = (), policy: Policy | None = None) -> FakeActivities:
    """Activities of a specification with the journey `way`."""
    fakes = FakeActivities(policy)
    fakes.plans["way"] = Plan.of(journey(*steps), parts)
    return fakes


class Trip:
    """A customer on a journey."""

    def __init__(self, conversation: Conversation, name: str) -> None:
        self.conversation = conversation
        self.fakes = conversation.fakes
        self.name = name
        key = conversation.handle.id.removeprefix("conversation-")
        client = conversation.env.client
        self.handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(journey_workflow_id(key, name))

    async def enter(self, request_id: str = "e1") -> None:
        request = EnterJourney(request_id=request_id, by=ANNA, journey=self.name)
        await self.conversation.handle.signal(ConversationWorkflow.enter_journey, request)

    async def ask(self, kind: str, request_id: str | None = None, by: Person = COACH, **more: Any) -> None:
        """Send a request under the signal of its kind."""
        fields = {"kind": kind, "request_id": request_id or uuid4().hex, "by": by} | more
        await self.handle.signal(kind, REQUESTS.validate_python(fields))

    async def run(self) -> JourneyRun:
        """Until its workflow is there, and between two runs, there is none to ask."""
        while True:
            with suppress(RPCError):
                return await self.handle.query(JourneyWorkflow.get_journey)
            await asyncio.sleep(0.02)

    async def until(self, holds: Callable[[JourneyRun], bool]) -> JourneyRun:
        while True:
            run = await self.run()
            if holds(run):
                return run
            await asyncio.sleep(0.02)

    async def at(self, *paths: str) -> JourneyRun:
        """Wait until exactly these steps are under way, and the conversation knows of them."""
        return await self.until(
            lambda run: sorted(one.path for one in run.progress.active) == sorted(paths) and not run.requests
        )

    async def asked_for(self, path: str) -> None:
        """Wait until the question of a step is open."""
        await self.at(path)
        await self.conversation.until(lambda state: state.journeys.question is not None)

    async def ended(self) -> str | None:
        """Wait for its end, and until the conversation knows."""
        run = await self.until(lambda run: run.progress.ended is not None)
        await self.conversation.until(lambda state: not state.journeys.active)
        return run.progress.ended

    def said(self) -> list[str]:
        """What reached the customer, in order, each as often as it did."""
        return [one.text or "" for one in self.fakes.deliveries if one.message_key in self.fakes.delivered]

    def records(self) -> list[StepRecord]:
        return [record for one in self.fakes.journeys for record in one.records]

    def outcomes(self) -> list[tuple[str, str | None]]:
        return [(record.path, record.outcome) for record in self.records() if record.outcome]

    async def pass_time(self, duration: timedelta) -> None:
        await self.conversation.env.fast_forward(self.handle, duration)


class Travel(Protocol):
    def __call__(
        self, fakes: FakeActivities, name: str = "way", **options: Any
    ) -> AbstractAsyncContextManager[Trip]: ...


@asynccontextmanager
async def open_conversation(
    env: WorkflowEnvironment, fakes: FakeActivities, workflow_task_queue: str = CONVERSATIONS
) -> AsyncIterator[Conversation]:
    """A conversation whose workers a test starts itself."""
    key = f"cv_{uuid4().hex}"
    opening = StartConversation(organisation="acme", conversation_id=key)
    state = ConversationState(start=opening, events_per_run=EVENTS_PER_RUN)
    handle = await env.client.start_workflow(
        ConversationWorkflow.run, state, id=f"conversation-{key}", task_queue=workflow_task_queue
    )
    yield Conversation(env, fakes, handle)
    await handle.terminate()


@pytest.fixture
async def travel(environment: WorkflowEnvironment) -> Travel:
    """Start a conversation with workers of its own, and enter a journey."""

    @asynccontextmanager
    async def start(fakes: FakeActivities, name: str = "way", **options: Any) -> AsyncIterator[Trip]:
        async with workers(environment, fakes, **options), open_conversation(environment, fakes) as conversation:
            trip = Trip(conversation, name)
            await trip.enter()
            yield trip
            with suppress(RPCError):
                await trip.handle.terminate()

    return start
