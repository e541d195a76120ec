"""What a package may not take by itself: tools, customer facts, write access, a mode, and customers on a journey.

Whatever a card says, its AI agent gets what a person has allowed, and nothing else.
"""

from collections.abc import Collection, Iterator, Mapping

from domain.errors import InvalidInputError
from domain.market.manifest import Manifest, entering_permission, tool_permission
from domain.specification.findings import children, did_you_mean, texts_at
from domain.specification.organisation import AiAgentSpec, Mode
from domain.specification.tools import ReadTool, WriteTool

BROUGHT = frozenset(
    {
        "id",
        "name",
        "role",
        "mode",
        "can_do",
        "cannot_do",
        "tone",
        "knowledge_topics",
        "customer_facts",
        "tools",
        "escalate_below",
        "supervised_topics",
        "success",
        "instructions",
    }
)
"""Fields of a card that a package may bring. What a later version adds to cards is left to the organisation, until
somebody has decided that a stranger may set it. `model`, `veto_minutes` and `trust` are the organisation's: they say
what it pays, how long its people have to object, and what an AI agent has earned with it."""


def permissions_of(card: AiAgentSpec) -> tuple[str, ...]:
    """Everything in a card that a person must allow."""
    tools = (tool_permission(tool.server, tool.tool, tool.access) for tool in card.tools)
    return (*tools, *(f"fact:{name}" for name in card.customer_facts))


def tools_named(data: object) -> Iterator[str]:
    """The tools that a journey names anywhere, as permissions; one that does not say that it reads may write."""
    if isinstance(data, Mapping):
        server, tool = data.get("server"), data.get("tool")
        if isinstance(server, str) and isinstance(tool, str):
            yield tool_permission(server, tool, "read" if data.get("access") == "read" else "write")
    for _, inside in children(data):
        yield from tools_named(inside)


def entered_by(data: Mapping[str, object], granted: Collection[str]) -> list[str]:
    """What may begin a journey: a person always, anything else where it was allowed."""
    return [by for _, by in texts_at(data, "enter_by.*") if by == "person" or entering_permission(by) in granted]


def begun_by_itself(data: Mapping[str, object]) -> Iterator[str]:
    """What would begin a journey without a person, as permissions."""
    yield from (entering_permission(by) for _, by in texts_at(data, "enter_by.*") if by != "person")


def checked_grants(manifest: Manifest, allowed: Collection[str]) -> frozenset[str]:
    """What a person allows, as a set. Raises InvalidInputError for what the package does not ask for."""
    known = manifest.needs.permissions
    for one in allowed:
        if one not in known:
            raise InvalidInputError(_not_asked_for(manifest, one))
    return frozenset(allowed)


def as_allowed(card: AiAgentSpec, granted: Collection[str], mode: Mode) -> AiAgentSpec:
    """The card with what was allowed only, and at its safest.

    Each use of a tool that writes waits for people, and a tool that reads is for proved customers, whatever the
    package says: the organisation may loosen both in its own file.
    """
    tools = tuple(
        _at_its_safest(tool) for tool in card.tools if tool_permission(tool.server, tool.tool, tool.access) in granted
    )
    facts = tuple(name for name in card.customer_facts if f"fact:{name}" in granted)
    return card.model_copy(update={"tools": tools, "customer_facts": facts, "mode": mode})


def _at_its_safest(tool: ReadTool | WriteTool) -> ReadTool | WriteTool:
    safest: dict[str, object] = {"approval": "always"} if isinstance(tool, WriteTool) else {"personal": True}
    return tool.model_copy(update=safest)


def _not_asked_for(manifest: Manifest, allowed: str) -> str:
    known = manifest.needs.permissions
    if allowed.startswith("tool:") and f"write:{allowed.removeprefix('tool:')}" in known:
        hint = f"That tool writes: allow it as write:{allowed.removeprefix('tool:')}, if you want it to."
    elif not known:
        hint = "It asks for nothing: leave --allow out."
    else:
        hint = " ".join(filter(None, (did_you_mean(allowed, known), f"It asks for {', '.join(known)}.")))
    return f"{manifest.name} does not ask for {allowed!r}. {hint}"
