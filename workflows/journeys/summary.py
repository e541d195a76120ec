"""What the Temporal UI shows of a journey."""

from domain.journeys.plan import Plan
from domain.journeys.progress import ActiveStep
from domain.journeys.run import JourneyRun
from domain.specification.journeys import CheckInStep, ParallelStep, PromiseStep, QuestionStep, SubJourneyStep, WaitStep


def details(run: JourneyRun) -> str:
    """Markdown for the top of the workflow's page: which steps are under way, since when, and what each waits for."""
    if run.plan is None:
        return f"**{run.start.journey}** · begins"
    progress = run.progress
    stands = progress.ended or ("paused" if progress.paused else "under way")
    lines = [
        f"**{run.plan.journey.title}** · {stands} · begun by `{run.start.by}`",
        f"Conversation `{run.start.conversation_id}`, specification `{run.start.spec_hash[:12]}`",
        *(_line(run.plan, active) for active in progress.active),
        "The conversation cannot be reached; it is asked again" if run.ask_again_at else "",
    ]
    return "\n\n".join(line for line in lines if line)


def waits_for(plan: Plan, active: ActiveStep) -> str:
    """In words, such as `the customer's answer`."""
    if active.failed:
        return "a person: it failed; resume tries again, skip goes on"
    step = plan.step(active.path)
    match step:
        case QuestionStep():
            return "the customer's answer"
        case WaitStep():
            return f"the event {step.event}" if step.event else "its time"
        case CheckInStep():
            return f"the confirmation of a {step.role}"
        case PromiseStep():
            return f"the event {step.kept_by}" if step.kept_by else "the confirmation that it was kept"
        case ParallelStep() | SubJourneyStep():
            return "the steps within it"
    return "the conversation"


def _line(plan: Plan, active: ActiveStep) -> str:
    due = f", due {active.due_at:%Y-%m-%d %H:%M} UTC" if active.due_at else ""
    since = f"since {active.began_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"`{active.path}` {plan.step(active.path).kind} {since} waits for {waits_for(plan, active)}{due}"
