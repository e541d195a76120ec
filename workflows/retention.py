"""EraseConversationsWorkflow: one run of the schedule that erases what the specification keeps no longer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.options import ERASE_CONVERSATIONS
    from domain.conversation.erasing import EraseConversationsInput, ErasedConversations
    from workflows.activity_rows import execute_activity

MAX_BATCHES = 500
"""What is left then, as after years without retention, is for the next night: histories stay short."""


def retention_id(input: EraseConversationsInput) -> str:
    """The schedule of an organisation, and the workflow that it starts."""
    return f"retention-{input.organisation}"


@workflow.defn
class EraseConversationsWorkflow:
    """Batch after batch, until nothing is due."""

    @workflow.run
    async def run(self, input: EraseConversationsInput) -> ErasedConversations:
        """The current details count what was erased, and what is left for later and why."""
        so_far = ErasedConversations()
        for number in range(1, MAX_BATCHES + 1):
            batch = await execute_activity(ERASE_CONVERSATIONS, input, f"erase what is kept no longer, batch {number}")
            so_far = so_far.and_then(batch)
            workflow.set_current_details(_details(so_far))
            if so_far.after is None:
                break
            input = input.model_copy(update={"after": so_far.after})
        return so_far


def _details(so_far: ErasedConversations) -> str:
    reasons = [("their workflow runs", so_far.running), *sorted(so_far.refused.items())]
    later = ", ".join(f"{number} ({reason.replace('_', ' ')})" for reason, number in reasons if number)
    return f"Erased: {so_far.erased}\n\nLeft for later: {later or 'none'}"
