"""What was published is compared with what a real server says."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager

import pytest
from pydantic import JsonValue

from domain.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from domain.specification.organisation import SpecVersion
from domain.specification.tools import DescribedTool, HttpToolServer
from domain.tools.actions import ToolOutcome
from integrations.checks import Finding
from integrations.tools.base import ToolSession
from integrations.tools.pinning import check_tools, still_the_same, with_tools
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from tests.integrations.tools.shop import address, connect, version_with

pytestmark = pytest.mark.integrations


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(stack: ExitStack, *, changed: bool = False) -> HttpToolServer:
    return address(stack.enter_context(serving(ToolServerStandIn(changed=changed).app())) + "/mcp")


def moved(version: SpecVersion, server: HttpToolServer) -> SpecVersion:
    """As if another server answered at the address."""
    specification = version.specification.model_copy(update={"tool_servers": (server,)})
    return version.model_copy(update={"specification": specification})


async def test_a_version_keeps_its_tools_as_they_are(stack: ExitStack) -> None:
    version = await with_tools(version_with(started(stack)), connect)
    assert [(tool.server, tool.name) for tool in version.tools] == [
        ("shop", "issue_voucher"),
        ("shop", "order_status"),
        ("shop", "refund"),
    ]
    refund = version.tools[2]
    assert refund.input_schema["required"] == ["order_id", "amount"]
    assert (refund.idempotent, len(refund.fingerprint)) == (True, 64)
    assert SpecVersion.model_validate_json(version.model_dump_json()).content_hash == version.content_hash


async def test_a_version_without_tools_asks_nobody() -> None:
    version = version_with(address("http://127.0.0.1:9/mcp"))
    agents = tuple(agent.model_copy(update={"tools": ()}) for agent in version.specification.ai_agents)
    toolless = version.model_copy(
        update={"specification": version.specification.model_copy(update={"ai_agents": agents})}
    )
    assert await with_tools(toolless, connect) == toolless


async def test_what_cannot_be_used_is_not_published(stack: ExitStack) -> None:
    server = started(stack)
    missing = version_with(server, {"server": "shop", "tool": "send_flowers", "access": "read"})
    with pytest.raises(NotFoundError, match=r"offers no shop\.send_flowers"):
        await with_tools(missing, connect)
    for name in ("order_number", "amount"):
        own = {"server": "shop", "tool": "refund", "access": "write", "from_customer": {name: "order"}}
        with pytest.raises(InvalidInputError, match=rf"shop\.refund has no argument '{name}' that is text"):
            await with_tools(version_with(server, own), connect)
    mistaken = version_with(server, {"server": "shop", "tool": "refund", "access": "read"})
    with pytest.raises(InvalidInputError, match=r"shop\.refund changes something"):
        await with_tools(mistaken, connect)
    with pytest.raises(UnavailableError):
        await with_tools(version_with(address("http://127.0.0.1:9/mcp")), connect)


class Odd:
    """A server whose tool takes no object."""

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[ToolSession]:
        yield self

    async def list_tools(self) -> Sequence[DescribedTool]:
        return [DescribedTool(server="shop", name="order_status", input_schema={"type": "string"}, fingerprint="")]

    async def call_tool(self, name: str, arguments: Mapping[str, JsonValue], *, key: str | None = None) -> ToolOutcome:
        return ToolOutcome(text=name)

    async def check(self) -> Sequence[Finding]:
        return ()


async def test_a_tool_without_a_usable_schema_is_not_published() -> None:
    version = version_with(
        address("http://127.0.0.1:9/mcp"), {"server": "shop", "tool": "order_status", "access": "read"}
    )
    with pytest.raises(InvalidInputError, match=r"shop\.order_status cannot be used\. Its schema"):
        await with_tools(version, lambda _: Odd())


async def test_a_tool_that_was_changed_since_is_noticed(stack: ExitStack) -> None:
    version = await with_tools(version_with(started(stack)), connect)
    tools = {tool.name: tool for tool in version.tools}
    async with connect(started(stack, changed=True)).connect() as session:
        await still_the_same(session, tools["refund"])
        with pytest.raises(ConflictError, match=r"shop\.order_status is described otherwise.*publish again"):
            await still_the_same(session, tools["order_status"])
        with pytest.raises(NotFoundError, match="not offered any more"):
            await still_the_same(session, tools["refund"].model_copy(update={"name": "pay_back"}))


async def test_a_check_tells_of_each_server_and_each_tool(stack: ExitStack) -> None:
    version = await with_tools(version_with(started(stack)), connect)
    assert [finding.ok for finding in await check_tools(version, connect)] == [True, True, True, True]
    found = await check_tools(moved(version, started(stack, changed=True)), connect)
    assert [(finding.name, finding.ok) for finding in found] == [
        ("tool server shop", True),
        ("tool shop.issue_voucher", True),
        ("tool shop.order_status", False),
        ("tool shop.refund", True),
    ]
    (gone,) = await check_tools(moved(version, address("http://127.0.0.1:9/mcp")), connect)
    assert not gone.ok
