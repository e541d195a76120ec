"""JourneyWorkflow: a customer on a journey, for as long as it takes.

An actor like the conversation: signal handlers only put things in a mailbox, and one loop works on them. It never
says anything to the customer: it asks the conversation by a signal, under a key that is the same for ever, and hears
by a signal what became of it.
"""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from activities.options import OPEN_JOURNEY, READ_CUSTOMER_FACTS, RECORD_JOURNEY
    from domain.conversation.requests import CarryOutStep, RecallSteps, workflow_id
    from domain.conversation.state import EVENTS_PER_RUN
    from domain.journeys import interpreter
    from domain.journeys.activity_models import JourneyState, OpenJourneyInput, ReadFactsInput, RecordJourneyInput
    from domain.journeys.progress import ActiveStep, JourneyNote
    from domain.journeys.requests import carry_out, hear
    from domain.journeys.run import (
        AnyJourneyRequest,
        ConfirmStep,
        JourneyRun,
        LeaveJourney,
        PauseJourney,
        ResumeJourney,
        SkipStep,
        TellEvent,
    )
    from domain.journeys.work import StepReport, work_of
    from domain.specification.journeys import BranchStep
    from workflows.activity_rows import execute_activity
    from workflows.conversation.timer import DeadlineTimer
    from workflows.journeys.summary import details

NEWEST = ContinueAsNewVersioningBehavior.AUTO_UPGRADE
CANCELLED_IS_LEFT = "a-journey-that-is-cancelled-is-left"
ASK_AGAIN = timedelta(hours=1)
"""How long a conversation that cannot be reached is left alone."""


@workflow.defn
class JourneyWorkflow:
    """Current details say which steps are under way and what each waits for."""

    @workflow.init
    def __init__(self, run: JourneyRun) -> None:
        self._run = run
        self._timer = DeadlineTimer()
        self._roll_over = False

    @workflow.run
    async def run(self, _: JourneyRun) -> None:
        """Go on until the journey has ended, and the conversation knows it. Who cancels it, leaves it."""
        try:
            await self._go_on()
        except (asyncio.CancelledError, FailureError) as error:
            if not is_cancelled_exception(error) or not workflow.patched(CANCELLED_IS_LEFT):
                raise
            await self._leave()

    async def _go_on(self) -> None:
        run = self._run
        while True:
            await self._work()
            workflow.set_current_details(details(run))
            if run.progress.ended:
                break
            self._timer.set(self._next_deadline(), "next time of a step")
            if self._history_is_long():
                run.events_per_run = EVENTS_PER_RUN
                workflow.continue_as_new(run, initial_versioning_behavior=NEWEST)
            await workflow.wait_condition(self._has_cause)
        await self._tell_end()

    async def _leave(self) -> None:
        run, now = self._run, workflow.now()
        if run.plan is not None and not run.progress.ended:
            left = JourneyNote(kind="journey_left", by="system", at=now, text="Its workflow was cancelled.")
            run.progress = interpreter.leave(run.plan, run.progress, now).note(left)
        await self._record()
        workflow.set_current_details(details(run))
        await self._tell_end()

    async def _tell_end(self) -> None:
        """What was asked of it while it ended is refused, so that nobody waits for an answer."""
        run = self._run
        await self._signal(RecallSteps(run=run.start.workflow_id, ended=True))
        while run.plan is not None and run.requests:
            self._carry_out(run.next_request())
            await self._record()

    # The mailbox.

    @workflow.signal
    def report_step(self, report: StepReport) -> None:
        """The conversation tells what became of a step."""
        self._run.receive_report(report)

    @workflow.signal
    def pause_journey(self, request: PauseJourney) -> None:
        """A person lets it stand still."""
        self._run.receive(request)

    @workflow.signal
    def resume_journey(self, request: ResumeJourney) -> None:
        """A person lets it go on, and what failed be tried again."""
        self._run.receive(request)

    @workflow.signal
    def skip_step(self, request: SkipStep) -> None:
        """A person lets it go on without a step."""
        self._run.receive(request)

    @workflow.signal
    def leave_journey(self, request: LeaveJourney) -> None:
        """A person ends it."""
        self._run.receive(request)

    @workflow.signal
    def tell_event(self, request: TellEvent) -> None:
        """Something happened that a step may wait for."""
        self._run.receive(request)

    @workflow.signal
    def confirm_step(self, request: ConfirmStep) -> None:
        """A person confirms a check-in, or that a promise was kept."""
        self._run.receive(request)

    @workflow.signal
    def roll_over(self) -> None:
        """Continue as new at the next pause: a rollout wakes idle journeys with it."""
        self._roll_over = True

    @workflow.query
    def get_journey(self) -> JourneyRun:
        """The state as it stands."""
        return self._run

    # The loop.

    def _has_cause(self) -> bool:
        run = self._run
        return bool(run.requests or run.reports) or self._roll_over or self._timer.has_fired()

    def _history_is_long(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() >= self._run.events_per_run or info.is_continue_as_new_suggested()
        return long or self._roll_over or info.is_target_worker_deployment_version_changed()

    def _next_deadline(self) -> datetime | None:
        due = (interpreter.next_due(self._run.progress), self._run.ask_again_at)
        return min((instant for instant in due if instant is not None), default=None)

    async def _work(self) -> None:
        run, now = self._run, workflow.now()
        self._timer.reset()
        if run.plan is None and not await self._open():
            return
        while run.requests:
            self._carry_out(run.next_request())
        while run.reports:
            self._hear(run.next_report())
        run.progress = interpreter.pass_time(run.opened_plan, run.progress, now)
        await self._part_ways()
        await self._record()
        await self._ask()

    async def _open(self) -> bool:
        """Read what the journey is; False where the specification has none to carry out."""
        run, what = self._run, f"read the journey {self._run.start.journey}"
        run.plan = (await execute_activity(OPEN_JOURNEY, OpenJourneyInput(start=run.start), what)).plan
        start = run.start
        entered = JourneyNote(
            kind="journey_entered", by=start.by, at=workflow.now(), request_id=start.entry, via=start.via
        )
        if run.plan is None:
            refused = entered.model_copy(update={"kind": "journey_refused", "text": "There is no such journey."})
            run.progress = run.progress.note(refused).model_copy(update={"ended": "left"})
            await self._record()
            return False
        run.progress = interpreter.begin(run.plan, workflow.now()).note(entered)
        return True

    def _carry_out(self, request: AnyJourneyRequest) -> None:
        self._run.progress = carry_out(self._run.opened_plan, self._run.progress, request, workflow.now())

    def _hear(self, report: StepReport) -> None:
        """A report on a step that has ended otherwise comes too late."""
        run = self._run
        active = run.active_of(report.key)
        if active is not None:
            run.progress = hear(run.opened_plan, run.progress, active.path, report, workflow.now())

    async def _part_ways(self) -> None:
        """Branches are decided as soon as they are come to; the circles of a journey always wait somewhere."""
        run = self._run
        while not run.progress.paused and (branch := self._branch()) is not None:
            path, step = branch
            facts = await self._facts(step)
            run.progress = interpreter.part(run.opened_plan, run.progress, path, facts, workflow.now())

    def _branch(self) -> tuple[str, BranchStep] | None:
        for active in self._run.progress.active:
            step = self._run.opened_plan.step(active.path)
            if isinstance(step, BranchStep):
                return active.path, step
        return None

    async def _facts(self, step: BranchStep) -> dict[str, str]:
        names = tuple(condition.fact for condition in step.conditions if condition.fact)
        if not names:
            return {}
        start = self._run.start
        asked = ReadFactsInput(organisation=start.organisation, conversation_id=start.conversation_id, names=names)
        return (await execute_activity(READ_CUSTOMER_FACTS, asked, f"read {', '.join(names)}")).facts

    async def _record(self) -> None:
        """Write down what has happened, once."""
        run = self._run
        progress = run.progress
        if not progress.records and not progress.notes:
            return
        input = RecordJourneyInput(
            start=run.start,
            state=self._stands(),
            at=workflow.now(),
            records=progress.records,
            notes=progress.notes,
        )
        await execute_activity(RECORD_JOURNEY, input, _summary(input))
        run.progress = run.progress.recorded()

    def _stands(self) -> JourneyState:
        progress = self._run.progress
        if self._run.plan is None:
            return "refused"
        return progress.ended or ("paused" if progress.paused else "under_way")

    # The conversation.

    async def _ask(self) -> None:
        """Have the conversation carry out what is active, and leave what is not needed any more."""
        run = self._run
        run.ask_again_at = None
        if run.progress.ended:
            return
        recalled = run.to_recall()
        if recalled and await self._signal(RecallSteps(run=run.start.workflow_id, keys=recalled)):
            run.asked = tuple(key for key in run.asked if key not in recalled)
        for active in run.to_ask():
            await self._ask_for(active)

    async def _ask_for(self, active: ActiveStep) -> None:
        run = self._run
        work = work_of(run.opened_plan, run.progress, active)
        if work is None:
            return
        key = run.key_of(active)
        if await self._signal(CarryOutStep(run=run.start.workflow_id, key=key, work=work)):
            run.asked = (*run.asked, key)

    async def _signal(self, message: CarryOutStep | RecallSteps) -> bool:
        """False while the conversation cannot be reached: it was ended by hand, say."""
        conversation = workflow.get_external_workflow_handle(workflow_id(self._run.start.conversation_id))
        try:
            await conversation.signal(message.kind, message)
        except FailureError:
            workflow.logger.warning("the conversation cannot be reached; it is asked again later")
            self._run.ask_again_at = workflow.now() + ASK_AGAIN
            return False
        return True


def _summary(input: RecordJourneyInput) -> str:
    began = [record.path for record in input.records if record.outcome is None]
    ended = [f"{record.path} {record.outcome}" for record in input.records if record.outcome]
    return "; ".join([*ended, *(f"{path} begins" for path in began), *(note.kind for note in input.notes)])[:200]
