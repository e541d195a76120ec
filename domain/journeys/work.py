"""What a journey asks of its conversation, and what it hears back. It says nothing to the customer itself."""

from typing import Annotated, Literal

from pydantic import Field

from domain.journeys.plan import Plan
from domain.journeys.progress import ActiveStep, Answer, Progress
from domain.model import Frozen
from domain.specification.journeys import (
    AiAgentStep,
    AnswerOf,
    FactOf,
    MessageStep,
    PromiseStep,
    QuestionStep,
    Scalar,
    ToolStep,
)
from domain.specification.model import Key
from domain.specification.tools import ToolName

OVERDUE, HANDED_OVER = 1, 2
"""Reminders of a promise: first it is overdue, then a person has the conversation."""


class Say(Frozen):
    """Tell the customer something, as an AI agent or as the organisation itself."""

    kind: Literal["say"] = "say"
    text: str
    ai_agent: Key | None = None


class Put(Frozen):
    """Put a question to the customer, and read what comes as its answer."""

    kind: Literal["put"] = "put"
    question: QuestionStep


class Instruct(Frozen):
    """Have an AI agent write to the customer."""

    kind: Literal["instruct"] = "instruct"
    ai_agent: Key
    instruction: str


class UseTool(Frozen):
    """Use a tool that writes. Facts are put in where they are known: by whoever drafts."""

    kind: Literal["use_tool"] = "use_tool"
    ai_agent: Key
    server: Key
    tool: ToolName
    arguments: dict[str, Scalar | FactOf] = {}


class HandOver(Frozen):
    """Give the conversation to a person: what was promised is overdue."""

    kind: Literal["hand_over"] = "hand_over"


StepWork = Annotated[Say | Put | Instruct | UseTool | HandOver, Field(discriminator="kind")]
DraftedWork = Annotated[Instruct | UseTool, Field(discriminator="kind")]


class StepReport(Frozen):
    """What became of a step. `withdrawn`: certainly nothing, because the conversation moved on; ask again."""

    key: str
    status: Literal["done", "failed", "unanswered", "withdrawn"]
    answer: Answer | None = None


def work_of(plan: Plan, progress: Progress, active: ActiveStep) -> StepWork | None:
    """What the conversation has to do for an active step; None where nothing, for now."""
    step = plan.step(active.path)
    match step:
        case MessageStep():
            return Say(text=step.text, ai_agent=step.ai_agent)
        case QuestionStep():
            return Put(question=step)
        case AiAgentStep():
            return Instruct(ai_agent=step.ai_agent, instruction=step.instruction)
        case ToolStep():
            arguments = _arguments(step, progress, active.path)
            return UseTool(ai_agent=step.ai_agent, server=step.server, tool=step.tool, arguments=arguments)
        case PromiseStep() if active.reminders == OVERDUE:
            return HandOver()
    return None


def _arguments(step: ToolStep, progress: Progress, path: str) -> dict[str, Scalar | FactOf]:
    """With the answers put in; what was not answered is left out."""
    known: dict[str, Scalar | FactOf] = {}
    for name, value in step.arguments.items():
        given = progress.answer_to(value.answer, path) if isinstance(value, AnswerOf) else value
        if given is not None:
            known[name] = given
    return known
