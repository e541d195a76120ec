"""What the journeys of a conversation want of it: steps that wait, the open question, what is to be told to whom."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import Field

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Via
from domain.conversation.requests import CarryOutStep, EnterJourney, RecallSteps
from domain.journeys.answers import OpenQuestion, read_answer
from domain.journeys.work import Instruct, Put, StepReport, UseTool
from domain.model import Frozen
from domain.specification.model import Key

MAX_TOLD = 64
MAX_ENTERED = 64


class Entering(Frozen):
    """A journey that is to begin. `entry`: what began it; `by`: the person or system, or `topic` or `tool`."""

    journey: Key
    entry: str
    by: str
    via: Via | None = None


class Report(Frozen):
    """A report, and the workflow of the journey that it goes to."""

    run: str
    report: StepReport


class Journeys(Frozen):
    """Each method returns the journeys afterwards. They are under way beside each other, and one asks at a time.

    `active` are their workflows. `drafting` is the step whose draft was made last, `draft_id` that draft. `withdrawn`:
    a draft whose step is wanted no more. `told` are the latest reports, for who asks again. Nothing is carried out
    until `not_before`. `refused_at`: the revision at which the store refused a step. `merged_away`: journeys are to be
    told that the conversation goes on in another one. `entered` by themselves: once.
    """

    entering: tuple[Entering, ...] = ()
    active: tuple[str, ...] = ()
    steps: tuple[CarryOutStep, ...] = ()
    question: OpenQuestion | None = None
    drafting: CarryOutStep | None = None
    draft_id: str | None = None
    withdrawn: str | None = None
    reports: tuple[Report, ...] = ()
    told: tuple[StepReport, ...] = ()
    not_before: datetime | None = None
    refused_at: int | None = None
    merged_away: bool = False
    entered: tuple[str, ...] = Field((), description="Ids of journeys that began by a topic or a tool.")

    # Journeys.

    def enter(self, request: EnterJourney) -> Self:
        """A person or a system begins a journey."""
        return self._enter(
            Entering(journey=request.journey, entry=request.request_id, by=request.by.id, via=request.via)
        )

    def enter_by_itself(self, journeys: Iterable[str], by: str) -> Self:
        """A topic or a tool begins journeys, each once in a conversation."""
        changed = self
        for journey in journeys:
            if journey not in changed.entered:
                changed = changed._enter(Entering(journey=journey, entry=f"{by}-{journey}", by=by))
                entered = (*changed.entered[-MAX_ENTERED + 1 :], journey)
                changed = changed.model_copy(update={"entered": entered})
        return changed

    def _enter(self, entering: Entering) -> Self:
        return self.model_copy(update={"entering": (*self.entering, entering)})

    def begun(self, entering: Entering, run: str) -> Self:
        """Its workflow is there."""
        others = tuple(one for one in self.entering if one != entering)
        return self.model_copy(update={"entering": others})._with_active(run)

    def ended(self, run: str) -> Self:
        """Nothing more is wanted for it."""
        changed = self.model_copy(
            update={
                "active": tuple(one for one in self.active if one != run),
                "steps": tuple(step for step in self.steps if step.run != run),
                "reports": tuple(one for one in self.reports if one.run != run),
            }
        )
        return changed._close_question() if changed.question and changed.question.run == run else changed

    def merge_away(self) -> Self:
        """The conversation goes on in another one: nothing can be said here any more."""
        return self.model_copy(update={"merged_away": bool(self.active)})

    def told_of_merge(self) -> Self:
        """Every journey has been told."""
        return self.model_copy(update={"merged_away": False})

    # Steps.

    def ask(self, step: CarryOutStep) -> Self:
        """A step is wanted; one that was done is reported again."""
        changed = self._with_active(step.run)
        known = next((report for report in self.told if report.key == step.key), None)
        if known is not None:
            return changed._put_report(step.run, known)
        open_key = self.question.key if self.question else None
        if step.key in {open_key, *(one.key for one in self.steps)}:
            return changed
        withdrawn = None if step == self.drafting else self.withdrawn
        return changed.model_copy(update={"steps": (*self.steps, step), "withdrawn": withdrawn})

    def recall(self, recalled: RecallSteps) -> Self:
        """Steps are not wanted any more."""
        if recalled.ended:
            return self.ended(recalled.run)
        steps = tuple(step for step in self.steps if step.key not in recalled.keys)
        changed = self.model_copy(update={"steps": steps})
        asks = changed.question is not None and changed.question.key in recalled.keys
        return changed._close_question() if asks else changed

    def ends_draft(self, recalled: RecallSteps) -> bool:
        """Whether the step that was drafted last is wanted until now, and no more after this."""
        step = self.drafting
        return step is not None and step in self.steps and step not in self.recall(recalled).steps

    def withdraw_draft(self) -> Self:
        """Nothing may come of the draft that was made last."""
        return self.model_copy(update={"withdrawn": self.draft_id})

    def is_withdrawn(self, draft_id: str) -> bool:
        """Whether nothing may come of this draft."""
        return draft_id == self.withdrawn

    def next_step(self) -> CarryOutStep | None:
        """The oldest step; a second question waits until the first is answered."""
        return next((step for step in self.steps if not (self.question and isinstance(step.work, Put))), None)

    def begin_draft(self, step: CarryOutStep, draft_id: str) -> Self:
        """A draft is made for a step."""
        return self.model_copy(update={"drafting": step, "draft_id": draft_id, "withdrawn": None})

    def work_of(self, draft_id: str) -> Instruct | UseTool | None:
        """What a draft is made for, where it is for a step."""
        step = self.of_draft(draft_id)
        return step.work if step and isinstance(step.work, Instruct | UseTool) else None

    def of_draft(self, draft_id: str) -> CarryOutStep | None:
        """The step that a draft was made for, even if nobody wants it any more: what was said is reported."""
        return self.drafting if draft_id == self.draft_id else None

    def uses_tool(self, draft_id: str) -> CarryOutStep | None:
        """The step of a draft that is the use of a tool and says nothing."""
        step = self.of_draft(draft_id)
        return step if step is not None and isinstance(step.work, UseTool) else None

    def put_question(self, step: CarryOutStep) -> Self:
        """The question reached the customer; whether it is still wanted, its journey says."""
        if step not in self.steps:
            return self
        if not isinstance(step.work, Put):
            raise TypeError(f"the step {step.key} puts no question")
        asked = OpenQuestion(run=step.run, key=step.key, question=step.work.question)
        return self._without(step).model_copy(update={"question": asked})

    def report(self, step: CarryOutStep, report: StepReport) -> Self:
        """A step came to its end, or is to be asked for anew."""
        changed = self._without(step)._put_report(step.run, report)
        if report.status == "withdrawn":
            return changed
        return changed._tell(report)

    def sent(self, report: Report) -> Self:
        """The journey has heard it."""
        return self.model_copy(update={"reports": tuple(one for one in self.reports if one != report)})

    def wait_until(self, instant: datetime | None) -> Self:
        return self.model_copy(update={"not_before": instant})

    def refused(self, revision: int) -> Self:
        """The store said nothing for a step."""
        return self.model_copy(update={"refused_at": revision})

    # Answers.

    def hears(self, messages: Iterable[CustomerMessage]) -> bool:
        """Whether one of the messages answers the open question."""
        question = self.question
        return question is not None and any(
            read_answer(question.question, message.text) is not None for message in messages
        )

    def read(self, messages: Iterable[CustomerMessage]) -> Self:
        """What customers wrote, as answers to the open question: the first that is one counts."""
        changed = self
        for message in messages:
            changed = changed._read(message)
        return changed

    def _read(self, message: CustomerMessage) -> Self:
        question = self.question
        if question is None:
            return self
        answer = read_answer(question.question, message.text)
        if answer is not None:
            return self._answered(question, StepReport(key=question.key, status="done", answer=answer))
        missed = question.model_copy(update={"missed": question.missed + 1})
        if missed.is_given_up:
            return self._answered(question, StepReport(key=question.key, status="unanswered"))
        return self.model_copy(update={"question": missed})

    def _answered(self, question: OpenQuestion, report: StepReport) -> Self:
        return self._close_question()._put_report(question.run, report)._tell(report)

    def _close_question(self) -> Self:
        return self.model_copy(update={"question": None})

    def _with_active(self, run: str) -> Self:
        return self if run in self.active else self.model_copy(update={"active": (*self.active, run)})

    def _without(self, step: CarryOutStep) -> Self:
        return self.model_copy(update={"steps": tuple(one for one in self.steps if one.key != step.key)})

    def _put_report(self, run: str, report: StepReport) -> Self:
        return self.model_copy(update={"reports": (*self.reports, Report(run=run, report=report))})

    def _tell(self, report: StepReport) -> Self:
        return self.model_copy(update={"told": (*self.told[-MAX_TOLD + 1 :], report)})
