"""What Cohere's endpoint takes and refuses, request by request, without a server."""

from typing import Any

import pytest

from sandbox.cohere_requests import accepted_request
from sandbox.scripted_model import RefusedRequestError

USER: dict[str, Any] = {"role": "user", "content": "Answer in JSON"}
LEAST: dict[str, Any] = {"model": "command", "messages": [USER]}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


def calls(*ids: str) -> dict[str, Any]:
    made = [{"id": one, "type": "function", "function": {"name": "f", "arguments": "{}"}} for one in ids]
    return {"role": "assistant", "tool_plan": "I look it up.", "tool_calls": made}


def result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "x"}


def tools(parameters: dict[str, Any] = OBJECT, **more: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": {"name": "f", "parameters": parameters}}], **more}


def wants(schema: dict[str, Any] | None) -> dict[str, Any]:
    return {"response_format": {"type": "json_object", "json_schema": schema}}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"temperature": 0, "seed": 7, "safety_mode": "OFF", "max_tokens": 1},
        {"messages": [{"role": "system", "content": [{"type": "text", "text": "Be brief."}]}, USER]},
        {"messages": [USER, calls("a", "b"), result("b"), result("a")]},
        {"messages": [USER, calls("a"), result("a"), calls("b"), result("b"), USER]},
        {"messages": [USER, {"role": "assistant", "content": "Hi"}, USER]},
        tools(tool_choice="REQUIRED"),
        tools({"type": "object", "properties": {}}),
        wants(OBJECT),
        wants(None),
        {"response_format": {"type": "text"}, **tools()},
    ],
)
def test_accepted(more: dict[str, Any]) -> None:
    assert accepted_request(LEAST | more).model == "command"


@pytest.mark.parametrize(
    ("more", "status", "message"),
    [
        ({"max_tokens": 0}, 422, "max_tokens: Input should be greater than or equal to 1"),
        ({"temperature": -1}, 422, "temperature: Input should be greater than or equal to 0"),
        ({"tool_choice": "AUTO", **tools()}, 422, "tool_choice"),
        ({"messages": [{"role": "user", "content": []}]}, 422, "messages.0"),
        ({"messages": [{"role": "customer", "content": "x"}]}, 422, "messages.0"),
        ({"messages": [USER, result("a")]}, 400, "tool call id a not found"),
        ({"messages": [USER, calls("a"), result("a"), result("a")]}, 400, "tool call id a not found"),
        ({"messages": [USER, calls("a", "b"), result("a")]}, 400, "must be followed by tool messages"),
        ({"messages": [USER, calls("a"), USER]}, 400, "must be followed by tool messages"),
        ({"tool_choice": "NONE"}, 400, "tool_choice requires tools"),
        (tools({"type": "object", "properties": {}}, strict_tools=True), 400, "at least one required field"),
        (wants(OBJECT | {"properties": {"a": {"anyOf": []}}}), 400, "not supported: anyOf"),
        (wants(OBJECT | {"$defs": {"B": {"type": "string", "minLength": 1}}}), 400, "not supported: minLength"),
        (wants({"type": "string"}), 400, "top level type of a schema must be object"),
    ],
)
def test_refused(more: dict[str, Any], status: int, message: str) -> None:
    with pytest.raises(RefusedRequestError) as caught:
        accepted_request(LEAST | more)
    assert message in str(caught.value)
    assert caught.value.status == status


def test_json_must_be_asked_for_in_words_too() -> None:
    silent = {"messages": [{"role": "user", "content": "Answer"}], **wants(OBJECT)}
    with pytest.raises(RefusedRequestError, match="instruct the model to generate JSON"):
        accepted_request(LEAST | silent)
