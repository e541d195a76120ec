"""Tools as they were when a specification was published, and whether they still are."""

import asyncio
from collections.abc import Callable, Sequence

from domain.errors import ConflictError, HoldfastError, InvalidInputError, NotFoundError
from domain.specification.organisation import OrganisationSpec, SpecVersion
from domain.specification.tools import AllowedTool, DescribedTool, ToolServerSpec
from integrations.checks import Finding
from integrations.tools.arguments import usable_schema
from integrations.tools.base import ToolServer, ToolSession

Connect = Callable[[ToolServerSpec], ToolServer]
"""Makes the adapter of a server: `lambda server: tool_server(server, settings)`."""


async def with_tools(version: SpecVersion, connect: Connect) -> SpecVersion:
    """The version to publish, with every allowed tool as its server describes it now.

    Raises what connecting raises, NotFoundError for a tool that its server does not offer and InvalidInputError for one
    that cannot be used as the specification wants.
    """
    allowed = _allowed(version.specification)
    used = {tool.server for tool in allowed}
    servers = [server for server in version.specification.tool_servers if server.id in used]
    offered = await asyncio.gather(*(_offered_by(connect(server)) for server in servers))
    found = {(tool.server, tool.name): tool for tools in offered for tool in tools}
    tools = {(tool.server, tool.tool): _pinned(tool, found.get((tool.server, tool.tool))) for tool in allowed}
    return version.model_copy(update={"tools": tuple(tools[key] for key in sorted(tools))})


async def still_the_same(session: ToolSession, pinned: DescribedTool) -> None:
    """Raises ConflictError for a tool that its server has changed since, NotFoundError for one that is gone."""
    found = {tool.name: tool for tool in await session.list_tools()}.get(pinned.name)
    _compare(pinned, found)


async def check_tools(version: SpecVersion, connect: Connect) -> list[Finding]:
    """Of each tool server whether it answers, and of each allowed tool whether it is what was published."""
    findings = list[Finding]()
    for server in version.specification.tool_servers:
        adapter = connect(server)
        findings += await adapter.check()
        if not findings[-1].ok:
            continue
        found = {tool.name: tool for tool in await _offered_by(adapter)}
        findings += [_finding(tool, found.get(tool.name)) for tool in version.tools if tool.server == server.id]
    return findings


def _allowed(specification: OrganisationSpec) -> list[AllowedTool]:
    return [tool for ai_agent in specification.ai_agents for tool in ai_agent.tools]


async def _offered_by(server: ToolServer) -> Sequence[DescribedTool]:
    async with server.connect() as session:
        return await session.list_tools()


def _pinned(allowed: AllowedTool, found: DescribedTool | None) -> DescribedTool:
    name = f"{allowed.server}.{allowed.tool}"
    if found is None:
        raise NotFoundError(f"The tool server offers no {name}: correct the specification or the server.")
    if allowed.access == "read" and found.read_only is False:
        raise InvalidInputError(f"{name} changes something, says its server: allow it with `access: write`.")
    unknown = sorted(set(allowed.from_customer) - _text_arguments(found))
    if unknown:
        raise InvalidInputError(f"{name} has no argument {unknown[0]!r} that is text: correct its `from_customer`.")
    try:
        return found.model_copy(update={"input_schema": usable_schema(found.input_schema)})
    except InvalidInputError as error:
        raise InvalidInputError(f"{name} cannot be used. {error}") from None


def _text_arguments(tool: DescribedTool) -> set[str]:
    """Those that may be text, for all that the schema says at first sight."""
    properties = tool.input_schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    types = {name: schema.get("type", "string") for name, schema in known.items() if isinstance(schema, dict)}
    return {name for name, kind in types.items() if kind == "string" or (isinstance(kind, list) and "string" in kind)}


def _compare(pinned: DescribedTool, found: DescribedTool | None) -> None:
    name = f"{pinned.server}.{pinned.name}"
    if found is None:
        raise NotFoundError(f"The tool {name} is not offered any more: ask whoever runs its server.")
    if found.fingerprint != pinned.fingerprint:
        raise ConflictError(
            f"The tool {name} is described otherwise than when the specification was published, so it is not used:"
            " look at what changed and publish again."
        )


def _finding(pinned: DescribedTool, found: DescribedTool | None) -> Finding:
    name = f"tool {pinned.server}.{pinned.name}"
    try:
        _compare(pinned, found)
    except HoldfastError as error:
        return Finding(name=name, ok=False, detail=str(error))
    return Finding(name=name, ok=True, detail="It is what was published.")
