"""Tool servers that speak the Model Context Protocol, through its official SDK: one connection for each use."""

import os
import shlex
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import ClassVar, TextIO, cast

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client import Transport
from mcp.client.streamable_http import streamable_http_client
from mcp.types import (
    CONNECTION_CLOSED,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    REQUEST_TIMEOUT,
    CallToolResult,
    Implementation,
    RequestParamsMeta,
    TextContent,
    Tool,
)
from pydantic import JsonValue, ValidationError
from pydantic_core import to_json

from domain.errors import (
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
)
from domain.specification.tools import DescribedTool, StdioToolServer, ToolServerSpec, fingerprint_of
from domain.tools.actions import MAX_DESCRIPTION_CHARACTERS, MAX_RESULT_CHARACTERS, ToolOutcome, plain
from integrations.authorities import trusting
from integrations.checks import Finding
from integrations.llm.provider import retry_after
from integrations.tools.base import ToolSession, ToolSettings

IDEMPOTENCY_KEY = "holdfast/idempotency-key"
"""The entry of a request's `_meta` under which a server finds the key."""
INFO = Implementation(name="holdfast", version="1")
MAX_PAGES = 20
MAX_ANSWER_BYTES = 4 * 1024 * 1024
NOT_RUN = frozenset({INVALID_PARAMS, METHOD_NOT_FOUND})
CONNECTION_LOST = frozenset({CONNECTION_CLOSED, REQUEST_TIMEOUT})
FAILURES = (ExceptionGroup, MCPError, OSError, RuntimeError, ValidationError, httpx2.HTTPError)


class McpToolServer:
    """A tool server over stdio or streamable HTTP. Of our environment it sees the secrets that it names, and PATH."""

    settings_class: ClassVar[type[ToolSettings]] = ToolSettings

    def __init__(self, server: ToolServerSpec, settings: ToolSettings) -> None:
        self._server = server
        self._settings = settings

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[ToolSession]:
        """One deadline for everything that is done while connected, its answers included."""
        self._check_allowed()
        try:
            with anyio.fail_after(self._server.timeout_seconds):
                async with self._transport() as transport, Client(transport, client_info=INFO, cache=None) as client:
                    yield _McpSession(self._server.id, client)
        except FAILURES as error:
            raise self._explained(error) from None

    async def check(self) -> Sequence[Finding]:
        """Connect and list the tools; nothing is called."""
        name = f"tool server {self._server.id}"
        try:
            async with self.connect() as session:
                tools = await session.list_tools()
        except HoldfastError as error:
            return (Finding(name=name, ok=False, detail=str(error)),)
        offered = ", ".join(tool.name for tool in tools) or "nothing"
        return (Finding(name=name, ok=True, detail=f"It offers {offered}."),)

    def _check_allowed(self) -> None:
        named = _address(self._server)
        if named not in self._settings.allowed:
            raise ForbiddenError(
                f"This installation does not allow the tool server {self._server.id}: add {named!r} to the list in"
                " HOLDFAST_TOOLS_ALLOWED, or take it out of the specification."
            )

    @asynccontextmanager
    async def _transport(self) -> AsyncIterator[Transport]:
        server = self._server
        if isinstance(server, StdioToolServer):
            environment = self._secrets(server.environment)
            command = StdioServerParameters(command=server.command, args=list(server.args), env=environment)
            with _silence() as silence:
                yield stdio_client(command, errlog=silence)
        else:
            async with self._http(self._secrets(server.headers)) as http:
                yield streamable_http_client(server.url, http_client=http, max_sse_event_size=MAX_ANSWER_BYTES)

    def _http(self, headers: Mapping[str, str]) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", **headers},
            verify=self._trust,
            timeout=self._server.timeout_seconds,
            event_hooks={"response": [self._look_at]},
        )

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return trusting(self._settings.ca_file)

    def _secrets(self, names: Mapping[str, str]) -> dict[str, str]:
        """The values of the named secrets. Raises CredentialsError for one that this installation does not have."""
        known = self._settings.secrets
        for name in names.values():
            if name not in known:
                text = f"The tool server {self._server.id} needs the secret {name!r}: add it to HOLDFAST_TOOLS_SECRETS."
                raise CredentialsError(text)
        return {place: known[name].get_secret_value() for place, name in names.items()}

    async def _look_at(self, response: httpx2.Response) -> None:
        """Statuses that the SDK would tell us as one and the same error, and answers without end."""
        status, name = response.status_code, self._server.id
        wait = retry_after(response.headers, datetime.now(UTC))
        if status in {401, 403}:
            raise CredentialsError(f"The tool server {name} refuses us (HTTP {status}): check its secrets.")
        if status == 429:
            raise RateLimitedError(f"The tool server {name} asks us to slow down (HTTP 429).", retry_after=wait)
        if status >= 500:
            text = f"The tool server {name} has a problem of its own (HTTP {status})."
            raise UnavailableError(text, retry_after=wait)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise PermanentError(f"The tool server {name} compresses its answers, though it was asked not to.")
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Limited(response.stream)

    def _explained(self, error: Exception) -> Exception:
        """What went wrong in our words; a text of the server is never repeated."""
        name, found = self._server.id, _innermost(error)
        match found:
            case TimeoutError() | httpx2.TimeoutException():
                return UnavailableError(f"The tool server {name} did not answer in {self._server.timeout_seconds:g} s.")
            case FileNotFoundError() | PermissionError():
                return InvalidInputError(f"The tool server {name} cannot be started: check its command.")
            case MCPError() if found.code not in CONNECTION_LOST:
                return PermanentError(f"The tool server {name} answered with the error {found.code}.")
            case MCPError() | OSError() | httpx2.TransportError():
                return UnavailableError(f"The tool server {name} cannot be reached, or hung up.")
            case RuntimeError() | ValidationError():
                return PermanentError(f"The tool server {name} sent something that is not in the protocol.")
        return found


class _McpSession:
    def __init__(self, server: str, client: Client) -> None:
        self._server = server
        self._client = client

    async def list_tools(self) -> Sequence[DescribedTool]:
        tools, cursor = list[Tool](), None
        for _ in range(MAX_PAGES):
            page = await self._client.list_tools(cursor=cursor)
            tools += page.tools
            cursor = page.next_cursor
            if cursor is None:
                return [described for tool in tools if (described := self._described(tool))]
        raise PermanentError(f"The tool server {self._server} lists tools without end.")

    async def call_tool(self, name: str, arguments: Mapping[str, JsonValue], *, key: str | None = None) -> ToolOutcome:
        try:
            meta = cast(RequestParamsMeta, {IDEMPOTENCY_KEY: key}) if key else None
            result = await self._client.call_tool(name, dict(arguments), meta=meta)
        except MCPError as error:
            if error.code not in NOT_RUN:
                raise
            return ToolOutcome(text=plain(error.message, MAX_RESULT_CHARACTERS), failed=True)
        return ToolOutcome(text=plain(_text_of(result), MAX_RESULT_CHARACTERS), failed=result.is_error)

    def _described(self, tool: Tool) -> DescribedTool | None:
        """None for a tool whose name nobody could allow."""
        hints = tool.annotations
        try:
            return DescribedTool(
                server=self._server,
                name=tool.name,
                description=plain(tool.description or tool.title or "", MAX_DESCRIPTION_CHARACTERS),
                input_schema=tool.input_schema,
                read_only=hints.read_only_hint if hints else None,
                idempotent=bool(hints and hints.idempotent_hint),
                fingerprint=fingerprint_of(tool.model_dump(mode="json", exclude={"meta", "icons"})),
            )
        except ValidationError:
            return None


class _Limited(httpx2.AsyncByteStream):
    """The body of an answer, refused when it grows too large."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ANSWER_BYTES
        async for part in self._body:
            left -= len(part)
            if left < 0:
                raise PermanentError("The tool server's answer is too large. Nothing of it is used.")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


@contextmanager
def _silence() -> Iterator[TextIO]:
    """Where a server's standard error goes: it may name customers, so it reaches no log of ours."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        yield nowhere


def _address(server: ToolServerSpec) -> str:
    """What the installation allows: an address, or a command line."""
    if isinstance(server, StdioToolServer):
        return shlex.join([server.command, *server.args])
    return server.url


def _innermost(error: Exception) -> Exception:
    """The error inside groups of errors; one of ours first."""
    if not isinstance(error, ExceptionGroup):
        return error
    found = [_innermost(inner) for inner in error.exceptions]
    return next((inner for inner in found if isinstance(inner, HoldfastError)), found[0])


def _text_of(result: CallToolResult) -> str:
    """The texts of a result; its data where there are none. What is no text is named, not passed on."""
    texts = [block.text if isinstance(block, TextContent) else f"[{block.type} left out]" for block in result.content]
    if not texts and result.structured_content is not None:
        return to_json(result.structured_content).decode()
    return "\n".join(texts)
