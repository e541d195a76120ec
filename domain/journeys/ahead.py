"""What may still come on a journey: the steps that those under way lead to, whatever is answered."""

from collections.abc import Iterable, Iterator

from domain.journeys.plan import Plan, beside, within
from domain.specification.journeys import (
    AiAgentStep,
    BranchStep,
    MessageStep,
    ParallelStep,
    QuestionStep,
    RunStep,
    SubJourneyStep,
    ToolStep,
    WaitStep,
)
from domain.specification.model import Key


def ai_agents_ahead(plan: Plan, under_way: Iterable[str]) -> frozenset[Key]:
    """Ids of the AI agents that are named by the steps of these paths, and by all that may follow them.

    Raises StopIteration for a path that there is not.
    """
    paths = list(under_way)
    steps = (plan.step(path) for path in {*paths, *_ahead(plan, paths)})
    named = (one.ai_agent for one in steps if isinstance(one, MessageStep | QuestionStep | AiAgentStep | ToolStep))
    return frozenset(ai_agent for ai_agent in named if ai_agent)


def _ahead(plan: Plan, under_way: Iterable[str]) -> set[str]:
    """Paths of the steps that may still begin. Those within a step under way, which have begun, are named as well."""
    begins, waiting = set[str](), [path for one in under_way for path in _after(plan, one)]
    while waiting:
        path = waiting.pop()
        if path not in begins:
            begins.add(path)
            waiting += [*_after(plan, path), *_inside(plan, path)]
    return begins


def _after(plan: Plan, path: str) -> Iterator[str]:
    return (beside(path, key) for key in _leads_to(plan.step(path)) if key)


def _inside(plan: Plan, path: str) -> Iterator[str]:
    step = plan.step(path)
    match step:
        case ParallelStep():
            yield from (within(path, key) for key in step.branches)
        case SubJourneyStep():
            yield within(path, plan.part(step.journey).steps[0].id)


def _leads_to(step: RunStep) -> Iterator[Key | None]:
    yield step.next
    match step:
        case QuestionStep():
            yield step.otherwise
            yield from (choice.next for choice in step.choices)
        case BranchStep():
            yield from (condition.next for condition in step.conditions)
        case ToolStep() | WaitStep():
            yield step.otherwise
