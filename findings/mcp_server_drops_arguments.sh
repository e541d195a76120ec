#!/bin/sh
# mcp 2.3.0 (the official SDK), MCPServer.
#
# Expected: a tool with an optional text gets the text that was sent, "null" too; an argument that the tool does not have
#   is an error, as a misspelt one may be the one that mattered.
# Observed: the text "null" arrives as None, because texts are read as JSON where the parameter is not a plain str. An
#   unknown argument is dropped; the call succeeds, with the parameter's default. The listed schema says nothing of either:
#   it has no additionalProperties.
# Seen:
#   {'note': 'null'} -> note=None amount=100 error=False
#   {'note': 'nullify'} -> note='nullify' amount=100 error=False
#   {'amuont': 5} -> note=None amount=100 error=False
#   additionalProperties in the schema -> False
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
import anyio
from mcp import Client
from mcp.server.mcpserver import MCPServer

server = MCPServer("shop")


@server.tool()
def refund(note: str | None = None, amount: int = 100) -> str:
    return f"note={note!r} amount={amount}"


async def main() -> None:
    async with Client(server) as client:
        for arguments in ({"note": "null"}, {"note": "nullify"}, {"amuont": 5}):
            result = await client.call_tool("refund", arguments)
            print(f"{arguments} -> {result.content[0].text} error={result.is_error}")
        (tool,) = (await client.list_tools()).tools
        print(f"additionalProperties in the schema -> {'additionalProperties' in tool.input_schema}")


anyio.run(main)
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(.* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
