"""Customer facts that no model sees, though tools may be given them: what has to be taken out of the tools' answers."""

import json
import re
from collections.abc import Iterable, Iterator

from domain.specification.journeys import FactOf, ToolStep
from domain.specification.organisation import OrganisationSpec

PRIVATE = "[private]"

Argument = tuple[str, str, str]
"""Server, tool and name of an argument."""
PrivateArguments = frozenset[Argument]


def private_arguments(spec: OrganisationSpec) -> PrivateArguments:
    """The arguments of tools that private facts are put in, for AI agents or in journeys."""
    private = set(spec.private_facts)
    return frozenset(argument for argument, fact in _filled_in(spec) if fact in private)


def hide(text: str, values: Iterable[object]) -> str:
    """The text without these values, where they stand by themselves, in capitals or not."""
    hidden = sorted({form for value in values for form in _forms(str(value))} - {""}, key=len, reverse=True)
    if not hidden:
        return text
    named = "|".join(map(re.escape, hidden))
    return re.sub(rf"(?<!\w)(?:{named})(?!\w)", PRIVATE, text, flags=re.IGNORECASE)


def _forms(value: str) -> tuple[str, ...]:
    """As it is, and as the two usual ways to write JSON have it."""
    return value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]


def _filled_in(spec: OrganisationSpec) -> Iterator[tuple[Argument, str]]:
    """Arguments that the customer's record fills in, each with the name of the fact."""
    for ai_agent in spec.ai_agents:
        for tool in ai_agent.tools:
            yield from (((tool.server, tool.tool, name), fact) for name, fact in tool.from_customer.items())
    for journey in spec.journeys:
        for step in journey.steps:
            if isinstance(step, ToolStep):
                facts = ((name, value.fact) for name, value in step.arguments.items() if isinstance(value, FactOf))
                yield from (((step.server, step.tool, name), fact) for name, fact in facts)
