"""Schedules that bring in articles: one for each source that the published specification names."""

from datetime import timedelta

from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleIntervalSpec, ScheduleSpec

from domain.conversation.activity_models import SynchroniseKnowledgeInput
from domain.queues import CONVERSATIONS
from domain.specification.organisation import OrganisationSpec
from integrations.knowledge.registry import SOURCES
from workers.schedules import drop_schedule, keep_schedule
from workflows.knowledge import SynchroniseKnowledgeWorkflow, synchronisation_id


class Schedules:
    """Remembers what it has scheduled, so that Temporal is only asked for what is different."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._scheduled: dict[str, timedelta | None] = {}

    async def fit(self, specification: OrganisationSpec) -> None:
        """Make the schedules fit the specification: new ones begin at once, a person's pause is kept."""
        every = {source.kind: source.every for source in specification.knowledge_sources}
        for kind in SOURCES:
            wanted = every.get(kind)
            if kind in self._scheduled and self._scheduled[kind] == wanted:
                continue
            input = SynchroniseKnowledgeInput(organisation=specification.organisation, source=kind)
            if wanted:
                await _schedule(self._client, input, wanted)
            else:
                await drop_schedule(self._client, synchronisation_id(input))
            self._scheduled[kind] = wanted


async def _schedule(client: Client, input: SynchroniseKnowledgeInput, every: timedelta) -> None:
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            SynchroniseKnowledgeWorkflow.run,
            input,
            id=synchronisation_id(input),
            task_queue=CONVERSATIONS,
            static_summary=f"Articles of {input.source} for {input.organisation}",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
    )
    await keep_schedule(client, synchronisation_id(input), schedule)
