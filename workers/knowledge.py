"""Schedules that bring in articles: one for each source that the published specification names."""

from dataclasses import replace

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.organisations import Organisations
from domain.errors import UnavailableError
from domain.knowledge_spec import KnowledgeSourceSpec
from domain.queues import CONVERSATIONS
from domain.steps import SynchroniseKnowledgeInput
from integrations.knowledge.registry import SOURCES
from workflows.knowledge import SynchroniseKnowledgeWorkflow, synchronisation_id

log = structlog.get_logger()


async def schedule_synchronisation(client: Client, organisation: str, organisations: Organisations) -> None:
    """Make the schedules fit the specification: new ones begin at once, a person's pause is kept."""
    try:
        active = await organisations.active_version(organisation)
    except UnavailableError:
        log.warning("no_knowledge_is_synchronised", reason="nothing is published yet")
        return
    named = {source.kind: source for source in (await organisations.version(active)).specification.knowledge_sources}
    for kind in SOURCES:
        input = SynchroniseKnowledgeInput(organisation=organisation, source=kind)
        if kind in named:
            await _schedule(client, input, named[kind])
        else:
            await _unschedule(client, input)


async def _schedule(client: Client, input: SynchroniseKnowledgeInput, source: KnowledgeSourceSpec) -> None:
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            SynchroniseKnowledgeWorkflow.run,
            input,
            id=synchronisation_id(input),
            task_queue=CONVERSATIONS,
            static_summary=f"Articles of {input.source} for {input.organisation}",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=source.every)]),
    )

    def changed(known: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=replace(schedule, state=known.description.schedule.state))

    try:
        await client.create_schedule(synchronisation_id(input), schedule, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(synchronisation_id(input)).update(changed)


async def _unschedule(client: Client, input: SynchroniseKnowledgeInput) -> None:
    try:
        await client.get_schedule_handle(synchronisation_id(input)).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
