"""Journeys of a scenario: the interpreter and the requests of the workflow of journeys, without a workflow.

No time passes: a step that waits for it goes on by an event, or is skipped.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from domain.conversation.journeys import Entering
from domain.conversation.ownership import Person
from domain.conversation.requests import CarryOutStep, EnterJourney, RecallSteps
from domain.conversation.state import ConversationState
from domain.journeys import interpreter
from domain.journeys.plan import Plan
from domain.journeys.requests import carry_out, hear, refusal
from domain.journeys.run import (
    AnyJourneyRequest,
    ConfirmStep,
    JourneyRun,
    LeaveJourney,
    SkipStep,
    StartJourney,
    TellEvent,
)
from domain.journeys.work import work_of
from domain.quality.scenarios import PersonStep, StandingJourney
from domain.specification.journeys import BranchStep
from domain.specification.organisation import OrganisationSpec

NO_JOURNEY = "The customer is on no such journey."
Facts = Callable[[], Awaitable[Mapping[str, object]]]


class RehearsedJourneys:
    """Those of one conversation. `facts` are what is known of its customer, `now` the moment of everything."""

    def __init__(self, spec: OrganisationSpec, state: ConversationState, facts: Facts, now: datetime) -> None:
        self._spec = spec
        self._state = state
        self._facts = facts
        self._now = now
        self._runs: dict[str, JourneyRun] = {}

    def standing(self) -> tuple[StandingJourney, ...]:
        """Each journey that was entered, as it stands."""
        return tuple(
            StandingJourney(
                id=run.start.journey, at=tuple(one.path for one in run.progress.active), ended=run.progress.ended
            )
            for run in self._runs.values()
        )

    def ask(self, step: PersonStep, person: Person, request_id: str) -> str | None:
        """A person or a system asks something of journeys; why it comes to nothing, where it does."""
        if step.does == "enter_journey" and step.journey:
            return self._ask_to_enter(EnterJourney(request_id=request_id, by=person, journey=step.journey))
        runs = [run for run in self._under_way() if step.journey in {None, run.start.journey}]
        request = _request(step, person, request_id)
        refused = [refusal(run.opened_plan, run.progress, request) for run in runs] or [NO_JOURNEY]
        for run in runs:
            run.receive(request)
        return None if None in refused else refused[0]

    def _ask_to_enter(self, request: EnterJourney) -> str | None:
        journey = self._spec.journey(request.journey)
        if journey is None or not journey.runs or "person" not in journey.enter_by:
            return f"People do not begin the journey {request.journey}: see its enter_by."
        if any(run.start.journey == request.journey for run in self._under_way()):
            return "The customer is on this journey."
        self._state.receive_journey(request)
        return None

    async def work(self) -> CarryOutStep | None:
        """Everything that journeys do by themselves; then the step that the conversation is to carry out."""
        state = self._state
        while state.journeys.entering or state.journeys.reports:
            for entering in state.journeys.entering:
                self._enter(entering)
            for report in state.journeys.reports:
                self._runs[report.run].receive_report(report.report)
                state.keep_journeys(state.journeys.sent(report))
            await self._go_on()
        await self._go_on()
        return state.journeys.next_step() if state.may_carry_out_steps() else None

    def _enter(self, entering: Entering) -> None:
        state = self._state
        start = StartJourney(
            organisation=self._spec.organisation,
            conversation_id=state.start.conversation_id,
            journey=entering.journey,
            spec_hash=state.spec_hash or "",
            entry=entering.entry,
            by=entering.by,
        )
        state.keep_journeys(state.journeys.begun(entering, start.workflow_id))
        journey, run = self._spec.journey(entering.journey), self._runs.get(start.workflow_id)
        if journey is None or (run is not None and not run.progress.ended):
            return
        plan = Plan.of(journey, self._spec.journeys)
        progress = interpreter.begin(plan, self._now)
        self._runs[start.workflow_id] = JourneyRun(start=start, plan=plan, progress=progress, events_per_run=1)

    async def _go_on(self) -> None:
        for run in self._under_way():
            while run.requests:
                run.progress = carry_out(run.opened_plan, run.progress, run.next_request(), self._now)
            while run.reports:
                report = run.next_report()
                active = run.active_of(report.key)
                if active is not None:
                    run.progress = hear(run.opened_plan, run.progress, active.path, report, self._now)
            await self._part_ways(run)
            self._ask(run)

    async def _part_ways(self, run: JourneyRun) -> None:
        while (path := _branch(run)) is not None:
            facts = {name: str(value) for name, value in (await self._facts()).items()}
            run.progress = interpreter.part(run.opened_plan, run.progress, path, facts, self._now)

    def _ask(self, run: JourneyRun) -> None:
        """What the workflow of a journey asks of its conversation by signals."""
        name = run.start.workflow_id
        if run.progress.ended:
            self._recall(RecallSteps(run=name, ended=True))
            return
        recalled = run.to_recall()
        if recalled:
            self._recall(RecallSteps(run=name, keys=recalled))
            run.asked = tuple(key for key in run.asked if key not in recalled)
        for active in run.to_ask():
            work = work_of(run.opened_plan, run.progress, active)
            if work is not None:
                key = run.key_of(active)
                self._state.receive_journey(CarryOutStep(run=name, key=key, work=work))
                run.asked = (*run.asked, key)

    def _recall(self, recalled: RecallSteps) -> None:
        state = self._state
        if state.journeys.ends_draft(recalled):
            state.keep_journeys(state.journeys.withdraw_draft())
        state.receive_journey(recalled)
        if state.waits_in_vain():
            state.move_on()

    def _under_way(self) -> Iterable[JourneyRun]:
        return [run for run in self._runs.values() if not run.progress.ended]


def _branch(run: JourneyRun) -> str | None:
    steps = ((one.path, run.opened_plan.step(one.path)) for one in run.progress.active)
    return next((path for path, step in steps if isinstance(step, BranchStep)), None)


def _request(step: PersonStep, person: Person, request_id: str) -> AnyJourneyRequest:
    """Raises ValueError for what is asked of no journey."""
    match step:
        case PersonStep(does="tell_event", event=str(event)):
            return TellEvent(request_id=request_id, by=person, event=event)
        case PersonStep(does="confirm_step", step=str(path)):
            return ConfirmStep(request_id=request_id, by=person, step=path, note=step.text)
        case PersonStep(does="skip_step", step=str(path)):
            return SkipStep(request_id=request_id, by=person, step=path)
        case PersonStep(does="leave_journey"):
            return LeaveJourney(request_id=request_id, by=person)
    raise ValueError(f"{step.does} is asked of no journey")
