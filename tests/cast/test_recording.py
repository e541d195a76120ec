"""What is read of a conversation to be judged, from a real database."""

from collections.abc import AsyncIterator

import pytest

from cast.recording import recorded
from invariants.records import WorkflowRecord
from storage.database import connect
from storage.journeys import JourneyRepository
from tests.storage.stage import CONVERSATION, NOW, Stage, staged
from tests.storage.test_journeys import record, step

WORKFLOW = WorkflowRecord(workflow_id="workflow")


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    database = await connect(database_url)
    yield await staged(database)
    await database.close()


async def test_journeys_are_read_with_their_steps_the_oldest_first(stage: Stage) -> None:
    await stage.drafted()
    journeys = JourneyRepository(stage.database)
    await journeys.record(record(step("hello", 1, "done"), step("ride"), entry="e1"))
    later = record(step("hello", 2, "skipped"), state="left", entry="e2")
    await journeys.record(later.model_copy(update={"at": NOW.replace(year=NOW.year + 1)}))
    first, second = (await recorded(stage.database, WORKFLOW, CONVERSATION, ())).journeys
    assert (first.state, [(one.step, one.outcome) for one in first.steps]) == (
        "under_way",
        [("hello", "done"), ("ride", None)],
    )
    assert (second.state, [(one.step, one.outcome) for one in second.steps]) == ("left", [("hello", "skipped")])
    assert first.steps[0].owner == "platform"


async def test_of_a_conversation_that_is_not_recorded_nothing_is_known(stage: Stage) -> None:
    found = await recorded(stage.database, WORKFLOW, "cv_nobody", ())
    assert (found.conversation, found.messages, found.journeys) == (None, (), ())
