"""Using tools that write, after the gate: claim in the database, call, record."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from temporalio import activity

from activities.heartbeats import heartbeats
from answering.organisations import ConnectTools
from domain.errors import (
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
)
from domain.specification.organisation import SpecVersion
from domain.specification.tools import DescribedTool, WriteTool
from domain.tools.actions import ToolOutcome, needs_approval
from domain.tools.calls import CalledTool, CallToolInput, ToolCallEnd
from integrations.tools.arguments import check_arguments
from integrations.tools.base import ToolServer
from integrations.tools.pinning import still_the_same
from storage.tool_calls import ToolCallRepository

LoadVersion = Callable[[str], Awaitable[SpecVersion]]

REACHED_NOBODY = (RateLimitedError, CredentialsError)
"""With these a server says that it did not look at the call."""


class ToolActivities:
    """Uses the tools of the pinned spec version."""

    def __init__(self, calls: ToolCallRepository, load_version: LoadVersion, connect: ConnectTools) -> None:
        self._calls = calls
        self._load_version = load_version
        self._connect = connect

    @activity.defn
    async def call_tool(self, input: CallToolInput) -> CalledTool:
        """Use a tool once, and only if the conversation still is where the action was proposed for.

        After an attempt that did not say how it ended, the tool is used again with the same key if its server says
        that this is harmless; else it is in doubt. Raises ForbiddenError for what the specification does not allow or
        nobody approved, ConflictError for a tool that was changed since it was published.
        """
        version = await self._load_version(input.spec_hash)
        tool = _allowed(version, input)
        claim = await self._calls.claim(input, datetime.now(UTC))
        if claim.called is not None:
            return claim.called
        if claim.status == "unfinished" and not tool.idempotent:
            return await self._calls.settle(input.call_key, "in_doubt", "", datetime.now(UTC))
        server = next(server for server in version.specification.tool_servers if server.id == tool.server)
        use = _Use(self._connect(input.organisation, server), tool, input)
        async with heartbeats():
            return await self._once(use, first=claim.status == "claimed")

    async def _once(self, use: "_Use", *, first: bool) -> CalledTool:
        key = use.input.call_key
        try:
            outcome = await use.run()
        except HoldfastError as error:
            reached_nobody = not use.sent or isinstance(error, REACHED_NOBODY)
            if first and reached_nobody:
                await self._calls.release(key)
            elif isinstance(error, PermanentError):
                return await self._calls.settle(key, "in_doubt", "", datetime.now(UTC))
            raise
        status: ToolCallEnd = "failed" if outcome.failed else "done"
        return await self._calls.settle(key, status, outcome.text, datetime.now(UTC))


class _Use:
    """One attempt, which remembers whether anything was sent."""

    def __init__(self, server: ToolServer, tool: DescribedTool, input: CallToolInput) -> None:
        self._server = server
        self._tool = tool
        self.input = input
        self.sent = False

    async def run(self) -> ToolOutcome:
        async with self._server.connect() as session:
            await still_the_same(session, self._tool)
            self.sent = True
            return await session.call_tool(self._tool.name, self.input.action.arguments, key=self.input.call_key)


def _allowed(version: SpecVersion, input: CallToolInput) -> DescribedTool:
    """The tool as it was published, once everything that the specification says about it holds."""
    action, ai_agent = input.action, version.specification.ai_agent(input.ai_agent)
    name = f"{action.server}.{action.tool}"
    place = (action.server, action.tool)
    allowed = next((tool for tool in ai_agent.tools if (tool.server, tool.tool) == place), None)
    if not isinstance(allowed, WriteTool):
        raise ForbiddenError(f"The specification does not let {ai_agent.id} propose the use of {name}.")
    approved = input.closure.approval.actions if input.closure else ()
    if action not in approved and needs_approval(allowed, action):
        raise ForbiddenError(f"The use of {name} needs an approval first.")
    described = next((tool for tool in version.tools if (tool.server, tool.name) == place), None)
    if described is None:
        raise NotFoundError(f"The tool {name} was not published: publish the specification again.")
    check_arguments(action.arguments, described.input_schema)
    return described
