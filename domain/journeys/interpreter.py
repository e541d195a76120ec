"""What a journey does: which steps begin, where an outcome leads, what is due. Pure transitions without a clock.

Steps that need the conversation (message, question, ai_agent, tool) and branches begin and then wait for `finish`;
everything else goes on by itself, by `receive_event`, `confirm` or `pass_time`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.conversation.ownership import Person
from domain.journeys.conditions import holds
from domain.journeys.plan import Plan, beside, container_of, within
from domain.journeys.progress import ActiveStep, Answer, JourneyNote, Outcome, Progress, StepRecord
from domain.specification.journeys import (
    BranchStep,
    CheckInStep,
    ParallelStep,
    PromiseStep,
    QuestionStep,
    RunStep,
    SubJourneyStep,
    WaitStep,
)

Facts = Mapping[str, str]


def begin(plan: Plan, now: datetime) -> Progress:
    """The journey with its first step begun."""
    return _use_events(plan, _begin(plan, Progress(), plan.journey.steps[0].id, now), now)


def finish(
    plan: Plan, progress: Progress, path: str, outcome: Outcome, now: datetime, leads_to: str | None = None
) -> Progress:
    """A step ended; `leads_to` is the id of the step that follows, where the outcome alone does not say it.

    One that failed, where the journey has no other way for that, stays and waits for a person. A step that is not
    active has ended before: nothing happens.
    """
    return _use_events(plan, _finish(plan, progress, path, outcome, now, leads_to), now)


def answer(plan: Plan, progress: Progress, path: str, given: Answer, now: datetime) -> Progress:
    """A question was answered; a choice may say which step follows."""
    step = plan.step(path)
    if progress.at(path) is None or not isinstance(step, QuestionStep):
        return progress
    word = {True: "yes", False: "no"}[given] if isinstance(given, bool) else given
    leads_to = next((choice.next for choice in step.choices if choice.value == word), None)
    return finish(plan, progress.answer(path, given), path, "done", now, leads_to)


def part(plan: Plan, progress: Progress, path: str, facts: Facts, now: datetime) -> Progress:
    """A branch goes where its first condition says that holds."""
    step = plan.step(path)
    if not isinstance(step, BranchStep):
        return progress
    for condition in step.conditions:
        value = progress.answer_to(condition.answer, path) if condition.answer else facts.get(condition.fact or "")
        if holds(condition, value):
            return finish(plan, progress, path, "done", now, condition.next)
    return finish(plan, progress, path, "done", now)


def receive_event(plan: Plan, progress: Progress, name: str, now: datetime) -> Progress:
    """An event came: every step that waits for it ends; where none does, it is kept for one that will."""
    waiting = [one.path for one in progress.active if _event_of(plan.step(one.path)) == name]
    for path in waiting:
        progress = finish(plan, progress, path, "done", now)
    return progress if waiting else progress.keep_event(name)


def refusal_to_confirm(plan: Plan, progress: Progress, path: str, person: Person) -> str | None:
    """Why this person may not confirm this step; None when they may."""
    if progress.at(path) is None:
        return "This step is not under way. Look where the journey stands."
    step = plan.step(path)
    if isinstance(step, CheckInStep) and not (person.leads or step.role in person.roles):
        return f"Only people with the role {step.role} may confirm this."
    if not isinstance(step, CheckInStep | PromiseStep):
        return "Nobody confirms this step: it ends by itself. Skip it to go on."
    return None


def skip(plan: Plan, progress: Progress, path: str, now: datetime) -> Progress:
    """Go on behind a step without it."""
    return finish(plan, progress, path, "skipped", now)


def leave(plan: Plan, progress: Progress, now: datetime) -> Progress:
    """End the journey where it stands."""
    for one in progress.active:
        progress = _end(plan, progress, one, "left", now)
    return progress.model_copy(update={"ended": "left"})


def pause(progress: Progress) -> Progress:
    """Nothing more is asked of the conversation, and nothing is due."""
    return progress.model_copy(update={"paused": True})


def resume(progress: Progress) -> Progress:
    """Go on, and try again what failed."""
    again = tuple(_tried_again(one) if one.failed else one for one in progress.active)
    return progress.model_copy(update={"paused": False, "active": again})


def withdraw(progress: Progress, path: str) -> Progress:
    """What the conversation was asked for did not come about, surely, and is asked for again."""
    active = progress.at(path)
    return progress if active is None else progress.put(_tried_again(active))


def next_due(progress: Progress) -> datetime | None:
    """When something happens by itself."""
    due = [one.due_at for one in progress.active if one.due_at is not None]
    return None if progress.paused or progress.ended else min(due, default=None)


def pass_time(plan: Plan, progress: Progress, now: datetime) -> Progress:
    """Do what is due by now."""
    due = next_due(progress)
    while due is not None and due <= now:
        first = next(one for one in progress.active if one.due_at == due)
        progress = _do_what_is_due(plan, progress, first, now)
        due = next_due(progress)
    return progress


def _do_what_is_due(plan: Plan, progress: Progress, active: ActiveStep, now: datetime) -> Progress:
    step = plan.step(active.path)
    match step:
        case CheckInStep():
            again = now + timedelta(hours=step.remind_every_hours)
            reminded = active.model_copy(update={"due_at": again, "reminders": active.reminders + 1})
            note = JourneyNote(kind="journey_reminded", by="system", at=now, step=active.path, text=step.role)
            return progress.put(reminded).note(note)
        case PromiseStep():
            overdue = active.model_copy(update={"due_at": None, "reminders": 1})
            note = JourneyNote(kind="promise_overdue", by="system", at=now, step=active.path, text=step.overdue_to)
            return progress.put(overdue).note(note)
        case WaitStep(event=None):
            return finish(plan, progress, active.path, "done", now)
    return finish(plan, progress, active.path, "timed_out", now)


def _begin(plan: Plan, progress: Progress, path: str, now: datetime) -> Progress:
    """A step begins, and with it those within it. One that is under way already is gone once, for both ways."""
    if progress.at(path) is not None:
        return progress
    step, progress = plan.step(path), progress.visit(path)
    after = step.due_after
    active = ActiveStep(
        path=path, visit=progress.visits[path], began_at=now, due_at=None if after is None else now + after
    )
    progress = progress.put(active).record(_record(step, active))
    for key in _first_within(plan, path, step):
        progress = _begin(plan, progress, within(path, key), now)
    return progress


def _first_within(plan: Plan, path: str, step: RunStep) -> tuple[str, ...]:
    match step:
        case ParallelStep():
            return step.branches
        case SubJourneyStep():
            return (plan.part(step.journey).steps[0].id,)
    return ()


def _finish(
    plan: Plan, progress: Progress, path: str, outcome: Outcome, now: datetime, leads_to: str | None
) -> Progress:
    active, step = progress.at(path), plan.step(path)
    if active is None:
        return progress
    following = leads_to or step.following(outcome)
    if outcome == "failed" and following is None:
        return progress.put(active.model_copy(update={"failed": True, "due_at": None}))
    for one in progress.inside(path):
        progress = _end(plan, progress, one, "left", now)
    progress = _end(plan, progress, active, outcome, now)
    if following is not None:
        return _begin(plan, progress, beside(path, following), now)
    return _end_way(plan, progress, container_of(path), now)


def _end(plan: Plan, progress: Progress, active: ActiveStep, outcome: Outcome, now: datetime) -> Progress:
    ended = _record(plan.step(active.path), active).model_copy(update={"ended_at": now, "outcome": outcome})
    return progress.without(active.path).record(ended)


def _end_way(plan: Plan, progress: Progress, container: str, now: datetime) -> Progress:
    """A way has no further step: what it is within ends with the last of its ways."""
    if progress.inside(container):
        return progress
    if not container:
        return progress.model_copy(update={"ended": "completed"})
    return _finish(plan, progress, container, "done", now, None)


def _use_events(plan: Plan, progress: Progress, now: datetime) -> Progress:
    """Events that came before a step waited for them."""
    for active in progress.active:
        event = _event_of(plan.step(active.path))
        if event is not None and event in progress.events:
            used = _finish(plan, progress.use_event(event), active.path, "done", now, None)
            return _use_events(plan, used, now)
    return progress


def _event_of(step: RunStep) -> str | None:
    match step:
        case WaitStep():
            return step.event
        case PromiseStep():
            return step.kept_by
    return None


def _tried_again(active: ActiveStep) -> ActiveStep:
    return active.model_copy(update={"attempt": active.attempt + 1, "failed": False})


def _record(step: RunStep, active: ActiveStep) -> StepRecord:
    return StepRecord(
        path=active.path, visit=active.visit, kind=step.kind, owner=owner_of(step), began_at=active.began_at
    )


def owner_of(step: RunStep) -> str:
    """Who carries a step: an AI agent, the role of a person, the customer, or the platform."""
    match step:
        case CheckInStep():
            return f"role:{step.role}"
        case PromiseStep():
            return f"role:{step.overdue_to}"
        case QuestionStep():
            return "customer"
    ai_agent = getattr(step, "ai_agent", None)
    return f"ai_agent:{ai_agent}" if ai_agent else "platform"
