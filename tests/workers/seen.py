"""What stands in Temporal, and waiting for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.conversation.activity_models import ReadChannelInput, SynchroniseKnowledgeInput
from tests.organisation import SPECIFICATION
from workflows.knowledge import synchronisation_id
from workflows.reading import reader_id

ORGANISATION = SPECIFICATION.organisation


def reader_of(channel: str) -> str:
    return reader_id(ReadChannelInput(organisation=ORGANISATION, channel=channel))


def schedule_of(source: str) -> str:
    return synchronisation_id(SynchroniseKnowledgeInput(organisation=ORGANISATION, source=source))


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for a state; the test's own time limit ends a wait that is in vain."""
    while True:
        held = holds()
        if held if isinstance(held, bool) else await held:
            return
        await asyncio.sleep(0.02)


async def holds(found: Awaitable[object], wanted: object) -> bool:
    return await found == wanted


async def status(client: Client, workflow: str) -> WorkflowExecutionStatus | None:
    """None while there was none."""
    try:
        return (await client.get_workflow_handle(workflow).describe()).status
    except RPCError:
        return None


async def is_scheduled(client: Client, schedule: str, every: timedelta | None) -> bool:
    """None stands for no schedule."""
    try:
        described = await client.get_schedule_handle(schedule).describe()
    except RPCError:
        return every is None
    return [interval.every for interval in described.schedule.spec.intervals] == [every]
