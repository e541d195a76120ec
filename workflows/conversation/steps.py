"""Steps of journeys: the conversation does what a journey asks while the AI side owns it, and tells what came of it."""

import asyncio
from datetime import timedelta
from typing import Literal

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from domain.conversation.journeys import Entering, Report
    from domain.conversation.ownership import Person, Status
    from domain.conversation.requests import CarryOutStep, RecallSteps
    from domain.conversation.state import EVENTS_PER_RUN, ConversationState
    from domain.conversation.turn import Reason
    from domain.journeys.run import JourneyRun, LeaveJourney, StartJourney
    from domain.journeys.work import HandOver, Instruct, Put, Say, StepReport, UseTool
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.answering import Answering
    from workflows.conversation.lifecycle import ConversationLifecycle
    from workflows.journeys.workflow import JourneyWorkflow

ENDS_DRAFT = "a-recalled-step-ends-its-draft"
MERGED = "merged"
"""Why a journey was left whose conversation goes on in another one."""
PAUSE = timedelta(hours=1)
"""How long a step waits that the store refuses for a reason that the conversation does not know."""
STOPPED_PAUSE = timedelta(minutes=10)
"""How long after automatic sending was resumed a journey may be silent still."""


class JourneySteps:
    """Between two turns: one step after the other, each with a key that is used once."""

    def __init__(
        self,
        state: ConversationState,
        activities: ActivityCalls,
        lifecycle: ConversationLifecycle,
        answering: Answering,
    ) -> None:
        self._state = state
        self._activities = activities
        self._lifecycle = lifecycle
        self._answering = answering

    def has_cause(self) -> bool:
        """Whether there is something to do now."""
        journeys = self._state.journeys
        told = bool(journeys.entering or journeys.reports)
        return told or journeys.merged_away or self._next() is not None or self._state.waits_in_vain()

    def recall(self, recalled: RecallSteps) -> None:
        """A journey wants steps no more: what an AI agent has written for one of them comes to nothing.

        Looked at as the signal arrives, so that a history from before wakes no loop that slept then.
        """
        state = self._state
        ends_draft = state.journeys.ends_draft(recalled)
        state.receive_journey(recalled)
        if ends_draft and workflow.patched(ENDS_DRAFT):
            state.keep_journeys(state.journeys.withdraw_draft())

    async def withdraw(self) -> None:
        """Make an approval stale that is open for a step that is wanted no more."""
        if self._state.waits_in_vain():
            self._state.move_on()
            await self._activities.record_messages(())

    async def work(self) -> None:
        """Begin journeys, tell what became of steps, and carry out the next one."""
        state = self._state
        if state.journeys.not_before is not None and state.journeys.not_before <= workflow.now():
            state.keep_journeys(state.journeys.wait_until(None))
        while state.journeys.entering:
            await self._enter(state.journeys.entering[0])
        if state.journeys.merged_away:
            await self._leave_all()
        step = self._next()
        if step is not None:
            await self._carry_out(step)
        while state.journeys.reports:
            await self._tell(state.journeys.reports[0])

    def _next(self) -> CarryOutStep | None:
        journeys = self._state.journeys
        if not journeys.steps or journeys.not_before is not None or not self._state.may_carry_out_steps():
            return None
        return journeys.next_step()

    async def _enter(self, entering: Entering) -> None:
        """Whoever is on a journey already does not begin it again."""
        state = self._state
        start = StartJourney(
            organisation=state.start.organisation,
            conversation_id=state.start.conversation_id,
            journey=entering.journey,
            spec_hash=state.spec_hash or "",
            entry=entering.entry,
            by=entering.by,
            via=entering.via,
        )
        state.keep_journeys(state.journeys.begun(entering, start.workflow_id))  # its end may be told at once
        try:
            journey = await workflow.start_child_workflow(
                JourneyWorkflow.run,
                JourneyRun(start=start, events_per_run=EVENTS_PER_RUN),
                id=start.workflow_id,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"Journey {entering.journey}, begun by {entering.by}",
            )
            journey.add_done_callback(_overlook)
        except WorkflowAlreadyStartedError:
            workflow.logger.info("the customer is on this journey already")

    async def _tell(self, told: Report) -> None:
        """A journey that has ended needs to hear nothing."""
        handle: workflow.ExternalWorkflowHandle[JourneyWorkflow]
        handle = workflow.get_external_workflow_handle_for(JourneyWorkflow.run, told.run)
        try:
            await handle.signal(JourneyWorkflow.report_step, told.report)
            self._state.keep_journeys(self._state.journeys.sent(told))
        except FailureError:
            self._state.keep_journeys(self._state.journeys.ended(told.run))

    async def _leave_all(self) -> None:
        """What goes on in another conversation can be said in this one no more: its journeys end, and say why."""
        state = self._state
        for run in state.journeys.active:
            request = LeaveJourney(request_id=f"merged-{run[-100:]}", by=Person(id="system"), reason=MERGED)
            handle: workflow.ExternalWorkflowHandle[JourneyWorkflow]
            handle = workflow.get_external_workflow_handle_for(JourneyWorkflow.run, run)
            try:
                await handle.signal(JourneyWorkflow.leave_journey, request)
            except FailureError:
                state.keep_journeys(state.journeys.ended(run))
        state.keep_journeys(state.journeys.told_of_merge())

    async def _carry_out(self, step: CarryOutStep) -> None:
        match step.work:
            case Say():
                await self._say(step, step.work.text, step.work.ai_agent)
            case Put():
                await self._say(step, step.work.question.text, step.work.question.ai_agent)
            case Instruct() | UseTool():
                await self._draft(step, step.work)
            case HandOver():
                self._end(step, "done")
                await self._lifecycle.escalate(Reason.PROMISE_OVERDUE)

    async def _draft(self, step: CarryOutStep, work: Instruct | UseTool) -> None:
        """What comes to nothing although nothing has happened is not tried again at once."""
        state = self._state
        if state.status is Status.RESOLVED:
            await self._lifecycle.wake("reopened", f"{step.key}-wakes", "journey")
        revision = state.revision
        if await self._answering.draft_for(step, work):
            return
        if step in state.journeys.steps and state.revision == revision and state.may_carry_out_steps():
            state.keep_journeys(state.journeys.wait_until(workflow.now() + PAUSE))

    async def _say(self, step: CarryOutStep, text: str, ai_agent: str | None) -> None:
        state, revision = self._state, self._state.revision
        quiet_until = state.opened_policy.quiet_until(state.channel, workflow.now())
        if quiet_until is not None:
            state.keep_journeys(state.journeys.wait_until(quiet_until))
            return
        sending = self._activities.sending
        delivered = await self._lifecycle.await_delivery(sending.say(step.key, text, ai_agent), sending.leaves_at(None))
        if delivered is not None and delivered.status == "delivered":
            self._note_said(step)
            return
        if delivered is not None and delivered.status == "stopped":
            state.keep_journeys(state.journeys.wait_until(workflow.now() + STOPPED_PAUSE))
            return
        self._end(step, "withdrawn")
        if delivered is None:
            await self._lifecycle.escalate(Reason.DELIVERY_FAILED)
        elif state.revision == revision:
            await self._catch_up(revision)

    def _note_said(self, step: CarryOutStep) -> None:
        """What was told is done; what was asked waits for its answer."""
        if isinstance(step.work, Put):
            self._state.keep_journeys(self._state.journeys.put_question(step))
            self._state.note_quiet(workflow.now())
        else:
            self._end(step, "done")

    async def _catch_up(self, revision: int) -> None:
        """The store knows better, or not yet what moved the conversation on.

        Where it refuses the same again, as of a merged conversation, it is not asked at once.
        """
        state = self._state
        await self._activities.record_messages(())
        state.catch_up(await self._activities.open_conversation())
        if state.revision == revision == state.journeys.refused_at:
            state.keep_journeys(state.journeys.wait_until(workflow.now() + PAUSE))
        state.keep_journeys(state.journeys.refused(revision))

    def _end(self, step: CarryOutStep, status: Literal["done", "withdrawn"]) -> None:
        self._state.end_step(step, StepReport(key=step.key, status=status), workflow.now())


def _overlook(journey: asyncio.Task[None]) -> None:
    """That a journey was terminated or cancelled by hand is no error of the conversation: nobody need log it."""
    if not journey.cancelled():
        journey.exception()
