"""The stand-in is a server of the official SDK: what the SDK and the shop refuse, it refuses."""

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from mcp import Client
from mcp.types import CallToolResult, RequestParamsMeta, TextContent

from sandbox.mcp_server import KEY, Shop, ToolServerStandIn, tool_server
from sandbox.serving import serving


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "book.jsonl")


def keyed(key: str) -> RequestParamsMeta:
    return cast(RequestParamsMeta, {KEY: key})


def told(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


async def test_a_refund_is_paid_once_for_each_key_even_by_another_process(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"order_id": "A-1002", "amount": 9.5}
    for _ in range(2):
        async with Client(tool_server(Shop(tmp_path / "book.jsonl"))) as client:
            for key in ("one", "one", "two"):
                assert "9.5 EUR are paid back" in told(await client.call_tool("refund", arguments, meta=keyed(key)))
    assert [done.key for done in Shop(tmp_path / "book.jsonl").book] == ["one", "two"]


async def test_without_a_key_and_for_vouchers_every_call_counts(shop: Shop) -> None:
    async with Client(tool_server(shop)) as client:
        for tool in ("refund", "refund", "issue_voucher", "issue_voucher"):
            await client.call_tool(tool, {"order_id": "A-1002", "amount": 1})
    assert [done.tool for done in shop.book] == ["refund", "refund", "issue_voucher", "issue_voucher"]
    assert sum(done.amount for done in shop.book) == Decimal(4)


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("order_status", {"order_id": "Z-9"}, "There is no order Z-9."),
        ("refund", {"order_id": "A-1002", "amount": 49.01}, "between 0 and what was paid"),
        ("refund", {"order_id": "A-1002", "amount": 0}, "between 0 and what was paid"),
        ("refund", {"order_id": "A-1002"}, "Field required"),
        ("issue_voucher", {"order_id": "Z-9", "amount": 5}, "There is no order Z-9."),
        ("steal", {}, "Unknown tool"),
    ],
)
async def test_what_makes_no_sense_is_refused(shop: Shop, tool: str, arguments: dict[str, Any], why: str) -> None:
    async with Client(tool_server(shop)) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert why in told(result)
    assert shop.book == []


async def test_over_http_it_wants_its_token_and_forgets_on_demand() -> None:
    stand_in = ToolServerStandIn(token="sesame")
    stand_in.shop.issue_voucher("A-1001", Decimal(5))
    with serving(stand_in.app()) as url:
        async with httpx.AsyncClient(base_url=url) as http:
            assert (await http.post("/mcp", json={})).status_code == 401
            http.headers["Authorization"] = "Bearer sesame"
            assert (await http.post("/mcp", json={})).status_code == 400
            journal = (await http.get("/sandbox/journal")).json()
            assert [entry["detail"]["status"] for entry in journal] == [401, 400]
            assert (await http.post("/sandbox/reset")).status_code == 200
    assert stand_in.shop.book == []
