"""Conversation workflows of other releases."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.conversation.state import ConversationState
    from workflows.conversation.workflow import ConversationWorkflow


@workflow.defn(name="ConversationWorkflow")
class NextConversationWorkflow(ConversationWorkflow):
    """Every time that it works it calls one activity more.

    A history of today's workflow does not replay on it, nor the reverse.
    """

    @workflow.run
    async def run(self, state: ConversationState) -> None:
        await super().run(state)

    async def _work(self) -> None:
        await super()._work()
        await self._activities.record_messages(())


@workflow.defn(name="ConversationWorkflow")
class StayingWorkflow:
    """Begins its next run where it is, as on a server that knows nothing else."""

    @workflow.init
    def __init__(self, state: ConversationState) -> None:
        self._state = state
        self._rolls_over = False

    @workflow.signal
    def roll_over(self) -> None:
        self._rolls_over = True

    @workflow.query
    def get_conversation(self) -> ConversationState:
        return self._state

    @workflow.run
    async def run(self, state: ConversationState) -> None:
        await workflow.wait_condition(lambda: self._rolls_over)
        workflow.continue_as_new(state)
