"""ReadChannelWorkflow: the reader of one channel, for as long as the specification names it."""

from temporalio import workflow
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.options import READ_CHANNEL
    from domain.conversation.activity_models import ReadChannelInput
    from workflows.activity_rows import execute_activity

READS_PER_RUN = 50


def reader_id(input: ReadChannelInput) -> str:
    """The workflow of a reader; deterministic, so that there is never a second one."""
    return f"reader-{input.organisation}-{input.channel}"


@workflow.defn
class ReadChannelWorkflow:
    """One read after the other; each goes on where the one before stopped."""

    def __init__(self) -> None:
        self._named = False

    @workflow.signal
    def go_on(self) -> None:
        """A published specification names the channel.

        Comes with every start. Temporal lets no run end that has not seen it, so a channel that comes back while
        its reader ends is read on.
        """
        self._named = True

    @workflow.run
    async def run(self, input: ReadChannelInput) -> None:
        """Read until the channel is taken out, with a fresh history now and then and for a new version of workers."""
        read = 0
        for number in range(READS_PER_RUN):
            workflow.set_current_details(f"Reading `{input.channel}` · read {number + 1} · {read} events in this run")
            self._named = False
            done = await execute_activity(READ_CHANNEL, input, f"read {input.channel}, read {number + 1}")
            read += done.events
            if done.taken_out and not self._named:
                workflow.set_current_details(f"`{input.channel}` was taken out of the specification")
                return
            if workflow.info().is_target_worker_deployment_version_changed():
                break
        workflow.continue_as_new(input, initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE)
