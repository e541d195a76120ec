"""Reading what a journey is and what it needs to know."""

import pytest
from temporalio.testing import ActivityEnvironment

from activities.journeys import JourneyActivities
from domain.journeys.activity_models import OpenJourneyInput, ReadFactsInput
from domain.journeys.run import StartJourney
from domain.specification.journeys import Journey
from domain.specification.organisation import SpecVersion
from storage.journeys import JourneyRepository
from tests.organisation import SPECIFICATION, known_customer
from tests.storage.conftest import database, stage
from tests.storage.stage import CONVERSATION, NOW, Stage

__all__ = ["database", "stage"]

WHOLE = Journey.model_validate(
    {"id": "whole", "title": "Whole", "steps": [{"id": "sub", "kind": "journey", "journey": "inner"}]}
)
WORDS = Journey.model_validate({"id": "words", "title": "Words", "steps": [{"id": "a", "description": "Read."}]})


async def load(_: str) -> SpecVersion:
    journeys = (*SPECIFICATION.journeys, WHOLE, WORDS)
    return SpecVersion(specification=SPECIFICATION.model_copy(update={"journeys": journeys}))


@pytest.fixture
def journeys(stage: Stage) -> JourneyActivities:
    return JourneyActivities(JourneyRepository(stage.database), load)


@pytest.mark.parametrize(("name", "parts"), [("greeting", []), ("whole", ["inner"]), ("words", None), ("none", None)])
async def test_a_journey_is_read_with_its_parts(
    journeys: JourneyActivities, name: str, parts: list[str] | None
) -> None:
    start = StartJourney(
        organisation="bikeshop", conversation_id=CONVERSATION, journey=name, spec_hash="0", entry="e", by="anna"
    )
    opened = await ActivityEnvironment().run(journeys.open_journey, OpenJourneyInput(start=start))
    assert (opened.plan and [part.id for part in opened.plan.parts]) == parts


async def test_facts_that_are_known_are_read(stage: Stage, journeys: JourneyActivities) -> None:
    await stage.drafted()
    asked = ReadFactsInput(organisation="bikeshop", conversation_id=CONVERSATION, names=("plan", "seats"))
    nothing = await ActivityEnvironment().run(journeys.read_customer_facts, asked)
    await stage.database.fetchval(
        "INSERT INTO customer_contexts (context_id, conversation_id, document, fetched_at) VALUES ('cx', $1, $2, $3)",
        CONVERSATION,
        known_customer(plan="Gold", order="A-1"),
        NOW,
    )
    known = await ActivityEnvironment().run(journeys.read_customer_facts, asked)
    assert (nothing.facts, known.facts) == ({}, {"plan": "Gold"})
