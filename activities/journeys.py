"""Reading what a journey is and what it needs to know, and writing down how far it is."""

from collections.abc import Awaitable, Callable

from temporalio import activity

from answering.step_drafts import facts_of
from domain.journeys.activity_models import (
    CustomerFacts,
    OpenedJourney,
    OpenJourneyInput,
    ReadFactsInput,
    RecordJourneyInput,
)
from domain.journeys.plan import Plan
from domain.specification.organisation import SpecVersion
from storage.journeys import JourneyRepository

LoadVersion = Callable[[str], Awaitable[SpecVersion]]


class JourneyActivities:
    """Everything of a journey that only our own database is needed for."""

    def __init__(self, journeys: JourneyRepository, load_version: LoadVersion) -> None:
        self._journeys = journeys
        self._load_version = load_version

    @activity.defn
    async def open_journey(self, input: OpenJourneyInput) -> OpenedJourney:
        """The journey as the version of the conversation has it; none where it is not there, or in words only."""
        specification = (await self._load_version(input.start.spec_hash)).specification
        journey = specification.journey(input.start.journey)
        plan = Plan.of(journey, specification.journeys) if journey else None
        return OpenedJourney(plan=plan if plan and plan.runs else None)

    @activity.defn
    async def read_customer_facts(self, input: ReadFactsInput) -> CustomerFacts:
        """What is known of the customer by these names, as it was fetched last."""
        known = facts_of(await self._journeys.customer_context(input.conversation_id))
        return CustomerFacts(facts={name: str(known[name]) for name in input.names if name in known})

    @activity.defn
    async def record_journey(self, input: RecordJourneyInput) -> None:
        """Write down steps and requests, each once."""
        await self._journeys.record(input)
