"""Tool execution: what a draft proposes is done after the gate and before the reply leaves, each thing once."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.approvals.approval import Approval
    from domain.conversation.activity_models import ApprovalClosure
    from domain.conversation.requests import DecideApproval
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import DecisionRecord, Draft
    from domain.journeys.work import StepReport
    from domain.tools.actions import ProposedAction
    from domain.tools.calls import CalledTool
    from workflows.activity_rows import Start
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.lifecycle import ConversationLifecycle

ExecutionOutcome = Literal["done", "refused", "stopped", "failed"]
"""refused: the conversation moved on, so the rest was not done. stopped: automatic sending is, so people are asked.
failed: a tool did not, or nobody knows.
"""


class ToolExecution:
    """Uses tools one after the other. The claim of each compares revision and owner, as that of a reply does."""

    def __init__(self, state: ConversationState, activities: ActivityCalls, lifecycle: ConversationLifecycle) -> None:
        self._state = state
        self._activities = activities
        self._lifecycle = lifecycle

    async def execute(self, draft: Draft, record: DecisionRecord) -> ExecutionOutcome:
        """Do what the AI agent may do alone, once the burst of messages that asked for it is over."""
        revision = self._state.revision
        if not await self._burst_is_over():
            return "refused"
        acted = await self._use(
            (
                action,
                self._activities.call_tool(draft.draft_id, number, action, draft.ai_agent, revision, record=record),
            )
            for number, action in enumerate(draft.actions, start=1)
        )
        self._note_step(draft.draft_id, acted)
        if acted == "refused" and self._state.revision == revision:
            self._state.catch_up(await self._activities.open_conversation())
        return self._unless_overtaken(acted, revision)

    async def execute_approved(self, approval: Approval, decision: DecideApproval) -> ExecutionOutcome:
        """Do what people approved; the claim of the first use closes the approval."""
        after = self._state.lifecycle.close_approval().position
        closure = ApprovalClosure(approval=approval, decision=decision, after=after)
        acted = await self._use(
            (
                action,
                self._activities.call_tool(
                    approval.draft_id, number, action, approval.ai_agent, approval.revision, closure=closure
                ),
            )
            for number, action in enumerate(approval.actions, start=1)
        )
        self._note_step(approval.draft_id, acted)
        return self._unless_overtaken(acted, approval.revision)

    def _unless_overtaken(self, acted: ExecutionOutcome, revision: int) -> ExecutionOutcome:
        """What came too late to stop the tools still stops the reply."""
        return "refused" if acted in {"done", "stopped"} and self._state.revision != revision else acted

    def _note_step(self, draft_id: str, acted: ExecutionOutcome) -> None:
        """Where a journey asked for it: whether the tool did it, even if nothing may be said about that any more."""
        step = self._state.journeys.uses_tool(draft_id)
        if step is not None and acted in {"done", "failed"}:
            self._state.end_step(step, StepReport(key=step.key, status=acted), workflow.now())

    async def _use(self, calls: Iterable[tuple[ProposedAction, Start[CalledTool]]]) -> ExecutionOutcome:
        """Each call is started when the one before it is done."""
        for action, calling in calls:
            called = await self._lifecycle.await_tool_call(calling)
            if called is not None and called.status == "refused":
                return "stopped" if called.is_stopped else "refused"
            self._state.forget_context()
            if called is None or called.status != "done":
                return "failed"
            self._state.note_tool(action.tool)
        return "done"

    async def _burst_is_over(self) -> bool:
        """Wait for further messages of the same burst; False when one came, or a person took over."""
        state, ends_at = self._state, self._activities.sending.burst_ends_at()
        if ends_at is not None and ends_at > workflow.now():
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    state.is_overtaken, timeout=ends_at - workflow.now(), timeout_summary="the burst of messages ends"
                )
        if state.is_overtaken():
            await self._lifecycle.record_what_overtakes()
            return False
        return True
