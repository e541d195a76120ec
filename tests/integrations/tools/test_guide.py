"""The guide's examples are specifications."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from domain.specification.tools import AllowedTool, ToolServerSpec
from integrations.tools.mcp import IDEMPOTENCY_KEY
from sandbox import mcp_server

GUIDE = Path("docs/guides/tools.md").read_text(encoding="utf-8")


def test_the_examples_of_the_guide_are_valid() -> None:
    servers, tools = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
    checked: list[Any] = TypeAdapter(list[ToolServerSpec]).validate_python(servers["tool_servers"])
    allowed: list[Any] = TypeAdapter(list[AllowedTool]).validate_python(tools["tools"])
    assert [server.transport for server in checked] == ["http", "stdio"]
    assert [tool.access for tool in allowed] == ["read", "read", "write", "write"]


def test_the_key_has_one_name_everywhere() -> None:
    assert f"`{IDEMPOTENCY_KEY}`" in GUIDE
    assert mcp_server.KEY == IDEMPOTENCY_KEY
