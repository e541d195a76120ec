from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.specification.organisation import AiAgentSpec, OrganisationSpec, SpecVersion
from domain.specification.tools import AllowedTool, AmountLimit, ToolServerSpec, WriteTool, fingerprint_of
from tests.organisation import SPECIFICATION

ALLOWED: TypeAdapter[AllowedTool] = TypeAdapter(AllowedTool)
SERVER: TypeAdapter[ToolServerSpec] = TypeAdapter(ToolServerSpec)
SHOP = {"id": "shop", "transport": "http", "url": "https://tools.shop.example/mcp", "headers": {"X-Key": "shop_key"}}
STATUS = {"server": "shop", "tool": "order_status", "access": "read"}


def with_tools(*tools: dict[str, Any], servers: tuple[dict[str, Any], ...] = (SHOP,)) -> OrganisationSpec:
    first, *others = SPECIFICATION.ai_agents
    ai_agents = [first.model_dump() | {"tools": tools}, *(other.model_dump() for other in others)]
    return OrganisationSpec.model_validate(
        SPECIFICATION.model_dump() | {"ai_agents": ai_agents, "tool_servers": servers}
    )


def test_an_ai_agent_uses_the_tools_of_known_servers() -> None:
    spec = with_tools(STATUS, {"server": "shop", "tool": "refund", "access": "write"})
    refund = spec.ai_agents[0].tools[1]
    assert isinstance(refund, WriteTool)
    assert refund.approval == "always"
    assert AiAgentSpec.model_validate(spec.ai_agents[0].model_dump()) == spec.ai_agents[0]


@pytest.mark.parametrize(
    ("tools", "servers", "problem"),
    [
        ((STATUS,), (), "ai_agents.0.tools.0.server: no tool server 'shop'"),
        (
            (STATUS, STATUS | {"access": "write"}),
            (SHOP,),
            "ai_agents.0.tools.1.tool: the tool 'order_status' stands twice",
        ),
        ((), (SHOP, SHOP), "tool_servers.1.id: 'shop' stands twice"),
    ],
)
def test_what_leads_nowhere_or_stands_twice_is_a_mistake(tools: Any, servers: Any, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        with_tools(*tools, servers=servers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"server": "shop", "tool": "refund"},
        {"server": "shop", "tool": "refund", "access": "admin"},
        {"server": "shop", "tool": "a tool", "access": "read"},
        {"server": "shop", "tool": "order_status", "access": "read", "approval": "never"},
        {"server": "shop", "tool": "refund", "access": "write", "approval": "sometimes"},
        {"server": "shop", "tool": "refund", "access": "write", "approval": {"argument": "amount", "above": -1}},
    ],
)
def test_a_tool_is_allowed_by_its_exact_name_and_for_one_purpose(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ALLOWED.validate_python(wrong)


def test_an_approval_may_depend_on_an_amount() -> None:
    allowed = ALLOWED.validate_python(
        {"server": "shop", "tool": "refund", "access": "write", "approval": {"argument": "amount", "above": 100}}
    )
    assert isinstance(allowed, WriteTool)
    assert allowed.approval == AmountLimit(argument="amount", above=Decimal(100))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "shop", "transport": "http", "url": "ftp://tools.shop.example"},
        {"id": "shop", "transport": "http", "url": "https://tools.shop.example", "command": "sh"},
        {"id": "shop", "transport": "stdio", "url": "https://tools.shop.example"},
        {"id": "shop", "transport": "http", "url": "https://tools.shop.example", "headers": {"X-Key": "Bearer S3cret"}},
        {"id": "shop", "transport": "stdio", "command": "shop-tools", "timeout_seconds": 600},
    ],
)
def test_a_server_is_of_one_kind_and_holds_no_secret(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SERVER.validate_python(wrong)


def test_a_version_with_tools_has_another_name() -> None:
    plain, tooled = SpecVersion(specification=SPECIFICATION), SpecVersion(specification=with_tools(STATUS))
    assert plain.content_hash != tooled.content_hash
    again = SpecVersion.model_validate_json(tooled.model_dump_json())
    assert again.content_hash == tooled.content_hash


def test_a_fingerprint_is_of_the_content_and_not_of_its_order() -> None:
    assert fingerprint_of({"name": "a", "description": "é"}) == fingerprint_of({"description": "é", "name": "a"})
    assert fingerprint_of({"name": "a", "description": "e"}) != fingerprint_of({"name": "a", "description": "é"})
