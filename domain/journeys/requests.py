"""What people ask of a journey, carried out: each request leads to progress and a note of who asked."""

from datetime import datetime

from domain.journeys import interpreter
from domain.journeys.plan import Plan
from domain.journeys.progress import JourneyNote, Progress
from domain.journeys.run import (
    AnyJourneyRequest,
    ConfirmStep,
    LeaveJourney,
    PauseJourney,
    ResumeJourney,
    SkipStep,
    TellEvent,
)
from domain.journeys.work import HANDED_OVER, StepReport

KINDS = {
    "pause_journey": "journey_paused",
    "resume_journey": "journey_resumed",
    "skip_step": "journey_step_skipped",
    "leave_journey": "journey_left",
    "tell_event": "journey_event",
    "confirm_step": "journey_step_confirmed",
}
"""The audit event of each kind of request."""
NO_SUCH_STEP = "This step is not under way. Look where the journey stands."


def carry_out(plan: Plan, progress: Progress, request: AnyJourneyRequest, now: datetime) -> Progress:
    """The progress afterwards; what may not be is noted as refused, with the reason."""
    refused = refusal(plan, progress, request)
    kind = "journey_request_refused" if refused else KINDS[request.kind]
    note = JourneyNote(
        kind=kind,
        by=request.by.id,
        at=now,
        request_id=request.request_id,
        via=request.via,
        step=getattr(request, "step", None),
        text=refused or _text_of(request),
    )
    return (progress if refused else _carried_out(plan, progress, request, now)).note(note)


def refusal(plan: Plan, progress: Progress, request: AnyJourneyRequest) -> str | None:
    """Why a request comes to nothing; None when it is carried out."""
    if progress.ended:
        return "The journey has ended."
    match request:
        case SkipStep() if progress.at(request.step) is None:
            return NO_SUCH_STEP
        case ConfirmStep():
            return interpreter.refusal_to_confirm(plan, progress, request.step, request.by)
    return None


def _carried_out(plan: Plan, progress: Progress, request: AnyJourneyRequest, now: datetime) -> Progress:
    match request:
        case PauseJourney():
            return interpreter.pause(progress)
        case ResumeJourney():
            return interpreter.resume(progress)
        case SkipStep():
            return interpreter.skip(plan, progress, request.step, now)
        case LeaveJourney():
            return interpreter.leave(plan, progress, now)
        case TellEvent():
            return interpreter.receive_event(plan, progress, request.event, now)
    return interpreter.finish(plan, progress, request.step, "done", now)


def _text_of(request: AnyJourneyRequest) -> str:
    match request:
        case ConfirmStep():
            return request.note
        case TellEvent():
            return request.event
        case LeaveJourney():
            return request.reason
    return ""


def hear(plan: Plan, progress: Progress, path: str, report: StepReport, now: datetime) -> Progress:
    """What the conversation told of a step."""
    if report.status == "withdrawn":
        return interpreter.withdraw(progress, path)
    if report.answer is not None:
        return interpreter.answer(plan, progress, path, report.answer, now)
    active = progress.at(path)
    if active is not None and plan.step(path).kind == "promise":
        return progress.put(active.model_copy(update={"reminders": HANDED_OVER}))  # it is still to be kept
    return interpreter.finish(plan, progress, path, report.status, now)
