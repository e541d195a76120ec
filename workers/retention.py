"""The schedule that erases conversations, where the published specification says how long they are kept."""

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
)

from domain.conversation.erasing import EraseConversationsInput
from domain.queues import CONVERSATIONS
from domain.specification.organisation import OrganisationSpec
from workers.schedules import drop_schedule, keep_schedule
from workflows.retention import EraseConversationsWorkflow, retention_id

QUIET_HOUR = 3
"""Of the day, in the organisation's timezone. Until then whoever published a wrong number of days can take it back."""


async def schedule_erasing(client: Client, specification: OrganisationSpec) -> None:
    """Make the schedule fit the specification."""
    input = EraseConversationsInput(organisation=specification.organisation)
    if specification.retention.conversation_days is None:
        await drop_schedule(client, retention_id(input))
        return
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            EraseConversationsWorkflow.run,
            input,
            id=retention_id(input),
            task_queue=CONVERSATIONS,
            static_summary=f"Erases what {input.organisation} keeps no longer",
        ),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(QUIET_HOUR)])],
            time_zone_name=specification.calendar.timezone,
        ),
    )
    await keep_schedule(client, retention_id(input), schedule, at_once=False)
