"""When a reconciliation is refused. What it does is shown in tests.chaos.test_restore."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from domain.errors import ConflictError
from domain.queues import CONVERSATIONS
from storage.database import Database, connect
from storage.restoring import RestoreRepository
from workers.reconciliation import Reconciliation
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


async def test_it_is_refused_while_a_worker_runs(temporal_client: Client, database: Database) -> None:
    both = Reconciliation(temporal_client, RestoreRepository(database), "acme")
    worker = Worker(
        temporal_client,
        task_queue=CONVERSATIONS,
        workflows=[ConversationWorkflow],
        workflow_runner=workflow_runner(),
        identity="a-worker-that-runs",
    )
    async with worker:
        while "a-worker-that-runs" not in await _refusal(both):
            continue


async def _refusal(both: Reconciliation) -> str:
    """Why nothing is looked for; empty where no worker polled lately."""
    try:
        await both.findings()
    except ConflictError as error:
        return str(error)
    return ""
