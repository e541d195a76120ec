"""One Temporal development server for the workflow tests, with a virtual clock for each workflow."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import AnyRequest, StartConversation
from domain.conversation.state import EVENTS_PER_RUN, ConversationState
from domain.queues import CONVERSATIONS, CRM, DELIVERY, LLM
from domain.search_attributes import SEARCH_ATTRIBUTES
from tests.workflows.fakes import FakeActivities
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow
from workflows.journeys.workflow import JourneyWorkflow

KEYS: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Int": SearchAttributeKey.for_int,
    "Datetime": SearchAttributeKey.for_datetime,
}
TEMPORAL = str(Path(sys.executable).with_name("temporal"))


@pytest.fixture(scope="session")
async def environment() -> AsyncIterator[WorkflowEnvironment]:
    """A real server; time stands still for nobody and is skipped only where a test says so."""
    env = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=pydantic_data_converter,
        dev_server_existing_path=TEMPORAL,
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.workflowTimeSkippingEnabled=true"],
        search_attributes=[KEYS[attribute.kind](name) for name, attribute in SEARCH_ATTRIBUTES.items()],
    )
    async with env:
        yield env


class Conversation:
    """A running conversation as a test sees it."""

    def __init__(self, env: WorkflowEnvironment, fakes: FakeActivities, handle: WorkflowHandle[Any, Any]) -> None:
        self.env = env
        self.fakes = fakes
        self.handle = handle
        self.sent: set[str] = set()

    async def says(self, text: str, message_id: str | None = None, channel: str = "web_chat") -> None:
        said = message(text, message_id).model_copy(update={"channel": channel})
        self.sent.add(said.message_id)
        await self.handle.signal(ConversationWorkflow.receive_message, said)

    async def ask(self, request: AnyRequest) -> None:
        """Send a request under the signal of its kind."""
        await self.handle.signal(request.kind, request)

    async def state(self) -> ConversationState:
        return await self.handle.query(ConversationWorkflow.get_conversation)

    async def until(self, holds: Callable[[ConversationState], bool]) -> ConversationState:
        """Wait for a state; the test's own time limit ends a wait that is in vain."""
        while True:
            state = await self.state()
            if holds(state):
                return state
            await asyncio.sleep(0.05)

    async def settled(self) -> ConversationState:
        """Wait until everything that was said has arrived, and nothing is in the mailbox or unanswered."""
        return await self.until(
            lambda s: (
                self.sent <= set(s.mailbox.seen)
                and not (s.mailbox.inbox or s.mailbox.requests or s.answering.unanswered)
            )
        )

    async def answered(self, turn: int) -> ConversationState:
        return await self.until(
            lambda s: s.answering.turn == turn and not s.answering.unanswered and not s.mailbox.inbox
        )

    async def asked(self, turn: int) -> ConversationState:
        return await self.until(lambda s: s.answering.turn == turn and s.approval is not None)

    async def pass_time(self, duration: timedelta) -> None:
        await self.env.fast_forward(self.handle, duration)


ANNA = Person(id="anna", roles=("approver",))
BEN = Person(id="ben", roles=("approver",))


def message(text: str, message_id: str | None = None) -> CustomerMessage:
    return CustomerMessage(message_id=message_id or uuid4().hex, text=text, received_at=datetime.now(UTC))


@asynccontextmanager
async def workers(env: WorkflowEnvironment, fakes: FakeActivities, **options: Any) -> AsyncIterator[None]:
    """A worker for each task queue, as in production, with fake activities."""
    async with AsyncExitStack() as stack:
        conversations = Worker(
            env.client,
            task_queue=CONVERSATIONS,
            workflows=[ConversationWorkflow, JourneyWorkflow],
            activities=fakes.all,
            workflow_runner=workflow_runner(),
            **options,
        )
        await stack.enter_async_context(conversations)
        for queue in (LLM, CRM, DELIVERY):
            await stack.enter_async_context(Worker(env.client, task_queue=queue, activities=fakes.all))
        yield


class Converse(Protocol):
    def __call__(
        self, fakes: FakeActivities, carried: ConversationState | None = None, **options: Any
    ) -> AbstractAsyncContextManager[Conversation]: ...


@pytest.fixture
async def converse(environment: WorkflowEnvironment) -> Converse:
    """Start a conversation together with workers of its own."""

    @asynccontextmanager
    async def start(
        fakes: FakeActivities, carried: ConversationState | None = None, **options: Any
    ) -> AsyncIterator[Conversation]:
        key = f"cv_{uuid4().hex}"
        opening = StartConversation(organisation="acme", conversation_id=key)
        state = carried or ConversationState(start=opening, events_per_run=EVENTS_PER_RUN)
        async with workers(environment, fakes, **options):
            handle = await environment.client.start_workflow(
                ConversationWorkflow.run, state, id=f"conversation-{key}", task_queue=CONVERSATIONS
            )
            yield Conversation(environment, fakes, handle)
            await handle.terminate()

    return start
