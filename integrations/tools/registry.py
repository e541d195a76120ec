"""Tool servers by transport. A new one is one file and one line here."""

from domain.specification.tools import ToolServerSpec
from integrations.registry import adapter_class
from integrations.tools.base import ToolServer, ToolSettings

TOOL_SERVERS: dict[str, str] = {
    "stdio": "integrations.tools.mcp:McpToolServer",
    "http": "integrations.tools.mcp:McpToolServer",
}


def tool_server(server: ToolServerSpec, settings: ToolSettings) -> ToolServer:
    """The tool server that a specification names. Raises InvalidInputError for an unknown transport."""
    made: ToolServer = adapter_class(TOOL_SERVERS, server.transport)(server, settings)
    return made
