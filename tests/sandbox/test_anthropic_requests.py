"""What Anthropic's endpoint takes and refuses, request by request, without a server."""

from typing import Any

import pytest

from sandbox.anthropic_requests import accepted_request
from sandbox.scripted_model import RefusedRequestError

USER: dict[str, Any] = {"role": "user", "content": "Hello"}
LEAST: dict[str, Any] = {"model": "claude", "max_tokens": 9, "messages": [USER]}
OBJECT: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


def use(*ids: str) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": one, "name": "f", "input": {}} for one in ids],
    }


def result(*ids: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": one, "content": "x"} for one in ids]}


def tool(**more: Any) -> dict[str, Any]:
    return {"tools": [{"name": "f", "input_schema": OBJECT, **more}]}


def wants(schema: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"temperature": 0},
        {"temperature": 1},
        {"system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
        {"messages": [USER, {"role": "assistant", "content": "Hi"}, USER]},
        {"messages": [USER, use("a", "b"), result("b", "a"), use("c"), result("c")]},
        {"tool_choice": {"type": "tool", "name": "f"}, **tool()},
        {"tool_choice": {"type": "none"}, **tool(strict=True)},
        tool(input_schema={"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}}),
        wants({"anyOf": [OBJECT, {"type": "null"}]}),
        wants(OBJECT | {"properties": {"a": {"type": "array", "items": OBJECT, "minItems": 1}}}),
    ],
)
def test_accepted(more: dict[str, Any]) -> None:
    assert accepted_request(LEAST | more).model == "claude"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"model": ""}, "model: String should have at least 1 character"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"temperature": -0.1}, "temperature: Input should be greater than or equal to 0"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages.0.content"),
        ({"messages": [USER, use("a b"), result("a b")]}, "messages.1.content"),
        ({"messages": [USER, use("a", "b"), result("a")]}, "messages.1: `tool_use` ids were found without"),
        ({"messages": [USER, use("a"), USER, result("a")]}, "immediately after: a."),
        ({"messages": [USER, use("a"), result("a", "b")]}, "messages.2: unexpected `tool_use_id`"),
        ({"messages": [USER, use("a"), result("a"), result("a")]}, "messages.3: unexpected `tool_use_id`"),
        (tool(name="a" * 129), "tools.0.name"),
        (tool(name=""), "tools.0.name"),
        (tool(more=1), "Extra inputs are not permitted"),
        (tool(input_schema={"properties": {}}), "tools.0.custom.input_schema.type"),
        (tool(input_schema={"type": "object", "oneOf": []}), "does not support oneOf, allOf, or anyOf"),
        (tool(strict=True, input_schema={"type": "object"}), "'additionalProperties' must be explicitly set"),
        ({"tool_choice": {"type": "tool"}, **tool()}, "tool_choice.tool.name"),
        ({"tool_choice": {"type": "auto"}, "tools": []}, "only be specified while providing tools"),
        (wants({"$defs": {"A": {"type": "string", "pattern": "x"}}, **OBJECT}), "pattern are not supported"),
        (wants({"anyOf": [{"type": "integer", "maximum": 1}]}), "maximum are not supported"),
    ],
)
def test_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedRequestError) as caught:
        accepted_request(LEAST | more)
    assert message in str(caught.value)
    assert caught.value.status == 400


def test_every_text_is_counted_in_order() -> None:
    blocks = [{"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "found"}]}]
    messages = [USER, use("a"), {"role": "user", "content": blocks}]
    assert list(accepted_request(LEAST | {"system": "Be brief.", "messages": messages}).texts()) == [
        "Be brief.",
        "Hello",
        "found",
    ]
