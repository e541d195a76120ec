"""ReadChannelWorkflow: a reader that never ends, one for each channel that is read."""

from temporalio import workflow
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from activities.options import READ_CHANNEL
    from activities.reading import ReadingActivities
    from domain.steps import ReadChannelInput

SHIFTS_PER_RUN = 50


def reader_id(input: ReadChannelInput) -> str:
    """The workflow of a reader; deterministic, so that there is never a second one."""
    return f"reader-{input.organisation}-{input.channel}"


@workflow.defn
class ReadChannelWorkflow:
    """Shift after shift; each goes on where the one before stopped."""

    @workflow.run
    async def run(self, input: ReadChannelInput) -> None:
        """Read for ever, with a fresh history now and then."""
        read = 0
        for shift in range(SHIFTS_PER_RUN):
            workflow.set_current_details(f"Reading `{input.channel}` · shift {shift + 1} · {read} events in this run")
            options: ActivityConfig = {**READ_CHANNEL, "summary": f"read {input.channel}, shift {shift + 1}"}
            done = await workflow.execute_activity_method(ReadingActivities.read_channel, input, **options)
            read += done.events
        workflow.continue_as_new(input)
