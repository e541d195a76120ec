"""Temporal schedules that follow what is published: made, changed and dropped by their id."""

from dataclasses import replace

from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError, ScheduleUpdate, ScheduleUpdateInput
from temporalio.service import RPCError, RPCStatusCode


async def keep_schedule(client: Client, id: str, schedule: Schedule, *, at_once: bool = True) -> None:
    """Make it, and run it `at_once`; or change the one that there is, where a person's pause is kept."""

    def changed(known: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=replace(schedule, state=known.description.schedule.state))

    try:
        await client.create_schedule(id, schedule, trigger_immediately=at_once)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(id).update(changed)


async def drop_schedule(client: Client, id: str) -> None:
    """Delete it, where there is one."""
    try:
        await client.get_schedule_handle(id).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
