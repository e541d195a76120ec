"""Journeys: ways that customers go, step by step. One small class for each kind of step.

A new kind is a class here, in the union AnyStep; what happens in it stands in domain/journeys.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from domain.specification.journey_checks import MOST_STEPS
from domain.specification.model import Key, SpecModel
from domain.specification.tools import ToolName

ByItself = Literal["topic", "tool", "api"]
"""What begins a journey without a person."""
EnteredBy = ByItself | Literal["person"]
Hours = Annotated[float, Field(gt=0, le=24 * 366)]
"""By the clock, day and night."""
Next = Annotated[Key | None, Field(description="Id of the step that follows; unset, this way ends.")]
Otherwise = Annotated[
    Key | None, Field(description="Id of the step that follows instead, where it did not come about.")
]
Scalar = str | bool | int | float


class Step(SpecModel):
    """What every step has."""

    id: Key = Field(description="Name of the step within its journey.")
    description: str = Field("", description="What happens in it, for people.")
    next: Key | None = Field(None, description="Id of the step that follows; unset, this way ends.")

    @property
    def due_after(self) -> timedelta | None:
        """After how long something happens by itself; None where it waits for others only."""
        return None

    def following(self, outcome: str) -> Key | None:
        """Id of the step after this one; None ends this way. `outcome`: a word of domain.journeys.progress.

        Behind a step that failed nothing follows, unless it says what.
        """
        return None if outcome == "failed" else self.next


class DescribedStep(SpecModel):
    """A step in words, which people carry out; a journey with one is read and never begun."""

    kind: Literal["described"] = Field("described", description="Words for people.")
    id: Key = Field(description="Name of the step within its journey.")
    description: str = Field(description="What happens in it.")
    ai_agent: Key | None = Field(
        None, description="Id of the AI agent that carries it; unset, a person or nobody does."
    )
    next: tuple[Key, ...] = Field((), description="Ids of the steps that may follow; none ends the journey.")


class MessageStep(Step):
    """The customer is told something."""

    kind: Literal["message"] = Field(description="The customer is told something.")
    text: str = Field(min_length=1, description="What the customer reads.")
    ai_agent: Key | None = Field(None, description="Who says it; unset, the organisation itself.")


class Choice(SpecModel):
    """An answer that may be given."""

    value: str = Field(min_length=1, description="The answer, in the words that the customer writes.")
    next: Next = None


class QuestionStep(Step):
    """The customer is asked, and the answer is checked. What is no answer gets a reply like any other message."""

    kind: Literal["question"] = Field(description="The customer is asked something.")
    text: str = Field(min_length=1, description="What the customer reads.")
    ai_agent: Key | None = Field(None, description="Who asks; unset, the organisation itself.")
    answer: Literal["text", "choice", "number", "email", "yes_no"] = Field("text", description="What counts.")
    choices: tuple[Choice, ...] = Field((), description="For `choice`, and `yes` or `no` where they lead elsewhere.")
    minimum: float | None = Field(None, description="The lowest number.")
    maximum: float | None = Field(None, description="The highest number.")
    attempts: int | None = Field(None, ge=1, description="After so many messages that are no answer, nobody asks on.")
    within_hours: Hours | None = Field(None, description="After so many hours, nobody asks on.")
    otherwise: Otherwise = None

    @property
    def due_after(self) -> timedelta | None:
        return _hours(self.within_hours)

    def following(self, outcome: str) -> Key | None:
        return self.otherwise if outcome in {"unanswered", "timed_out"} else super().following(outcome)

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if self.answer == "choice" and len(self.choices) < 2:
            raise ValueError("a choice needs two answers or more; list them under choices")
        if self.answer == "yes_no" and {choice.value for choice in self.choices} - {"yes", "no"}:
            raise ValueError("the answers are yes and no; put 'yes' and 'no' in quotes")
        if self.choices and self.answer not in {"choice", "yes_no"}:
            raise ValueError(f"choices stand beside answer {self.answer}; use `answer: choice`, or leave them out")
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise ValueError("maximum is lower than minimum; no number is between them, so correct one")
        if (self.attempts or self.within_hours) and self.otherwise is None:
            raise ValueError("who does not answer goes nowhere; name a step in otherwise, or wait without a limit")
        return self


class AiAgentStep(Step):
    """An AI agent writes to the customer; done when that was sent, with whatever approval it needs."""

    kind: Literal["ai_agent"] = Field(description="An AI agent writes.")
    ai_agent: Key = Field(description="Id of the AI agent.")
    instruction: str = Field(min_length=1, description="What it is to write about, as one would ask it.")


class AnswerOf(SpecModel):
    """What the customer answered."""

    answer: Key = Field(description="Id of the question.")


class FactOf(SpecModel):
    """What is known of the customer."""

    fact: str = Field(description="Name of a customer fact, or `contact_id`, `email`, `phone` of a proved customer.")


class ToolStep(Step):
    """A tool that writes is used, within what its AI agent may do; done only when the tool did it."""

    kind: Literal["tool"] = Field(description="A tool is used.")
    ai_agent: Key = Field(description="Id of the AI agent whose tool it is: its limits hold, and its approvals.")
    server: Key = Field(description="Id of the tool server.")
    tool: ToolName = Field(description="Name of the tool, as its server has it.")
    arguments: dict[str, Scalar | AnswerOf | FactOf] = Field(
        {}, description="Values, `{answer: <question>}`, or `{fact: <name>}`."
    )
    otherwise: Otherwise = None

    def following(self, outcome: str) -> Key | None:
        return self.otherwise if outcome == "failed" else self.next


class WaitStep(Step):
    """Nothing happens until an event is told by API, or a time has passed."""

    kind: Literal["wait"] = Field(description="It is waited for something.")
    event: Key | None = Field(None, description="Name of the event; unset, only time is waited for.")
    hours: Hours | None = Field(None, description="How long it is waited for at most; unset, as long as it takes.")
    otherwise: Otherwise = None

    @property
    def due_after(self) -> timedelta | None:
        return _hours(self.hours)

    def following(self, outcome: str) -> Key | None:
        return (self.otherwise or self.next) if outcome == "timed_out" else self.next

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.event is None and self.hours is None:
            raise ValueError("it waits for nothing; name an event, or hours, or both")
        return self


class Condition(SpecModel):
    """Holds when the value compares as it says. Texts are compared without regard to capitals."""

    answer: Key | None = Field(None, description="Id of the question whose answer is compared.")
    fact: str | None = Field(None, description="Name of the customer fact that is compared.")
    equals: Scalar | None = Field(None, description="It is this.")
    above: float | None = Field(None, description="It is a number above this.")
    below: float | None = Field(None, description="It is a number below this.")
    one_of: tuple[Scalar, ...] = Field((), description="It is one of these.")
    next: Key = Field(description="Id of the step that follows then.")

    @model_validator(mode="after")
    def _compares_one_thing(self) -> Self:
        if (self.answer is None) == (self.fact is None):
            raise ValueError("it compares an answer or a fact; name one of both")
        if self.equals is None and self.above is None and self.below is None and not self.one_of:
            raise ValueError("it compares with nothing; add equals, above, below or one_of")
        return self


class BranchStep(Step):
    """The way parts: the first condition that holds says where to."""

    kind: Literal["branch"] = Field(description="The way parts.")
    conditions: tuple[Condition, ...] = Field(min_length=1, description="Looked at from the top.")
    next: Key | None = Field(None, description="Id of the step where none holds; unset, this way ends.")


class ParallelStep(Step):
    """Several ways are gone at once; it is done when all of them have ended."""

    kind: Literal["parallel"] = Field(description="Several ways at once.")
    branches: tuple[Key, ...] = Field(min_length=2, description="Ids of the steps with which they begin.")


class CheckInStep(Step):
    """A person confirms, with a note. It is waited for as long as it takes."""

    kind: Literal["check_in"] = Field(description="A person confirms.")
    role: Key = Field(description="Who may confirm: people with this role, and leads.")
    remind_every_hours: Hours = Field(24, description="Hours after which people are reminded, again and again.")

    @property
    def due_after(self) -> timedelta | None:
        return _hours(self.remind_every_hours)


class SubJourneyStep(Step):
    """Another journey is gone, and then this one goes on."""

    kind: Literal["journey"] = Field(description="Another journey.")
    journey: Key = Field(description="Id of the journey.")


class PromiseStep(Step):
    """Something was promised; done when it is kept, by an event or by a person who confirms it."""

    kind: Literal["promise"] = Field(description="Something was promised.")
    promise: str = Field(min_length=1, description="What was promised, for people.")
    within_hours: Hours = Field(description="Until when, from the beginning of the step.")
    overdue_to: Key = Field(description="The role that it goes to when it is overdue.")
    kept_by: Key | None = Field(None, description="Name of the event that keeps it; unset, a person confirms it.")

    @property
    def due_after(self) -> timedelta | None:
        return _hours(self.within_hours)


RunStep = (
    MessageStep
    | QuestionStep
    | AiAgentStep
    | ToolStep
    | WaitStep
    | BranchStep
    | ParallelStep
    | CheckInStep
    | SubJourneyStep
    | PromiseStep
)
AnyStep = Annotated[DescribedStep | RunStep, Field(discriminator="kind")]


class Journey(SpecModel):
    """A graph of steps that a customer goes through. One with described steps only is for people to read."""

    id: Key = Field(description="Name of the journey.")
    title: str = Field(description="What it is about, for people.")
    topics: tuple[Key, ...] = Field((), description="Ids of the topics that belong to it.")
    enter_by: tuple[EnteredBy, ...] = Field(
        (), description="What begins it; none of it where it is only a part of others, or for people to read."
    )
    tools: tuple[ToolName, ...] = Field((), description="Names of tools whose use begins it, for `enter_by: [tool]`.")
    steps: tuple[AnyStep, ...] = Field(
        min_length=1, max_length=MOST_STEPS, description="Its steps; it begins with the first."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_kind(cls, given: Any) -> Any:
        """A step without a kind is in words, as all were before there were kinds."""
        steps = given.get("steps") if isinstance(given, Mapping) else None
        if not isinstance(steps, list | tuple):
            return given
        kinds = [
            {"kind": "described", **step} if isinstance(step, Mapping) and "kind" not in step else step
            for step in steps
        ]
        return {**given, "steps": kinds}

    @property
    def runs(self) -> bool:
        """It is carried out, not only read."""
        return not any(isinstance(step, DescribedStep) for step in self.steps)

    def step(self, key: str) -> RunStep:
        """Raises StopIteration for a step that it does not have, or has in words only."""
        return next(step for step in self.steps if step.id == key and not isinstance(step, DescribedStep))


def _hours(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)
