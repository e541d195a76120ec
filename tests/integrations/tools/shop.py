"""The shop's tool server over either transport, and specifications that name it."""

import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from domain.specification.organisation import AiAgentSpec, SpecVersion
from domain.specification.tools import HttpToolServer, StdioToolServer, ToolServerSpec
from integrations.tools.base import ToolServer, ToolSettings
from integrations.tools.mcp import McpToolServer
from integrations.tools.registry import tool_server
from sandbox.mcp_server import Done
from tests.organisation import ARTICLES, SPECIFICATION

Transport = Literal["stdio", "http"]
TOOLS = (
    {"server": "shop", "tool": "order_status", "access": "read"},
    {"server": "shop", "tool": "refund", "access": "write", "approval": {"argument": "amount", "above": 100}},
    {"server": "shop", "tool": "issue_voucher", "access": "write", "approval": "never"},
)


def command(*args: str, timeout_seconds: float = 15, **rest: Any) -> StdioToolServer:
    """The stand-in as a command."""
    arguments = ("-m", "sandbox.mcp_server", *args)
    return StdioToolServer(
        id="shop", transport="stdio", command=sys.executable, args=arguments, timeout_seconds=timeout_seconds, **rest
    )


def address(url: str, timeout_seconds: float = 15, **rest: Any) -> HttpToolServer:
    return HttpToolServer(id="shop", transport="http", url=url, timeout_seconds=timeout_seconds, **rest)


def allowing(server: ToolServerSpec, **rest: Any) -> ToolSettings:
    """Settings of an installation that allows a server."""
    named = server.url if isinstance(server, HttpToolServer) else shlex.join([server.command, *server.args])
    return ToolSettings(allowed=(named,), **rest)


def adapter(server: ToolServerSpec, **rest: Any) -> McpToolServer:
    return McpToolServer(server, allowing(server, **rest))


def connect(server: ToolServerSpec) -> ToolServer:
    """As the composition root does, for an installation that allows whatever is named."""
    return tool_server(server, allowing(server))


def version_with(server: ToolServerSpec, *tools: dict[str, Any]) -> SpecVersion:
    """The test organisation, whose first AI agent may use these tools."""
    first, *others = SPECIFICATION.ai_agents
    ai_agents = (AiAgentSpec.model_validate(first.model_dump() | {"tools": tools or TOOLS}), *others)
    specification = SPECIFICATION.model_copy(update={"tool_servers": (server,), "ai_agents": ai_agents})
    return SpecVersion(specification=specification, articles=ARTICLES)


@dataclass
class ShopServer:
    """The stand-in as a process, and the book that it writes."""

    transport: Transport
    book: Path
    stack: ExitStack

    def started(self, *args: str, timeout_seconds: float = 15) -> ToolServerSpec:
        """With these arguments; over HTTP it runs from now on, over stdio from each connection on."""
        given = ("--book", str(self.book), *args)
        if self.transport == "stdio":
            return command(*given, timeout_seconds=timeout_seconds)
        return address(self.stack.enter_context(_over_http(given)), timeout_seconds)

    def done(self) -> list[Done]:
        lines = self.book.read_text(encoding="utf-8").splitlines() if self.book.exists() else []
        return [Done.model_validate_json(line) for line in lines]


@contextmanager
def _over_http(args: tuple[str, ...]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "sandbox.mcp_server", "--port", str(port), *args])
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except ConnectionRefusedError:
                continue
            break
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["stdio", "http"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShopServer]:
    with ExitStack() as stack:
        yield ShopServer(request.param, tmp_path / "book.jsonl", stack)
