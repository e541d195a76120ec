"""GuardedCallWorkflow: a call of a company's own activity waits for people here, then it is made once.

Whoever called occupies no worker meanwhile: its activity is completed from here.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.options import CLIMB_CALL_LADDER, END_GUARDED_CALL, OPEN_GUARDED_CALL, RECORD_CALL_DECISION
    from domain.conversation.requests import DecideApproval
    from domain.guarding.calls import (
        CallState,
        ClimbCallLadderInput,
        EndCallInput,
        GuardedOutcome,
        GuardedRun,
        RecordCallDecisionInput,
        judge_call,
        rejected,
        text_of,
    )
    from workflows.activity_rows import execute_activity
    from workflows.conversation.timer import DeadlineTimer

NEWEST = ContinueAsNewVersioningBehavior.AUTO_UPGRADE
IN_DOUBT = "It may have run, or not, so it is not tried again. Look where it acts, then call it anew if it did not."
RECORDED = "This call has ended before. What came of it is in its record."


@workflow.defn
class GuardedCallWorkflow:
    """Current details say what waits, for whom and since when."""

    @workflow.init
    def __init__(self, run: GuardedRun) -> None:
        self._run = run
        self._timer = DeadlineTimer()
        self._roll_over = False

    @workflow.run
    async def run(self, _: GuardedRun) -> GuardedOutcome:
        """Wait for people as long as it takes; then make the call, or refuse it."""
        call = self._run.call
        if self._run.opened is None:
            self._run.opened = await execute_activity(OPEN_GUARDED_CALL, call, f"keep the call of {call.activity}")
        if not call.asks:
            return GuardedOutcome(state="unasked")
        if self._run.opened.state != "waiting":
            return await self._end(GuardedOutcome(state="in_doubt", message=RECORDED, error="GuardedCallInDoubt"))
        decision = await self._decision()
        outcome = rejected(decision) if decision.action == "reject" else await self._call()
        return await self._end(outcome)

    @workflow.signal
    def decide_approval(self, request: DecideApproval) -> None:
        """A person approves, rejects or reassigns."""
        self._run.receive(request)

    @workflow.signal
    def roll_over(self) -> None:
        """Continue as new: a rollout wakes idle calls with it."""
        self._roll_over = True

    @workflow.query
    def get_call(self) -> GuardedRun:
        """The state as it stands."""
        return self._run

    async def _decision(self) -> DecideApproval:
        """The one that counts. Only its state crosses to a new run."""
        while True:
            while self._run.requests:
                await self._apply(self._run.next_request())
            if self._run.decided is not None:
                return self._run.decided
            await self._climb()
            self._show()
            if self._roll_over or workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(self._run, initial_versioning_behavior=NEWEST)
            await workflow.wait_condition(
                lambda: bool(self._run.requests or self._timer.has_fired() or self._roll_over)
            )

    async def _apply(self, request: DecideApproval) -> None:
        run, verdict = self._run, judge_call(self._run.approval, request)
        approval, state = run.approval, self._state_now()
        match verdict.effect:
            case "send" | "redraft":
                run.decided = request
                state = "approved" if verdict.effect == "send" else "rejected"
            case "wait_for_more" if approval is not None:
                approval = approval.model_copy(update={"approved_by": (*approval.approved_by, request.by.id)})
            case "reassign" if approval is not None:
                approval = approval.model_copy(update={"assignee": request.assignee})
        if approval is not None:
            run.keep(approval)
        await execute_activity(
            RECORD_CALL_DECISION,
            RecordCallDecisionInput(
                organisation=run.call.organisation,
                call_id=run.call.call_id,
                decision=request,
                effect=EFFECTS.get(verdict.effect, verdict.effect),
                refused=verdict.refused,
                state=state,
                approval=approval,
            ),
            f"{request.action} by {request.by.id}: {verdict.effect}",
        )

    def _state_now(self) -> CallState:
        decided = self._run.decided
        if decided is None:
            return "waiting"
        return "rejected" if decided.action == "reject" else "approved"

    async def _climb(self) -> None:
        run, due, approval = self._run, self._run.ladder_due(), self._run.approval
        self._timer.reset()
        if run.opened is None or approval is None or due is None or due > workflow.now():
            return
        rung = run.opened.ladder[approval.rungs_done]
        climbed = approval.climb(rung, run.opened.members)
        step = ClimbCallLadderInput(
            organisation=run.call.organisation, call_id=run.call.call_id, approval=climbed, step=rung
        )
        await execute_activity(CLIMB_CALL_LADDER, step, f"{rung.action.replace('_', ' ')}: {climbed.who}")
        run.keep(climbed)

    async def _call(self) -> GuardedOutcome:
        """Once, unless a second time does no harm. An attempt that did not say how it ended is in doubt."""
        call = self._run.call
        workflow.set_current_details(f"Approved. Calls `{call.activity}`")
        try:
            result: Any = await workflow.execute_activity(
                call.activity,
                args=list(call.arguments),
                task_queue=call.task_queue,
                start_to_close_timeout=call.timeout,
                retry_policy=RetryPolicy(maximum_attempts=0 if call.repeatable else 1),
                summary="what people approved",
            )
        except ActivityError as error:
            return _failed(error)
        return GuardedOutcome(state="done", result=result)

    async def _end(self, outcome: GuardedOutcome) -> GuardedOutcome:
        call = self._run.call
        ending = EndCallInput(organisation=call.organisation, call_id=call.call_id, outcome=outcome, caller=call.caller)
        await execute_activity(END_GUARDED_CALL, ending, f"tell whoever called: {outcome.state.replace('_', ' ')}")
        while self._run.requests:
            await self._apply(self._run.next_request())
        return outcome

    def _show(self) -> None:
        approval = self._run.approval
        self._timer.set(self._due(), "remind of the call")
        if approval is not None:
            since = f"since {approval.requested_at:%Y-%m-%d %H:%M:%S} UTC"
            details = f"Waits for {approval.who} {since}, rule `{approval.rule}`"
            workflow.set_current_details(f"{details}\n\n`{text_of(self._run.call)[:500]}`")

    def _due(self) -> datetime | None:
        return self._run.ladder_due()


EFFECTS = {"send": "call", "redraft": "reject"}
"""What the words for drafts are for calls."""


def _failed(error: ActivityError) -> GuardedOutcome:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return GuardedOutcome(state="failed", message=cause.message, error=cause.type or "ApplicationError")
    return GuardedOutcome(state="in_doubt", message=IN_DOUBT, error="GuardedCallInDoubt")
