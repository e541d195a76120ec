"""A server for one test: what is current on a task queue is the same for all who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle

from domain.conversation.requests import StartConversation
from domain.conversation.state import ConversationState
from domain.queues import CONVERSATIONS
from tests.versions import DEPLOYMENT, versioned_server
from workers.rollout.deployment import WorkerDeployment
from workflows.conversation.workflow import ConversationWorkflow

Handle = WorkflowHandle[ConversationWorkflow, None]
Open = Callable[[], Awaitable[Handle]]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with versioned_server() as env:
        yield env.client


@pytest.fixture
def deployment(client: Client) -> WorkerDeployment:
    return WorkerDeployment(client, DEPLOYMENT)


@pytest.fixture
def open_conversation(client: Client) -> Open:
    """Start one that waits for its customer, and wait until a worker has it."""

    async def start() -> Handle:
        key = f"cv_{uuid4().hex}"
        state = ConversationState(start=StartConversation(organisation="acme", conversation_id=key))
        handle = await client.start_workflow(
            ConversationWorkflow.run, state, id=f"conversation-{key}", task_queue=CONVERSATIONS
        )
        await handle.query(ConversationWorkflow.get_conversation)
        return handle

    return start
