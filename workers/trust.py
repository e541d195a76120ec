"""The schedule that reviews the trust of AI agents, where the published specification has any that earn it."""

from datetime import timedelta

from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleIntervalSpec, ScheduleSpec

from domain.conversation.activity_models import ReviewTrustInput
from domain.queues import CONVERSATIONS
from domain.specification.organisation import OrganisationSpec
from workers.schedules import drop_schedule, keep_schedule
from workflows.trust import ReviewTrustWorkflow, review_id

REVIEW_EVERY = timedelta(hours=1)
"""How long an AI agent that has become bad keeps its mode at most, and no person has to look."""


async def schedule_reviews(client: Client, specification: OrganisationSpec) -> None:
    """Make the schedule fit the specification."""
    input = ReviewTrustInput(organisation=specification.organisation)
    if not any(card.trust for card in specification.ai_agents):
        await drop_schedule(client, review_id(input))
        return
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            ReviewTrustWorkflow.run,
            input,
            id=review_id(input),
            task_queue=CONVERSATIONS,
            static_summary=f"Trust of the AI agents of {input.organisation}",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=REVIEW_EVERY)]),
    )
    await keep_schedule(client, review_id(input), schedule)
