"""A journey as a graph: its steps, the ways between them, and how customers fare at each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.journeys.funnel import StepFunnel
from domain.model import Frozen
from domain.specification.journeys import (
    AiAgentStep,
    AnyStep,
    BranchStep,
    CheckInStep,
    Condition,
    DescribedStep,
    Journey,
    MessageStep,
    ParallelStep,
    PromiseStep,
    QuestionStep,
    SubJourneyStep,
    ToolStep,
    WaitStep,
)


class GraphNode(Frozen):
    """A step. `text` says what happens in it; `owner` is the AI agent or the role that carries it.

    `funnel` counts customers, None where nobody came; `drop_off` is the share of those who left there.
    """

    id: str
    kind: str
    text: str
    owner: str | None
    first: bool
    funnel: StepFunnel | None = None
    drop_off: float = 0.0


class GraphEdge(Frozen):
    """A way from one step to another; the label says when it is gone."""

    source: str
    target: str
    label: str = ""


class JourneyGraph(Frozen):
    """It begins with the first node. `runs`: it is carried out, not only read."""

    journey: str
    title: str
    runs: bool
    entered_by: tuple[str, ...]
    topics: tuple[str, ...]
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


def graph_of(journey: Journey, funnel: Sequence[StepFunnel] = ()) -> JourneyGraph:
    """The journey with what became of those who went it."""
    counted = {one.step: one for one in funnel}
    steps = {step.id for step in journey.steps}
    ways = (GraphEdge(source=step.id, target=way.to, label=way.label) for step in journey.steps for way in _ways(step))
    return JourneyGraph(
        journey=journey.id,
        title=journey.title,
        runs=journey.runs,
        entered_by=journey.enter_by,
        topics=journey.topics,
        nodes=tuple(_node(step, counted.get(step.id), first=step is journey.steps[0]) for step in journey.steps),
        edges=tuple(dict.fromkeys(edge for edge in ways if edge.target in steps)),
    )


class _Way(NamedTuple):
    to: str
    label: str = ""


def _node(step: AnyStep, funnel: StepFunnel | None, *, first: bool) -> GraphNode:
    return GraphNode(
        id=step.id,
        kind=step.kind,
        text=_text(step),
        owner=_owner(step),
        first=first,
        funnel=funnel,
        drop_off=funnel.drop_off if funnel else 0.0,
    )


def _ways(step: AnyStep) -> Iterator[_Way]:
    match step:
        case DescribedStep():
            yield from map(_Way, step.next)
            return
        case ParallelStep():
            yield from (_Way(branch, "at once") for branch in step.branches)
        case BranchStep():
            yield from (_Way(one.next, _holds(one)) for one in step.conditions)
        case QuestionStep():
            yield from (_Way(choice.next, choice.value) for choice in step.choices if choice.next)
    if step.next:
        yield _Way(step.next, _label_of_next(step))
    if isinstance(step, QuestionStep | ToolStep | WaitStep) and step.otherwise:
        yield _Way(step.otherwise, {"question": "no answer", "tool": "failed", "wait": "time over"}[step.kind])


def _label_of_next(step: AnyStep) -> str:
    match step:
        case ParallelStep():
            return "all done"
        case BranchStep():
            return "otherwise"
        case QuestionStep() if any(choice.next for choice in step.choices):
            return "any other answer"
        case _:
            return ""


def _holds(condition: Condition) -> str:
    value = condition.answer or condition.fact or ""
    if condition.one_of:
        return f"{value} is one of {', '.join(map(str, condition.one_of))}"
    if condition.equals is not None:
        return f"{value} is {condition.equals}"
    above = f" above {condition.above:g}" if condition.above is not None else ""
    below = f" below {condition.below:g}" if condition.below is not None else ""
    return f"{value}{above}{below}"


def _text(step: AnyStep) -> str:
    match step:
        case MessageStep() | QuestionStep():
            return step.text
        case AiAgentStep():
            return step.instruction
        case ToolStep():
            return f"{step.server}/{step.tool}"
        case WaitStep():
            until = f"for {step.event}" if step.event else ""
            hours = f"{step.hours:g} hours" if step.hours else ""
            return ", at most ".join(filter(None, (until, hours)))
        case PromiseStep():
            return step.promise
        case SubJourneyStep():
            return step.journey
        case _:
            return step.description


def _owner(step: AnyStep) -> str | None:
    match step:
        case DescribedStep() | MessageStep() | QuestionStep() | AiAgentStep() | ToolStep():
            return step.ai_agent
        case CheckInStep():
            return step.role
        case PromiseStep():
            return step.overdue_to
        case _:
            return None
