"""The synchronisation as a workflow, with fake activities on a real server."""

from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.activity_models import FetchedKnowledge, PublishedKnowledge, SynchroniseKnowledgeInput
from domain.queues import CONVERSATIONS, PUBLISHING, READING
from workers.sandbox import workflow_runner
from workflows.knowledge import SynchroniseKnowledgeWorkflow

INPUT = SynchroniseKnowledgeInput(organisation="acme", source="zendesk")


class FakeKnowledge:
    """Notes what it was asked; `refuses` makes the source refuse our key."""

    def __init__(self, *, refuses: bool = False, conflicts: int = 0) -> None:
        self.refuses = refuses
        self.conflicts = conflicts
        self.asked: list[str] = []

    @activity.defn
    async def fetch_knowledge(self, input: SynchroniseKnowledgeInput) -> FetchedKnowledge:
        self.asked.append(f"fetch {input.source}")
        if self.refuses:
            raise ApplicationError("The key is refused.", type="CredentialsError")
        return FetchedKnowledge(articles=3, everything=True)

    @activity.defn
    async def publish_knowledge(self, input: SynchroniseKnowledgeInput) -> PublishedKnowledge:
        self.asked.append("publish")
        if self.conflicts:
            self.conflicts -= 1
            raise ApplicationError("Another version was published.", type="ConflictError")
        return PublishedKnowledge(spec_hash="a" * 64, sourced=3, changed=True)


async def synchronise(
    environment: WorkflowEnvironment, fake: FakeKnowledge
) -> WorkflowHandle[SynchroniseKnowledgeWorkflow, PublishedKnowledge]:
    client = environment.client
    conversations = Worker(
        client,
        task_queue=CONVERSATIONS,
        workflows=[SynchroniseKnowledgeWorkflow],
        workflow_runner=workflow_runner(),
    )
    reading = Worker(client, task_queue=READING, activities=[fake.fetch_knowledge])
    publishing = Worker(client, task_queue=PUBLISHING, activities=[fake.publish_knowledge])
    async with conversations, reading, publishing:
        handle = await client.start_workflow(
            SynchroniseKnowledgeWorkflow.run, INPUT, id=f"knowledge-{uuid4().hex}", task_queue=CONVERSATIONS
        )
        try:
            await handle.result()
        except WorkflowFailureError:
            assert fake.refuses
    return handle


async def test_articles_come_in_and_a_version_goes_out(environment: WorkflowEnvironment) -> None:
    fake = FakeKnowledge()
    handle = await synchronise(environment, fake)
    assert fake.asked == ["fetch zendesk", "publish"]
    assert (await handle.result()).changed


async def test_a_source_that_refuses_us_fails_the_run_after_publishing_without_it(
    environment: WorkflowEnvironment,
) -> None:
    fake = FakeKnowledge(refuses=True)
    handle = await synchronise(environment, fake)
    assert fake.asked == ["fetch zendesk", "publish"]
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ActivityError)


async def test_somebody_who_publishes_meanwhile_is_waited_for(environment: WorkflowEnvironment) -> None:
    fake = FakeKnowledge(conflicts=1)
    await synchronise(environment, fake)
    assert fake.asked == ["fetch zendesk", "publish", "publish"]
