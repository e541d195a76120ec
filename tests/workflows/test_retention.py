"""Erasing as a workflow, with a fake activity: batch after batch, counted in its details."""

from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.erasing import EraseConversationsInput, ErasedConversations, Place
from domain.queues import CONVERSATIONS
from tests.storage.stage import NOW
from workers.sandbox import workflow_runner
from workflows.retention import EraseConversationsWorkflow, retention_id

PLACE = Place(resolved_at=NOW, conversation_id="conversation-100")
FIRST = ErasedConversations(erased=97, running=2, refused={"waits": 1}, after=PLACE)
LAST = ErasedConversations(erased=4, refused={"waits": 1, "goes_on": 2})


class FakeErasing:
    def __init__(self) -> None:
        self.begun_after: list[Place | None] = []

    @activity.defn
    async def erase_conversations(self, input: EraseConversationsInput) -> ErasedConversations:
        self.begun_after.append(input.after)
        return LAST if input.after else FIRST


async def details(handle: WorkflowHandle[Any, Any]) -> str:
    """What the Temporal UI shows at the top of it."""
    told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(told.current_details)


async def test_batch_follows_batch_until_nothing_is_due(environment: WorkflowEnvironment) -> None:
    fakes, input = FakeErasing(), EraseConversationsInput(organisation="acme")
    worker = Worker(
        environment.client,
        task_queue=CONVERSATIONS,
        workflows=[EraseConversationsWorkflow],
        activities=[fakes.erase_conversations],
        workflow_runner=workflow_runner(),
    )
    async with worker:
        handle = await environment.client.start_workflow(
            EraseConversationsWorkflow.run, input, id=f"retention-{uuid4().hex}", task_queue=CONVERSATIONS
        )
        assert await handle.result() == ErasedConversations(erased=101, running=2, refused={"waits": 2, "goes_on": 2})
        assert await details(handle) == "Erased: 101\n\nLeft for later: 2 (their workflow runs), 2 (goes on), 2 (waits)"
    assert fakes.begun_after == [None, PLACE]
    assert retention_id(input) == "retention-acme"
