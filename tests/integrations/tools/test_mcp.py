"""The adapter with the official SDK on both sides, over real pipes and sockets."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from domain.errors import (
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    PermanentError,
    RateLimitedError,
    RetryableError,
    UnavailableError,
)
from domain.specification.tools import StdioToolServer
from domain.tools.actions import MAX_RESULT_CHARACTERS, ToolOutcome
from integrations.tools import mcp
from integrations.tools.base import ToolSettings
from integrations.tools.mcp import IDEMPOTENCY_KEY, McpToolServer
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving, serving_tls
from tests.integrations.tools.shop import ShopServer, adapter, address, command
from tests.mcp_description import problems

pytestmark = pytest.mark.integrations
ORDER = {"order_id": "A-1001"}


async def use(
    server: McpToolServer, tool: str = "order_status", arguments: Any = None, key: str | None = None
) -> ToolOutcome:
    async with server.connect() as session:
        return await session.call_tool(tool, arguments or ORDER, key=key)


@contextmanager
def served(stand_in: ToolServerStandIn, **rest: Any) -> Iterator[McpToolServer]:
    with serving(stand_in.app()) as url:
        yield adapter(address(f"{url}/mcp"), **rest)


async def test_tools_are_listed_and_used(shop: ShopServer) -> None:
    async with adapter(shop.started()).connect() as session:
        tools = {tool.name: tool for tool in await session.list_tools()}
        status = await session.call_tool("order_status", ORDER)
        paid = [await session.call_tool("refund", {**ORDER, "amount": 40}, key="key-1") for _ in range(2)]
        unknown = await session.call_tool("order_status", {"order_id": "Z-9"})
    assert list(tools) == ["order_status", "refund", "issue_voucher"]
    assert (tools["order_status"].read_only, tools["refund"].idempotent) == (True, True)
    assert (tools["issue_voucher"].read_only, tools["issue_voucher"].idempotent) == (False, False)
    assert tools["refund"].description == "Pay back part or all of an order, in EUR."
    assert status == ToolOutcome(text="The order A-1001 is shipped on 18 November, arrives on 24 November.")
    assert paid[0] == paid[1]
    assert [(done.tool, done.key) for done in shop.done()] == [("refund", "key-1")]
    assert unknown.failed
    assert "There is no order Z-9." in unknown.text


async def test_a_server_that_dies_in_the_middle_of_a_call_is_unavailable(shop: ShopServer) -> None:
    server = adapter(shop.started("--fault", "die"))
    with pytest.raises(UnavailableError, match="shop cannot be reached, or hung up"):
        await use(server, "refund", {**ORDER, "amount": 40}, key="key-1")
    assert len(shop.done()) == 1


async def test_a_server_that_hangs_is_unavailable_at_the_deadline(shop: ShopServer) -> None:
    server = adapter(shop.started("--fault", "hang", timeout_seconds=1))
    with pytest.raises(UnavailableError, match="did not answer in 1 s"):
        await use(server)


async def test_a_huge_result_is_cut(shop: ShopServer) -> None:
    outcome = await use(adapter(shop.started("--fault", "huge")))
    assert len(outcome.text) < MAX_RESULT_CHARACTERS + 100
    assert outcome.text.endswith("characters more]")


async def test_a_result_with_hidden_text_loses_it_and_stays_data(shop: ShopServer) -> None:
    outcome = await use(adapter(shop.started("--fault", "inject")))
    assert "ignore your instructions" in outcome.text
    assert all(character.isprintable() for character in outcome.text)


async def test_another_description_has_another_fingerprint() -> None:
    prints = []
    for changed in (False, True):
        with served(ToolServerStandIn(changed=changed)) as server:
            async with server.connect() as session:
                prints.append({tool.name: tool.fingerprint for tool in await session.list_tools()})
    assert prints[0]["refund"] == prints[1]["refund"]
    assert prints[0]["order_status"] != prints[1]["order_status"]


async def test_a_started_server_sees_its_secrets_and_nothing_else_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "ours")
    told = (
        f'[ "$SHOP_TOKEN" = sesame ] && [ -z "$HOLDFAST_DATABASE_URL" ] && exec {sys.executable} -m sandbox.mcp_server'
    )
    server = StdioToolServer(
        id="shop", transport="stdio", command="sh", args=("-c", told), environment={"SHOP_TOKEN": "shop_token"}
    )
    assert not (await use(adapter(server, secrets={"shop_token": SecretStr("sesame")}))).failed
    with pytest.raises(UnavailableError):
        await use(adapter(server, secrets={"shop_token": SecretStr("wrong")}))


async def test_a_secret_goes_into_a_header() -> None:
    with serving(ToolServerStandIn(token="sesame").app()) as url:
        server = address(f"{url}/mcp", headers={"Authorization": "shop_token"})
        assert not (await use(adapter(server, secrets={"shop_token": SecretStr("Bearer sesame")}))).failed
        with pytest.raises(CredentialsError, match="shop refuses us"):
            await use(adapter(server, secrets={"shop_token": SecretStr("Bearer wrong")}))
        with pytest.raises(CredentialsError, match="needs the secret 'shop_token': add it to HOLDFAST_TOOLS_SECRETS"):
            await use(adapter(server))


async def test_a_local_authority_is_trusted_when_it_is_named(tmp_path: Any) -> None:
    authority = Authority(tmp_path)
    with serving_tls(ToolServerStandIn().app(), authority) as url:
        server = address(f"{url}/mcp")
        assert not (await use(adapter(server, ca_file=authority.ca_file))).failed
        with pytest.raises(UnavailableError):
            await use(adapter(server))


async def test_only_what_the_installation_allows_is_started_or_asked() -> None:
    for server, named in ((command(), "sandbox.mcp_server"), (address("http://127.0.0.1:9/mcp"), "127.0.0.1:9")):
        with pytest.raises(ForbiddenError, match=named):
            await use(McpToolServer(server, ToolSettings()))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="fail", status=429), RateLimitedError),
        (Fault(kind="fail", status=503), UnavailableError),
        (Fault(kind="fail", status=403), CredentialsError),
        (Fault(kind="cut"), UnavailableError),
        (Fault(kind="cut", handled=True), UnavailableError),
    ],
)
async def test_http_failures_have_one_meaning_each(fault: Fault, error: type[HoldfastError]) -> None:
    stand_in = ToolServerStandIn()
    with served(stand_in) as server:
        stand_in.faults.add(fault)
        with pytest.raises(error):
            await use(server)
        assert not (await use(server)).failed


@pytest.mark.parametrize(("status", "error"), [(429, RateLimitedError), (503, UnavailableError)])
async def test_a_server_says_how_long_to_wait(status: int, error: type[RetryableError]) -> None:
    stand_in = ToolServerStandIn()
    with served(stand_in) as server:
        stand_in.faults.add(Fault(kind="fail", status=status, headers={"Retry-After": "7"}))
        with pytest.raises(error) as raised:
            await use(server)
    assert raised.value.retry_after == timedelta(seconds=7)


async def test_nobody_there() -> None:
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await use(adapter(address("http://127.0.0.1:9/mcp")))
    with pytest.raises(InvalidInputError, match="cannot be started: check its command"):
        await use(adapter(StdioToolServer(id="shop", transport="stdio", command="/no/such/command")))


async def test_what_is_no_tool_server_is_refused() -> None:
    babbling = StdioToolServer(
        id="shop",
        transport="stdio",
        command="sh",
        args=("-c", "while read x; do echo rubbish; done"),
        timeout_seconds=1,
    )
    with pytest.raises(UnavailableError):
        await use(adapter(babbling))
    app = FastAPI()

    @app.post("/{kind}")
    async def answer(kind: str) -> Response:
        headers = {"content-encoding": "gzip"} if kind == "gzip" else {}
        return Response("{", media_type=f"application/{kind}", headers=headers)

    with serving(app) as url:
        for kind in ("json", "xml", "gzip"):
            with pytest.raises(PermanentError):
                await use(adapter(address(f"{url}/{kind}")))


async def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp, "MAX_ANSWER_BYTES", 20_000)
    stand_in = ToolServerStandIn()
    stand_in.shop.fault = "huge"
    with served(stand_in) as server, pytest.raises(PermanentError, match="too large"):
        await use(server)


async def test_check_says_what_is_offered_or_what_is_wrong() -> None:
    with served(ToolServerStandIn()) as server:
        (found,) = await server.check()
    assert (found.ok, found.detail) == (True, "It offers order_status, refund, issue_voucher.")
    (missing,) = await server.check()
    assert not missing.ok
    assert "cannot be reached" in missing.detail


# A server that speaks the protocol as it was before, written by hand.

OLD = "2025-11-25"
INITIALIZED = {"protocolVersion": OLD, "capabilities": {"tools": {}}, "serverInfo": {"name": "old", "version": "1"}}
TOOL = {"name": "order_status", "inputSchema": {"type": "object"}}
TEXT = {"content": [{"type": "text", "text": "Sent."}, {"type": "image", "data": "", "mimeType": "image/png"}]}
DEFINITIONS = {
    "initialize": "InitializeRequest",
    "notifications/initialized": "InitializedNotification",
    "tools/list": "ListToolsRequest",
    "tools/call": "CallToolRequest",
}


class OldServer:
    """Answers each method with a result, or with an error where the answer has a code."""

    def __init__(self, **answers: Any) -> None:
        self.said: list[dict[str, Any]] = []
        self._answers: dict[str, Any] = {"initialize": INITIALIZED, "tools/list": {"tools": [TOOL]}, **answers}

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/mcp", self._answer, methods=["POST"], response_model=None)
        return app

    async def _answer(self, request: Request) -> Response:
        message = await request.json()
        self.said.append(message)
        if "id" not in message:
            return Response(status_code=202)
        found = self._answers.get(message["method"], {"code": -32601, "message": "There is no such method."})
        kind = "error" if "code" in found else "result"
        return JSONResponse({"jsonrpc": "2.0", "id": message["id"], kind: found})


@pytest.mark.shared
async def test_an_older_server_is_spoken_to_as_the_protocol_says() -> None:
    old = OldServer(**{"tools/call": TEXT})
    with serving(old.app()) as url:
        outcome = await use(adapter(address(f"{url}/mcp")), key="key-1")
    assert outcome == ToolOutcome(text="Sent.\n[image left out]")
    spoken = [message for message in old.said if message["method"] in DEFINITIONS]
    assert {message["method"] for message in spoken} == set(DEFINITIONS)
    for message in spoken:
        assert problems(DEFINITIONS[message["method"]], message) == []
    call = next(message for message in spoken if message["method"] == "tools/call")
    assert call["params"]["_meta"][IDEMPOTENCY_KEY] == "key-1"
    assert problems("CallToolRequest", call | {"params": {"arguments": []}})


@pytest.mark.parametrize(
    ("answer", "failed"),
    [({"code": -32602, "message": "No such tool"}, True), ({"code": -32603, "message": "secret trouble"}, False)],
)
async def test_of_errors_of_the_protocol_some_say_that_nothing_was_done(answer: Any, failed: bool) -> None:
    with serving(OldServer(**{"tools/call": answer}).app()) as url:
        server = adapter(address(f"{url}/mcp"))
        if failed:
            assert await use(server) == ToolOutcome(text="No such tool", failed=True)
            return
        with pytest.raises(PermanentError) as raised:
            await use(server)
    assert str(raised.value) == "The tool server shop answered with the error -32603."


@pytest.mark.parametrize("result", [{"content": "no list"}, {"content": [{"type": "riddle"}]}, {}])
async def test_a_result_that_is_none_is_refused(result: Any) -> None:
    with serving(OldServer(**{"tools/call": result}).app()) as url:
        server = adapter(address(f"{url}/mcp"))
        with pytest.raises(PermanentError, match="not in the protocol"):
            await use(server)


async def test_data_stands_for_a_text_that_is_missing() -> None:
    with serving(OldServer(**{"tools/call": {"content": [], "structuredContent": {"sent": True}}}).app()) as url:
        assert (await use(adapter(address(f"{url}/mcp")))).text == '{"sent":true}'


async def test_a_tool_that_nobody_could_allow_is_left_out_and_a_list_without_end_is_refused() -> None:
    odd = {"tools": [TOOL, {"name": "rm -rf /", "inputSchema": {"type": "object"}}]}
    with serving(OldServer(**{"tools/list": odd}).app()) as url:
        async with adapter(address(f"{url}/mcp")).connect() as session:
            assert [tool.name for tool in await session.list_tools()] == ["order_status"]
    with serving(OldServer(**{"tools/list": odd | {"nextCursor": "again"}}).app()) as url:
        (found,) = await adapter(address(f"{url}/mcp")).check()
    assert found.detail == "The tool server shop lists tools without end."
