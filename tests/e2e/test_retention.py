"""A conversation from its first message until nothing of what was said is left, in PostgreSQL or in Temporal."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from domain.conversation.erasing import EraseConversationsInput, ErasedConversations
from domain.conversation.ownership import Status
from domain.conversation.requests import Resolve
from domain.queues import CONVERSATIONS
from domain.specification.organisation import RetentionRules
from tests.e2e.bikeshop import PASSWORD, publish
from tests.e2e.house import ANNA, House, Talk
from tests.organisation import VERSION
from tests.storage.secrets import holding
from workflows.retention import EraseConversationsWorkflow

LOOK_AGAIN_SECONDS = 0.1
ORGANISATION = VERSION.specification.organisation


@pytest.fixture
async def keeps_30_days(patient_house: House) -> House:
    await publish(patient_house.store.database, retention=RetentionRules(conversation_days=30))
    return patient_house


async def night(house: House) -> ErasedConversations:
    """What the schedule starts."""
    return await house.client.execute_workflow(
        EraseConversationsWorkflow.run,
        EraseConversationsInput(organisation=ORGANISATION),
        id=f"retention-{uuid4().hex}",
        task_queue=CONVERSATIONS,
    )


async def forty_days_pass(talk: Talk) -> None:
    """For the record; the clock of a workflow is moved by itself."""
    query = "UPDATE conversations SET resolved_at = resolved_at - interval '40 days' WHERE conversation_id = $1"
    await talk.house.store.database.fetchval(query, talk.id)


async def has_history(talk: Talk) -> bool:
    try:
        await talk.handle.describe()
    except RPCError as error:
        return error.status is not RPCStatusCode.NOT_FOUND
    return True


async def history_is_gone(talk: Talk) -> None:
    """Temporal deletes within moments; the test's own time limit ends a wait that is in vain."""
    while True:
        if not await has_history(talk):
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def test_nothing_is_left_once_its_workflow_has_ended(
    keeps_30_days: House, environment: WorkflowEnvironment
) -> None:
    talk, database = keeps_30_days.talk(), keeps_30_days.store.database
    await talk.says(f"{PASSWORD} I am Quetzalcoatl")
    await talk.answered(1)
    await talk.ask(Resolve(request_id="r1", by=ANNA, note="Quetzalcoatl again"))
    await talk.until(lambda seen: seen.row.status is Status.RESOLVED)
    await forty_days_pass(talk)
    assert await night(keeps_30_days) == ErasedConversations(running=1)
    assert {"messages.text", "internal_notes.text"} <= await holding(database, "quetzalcoatl")

    await environment.fast_forward(talk.handle, timedelta(days=8))
    assert await night(keeps_30_days) == ErasedConversations(erased=1)
    assert await holding(database, "quetzalcoatl") == set()
    await history_is_gone(talk)
    seen = await talk.until(lambda seen: seen.kinds[-1] == "erased")
    assert len(seen.replies) == 1
    assert await night(keeps_30_days) == ErasedConversations()

    await talk.says(PASSWORD)  # by who had the chat open all the time: it is not lost
    again = await talk.answered(2)
    assert (again.row.status, again.row.is_erased) == (Status.OPEN, False)
    assert again.said[0][1].startswith("[erased ")
