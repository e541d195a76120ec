"""Which requests the stand-in refuses, as OpenAI does."""

import copy
from typing import Any

import pytest

from sandbox.openai_requests import accepted_request
from sandbox.scripted_model import RefusedRequestError

USER: dict[str, Any] = {"role": "user", "content": "Hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "found"}
EMPTY: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def body(**changes: Any) -> dict[str, Any]:
    return {"model": "gpt-4.1-mini", "messages": [USER]} | copy.deepcopy(changes)


def with_schema(schema: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    return body(
        response_format={"type": "json_schema", "json_schema": {"name": "r", "schema": schema, "strict": strict}}
    )


def with_tool(**function: Any) -> dict[str, Any]:
    return body(tools=[{"type": "function", "function": {"name": "f"} | function}])


def one_property(schema: dict[str, Any]) -> dict[str, Any]:
    return EMPTY | {"properties": {"x": schema}, "required": ["x"]}


@pytest.mark.parametrize(
    "accepted",
    [
        body(),
        body(messages=[{"role": "developer", "content": [{"type": "text", "text": "Be kind"}]}, USER]),
        body(messages=[USER, CALLING, RESULT, USER]),
        body(temperature=0.2, max_completion_tokens=100, seed=1, stop=["x"], store=False, metadata={"a": "b"}),
        body(response_format={"type": "json_object"}, messages=[{"role": "user", "content": "as json"}]),
        with_schema(EMPTY),
        with_schema({"type": "object", "default": {}}, strict=False),
        with_tool(parameters=EMPTY, strict=True) | {"tool_choice": "none", "parallel_tool_calls": False},
        with_tool() | {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    ],
)
def test_accepted(accepted: dict[str, Any]) -> None:
    assert accepted_request(accepted).model == "gpt-4.1-mini"


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        ({"model": "x"}, "Missing required parameter: 'messages'"),
        ({"messages": [USER]}, "Missing required parameter: 'model'"),
        (body(retries=3), "Unrecognized request argument supplied: retries"),
        (body(messages=[USER | {"mood": "good"}]), r"Unknown parameter: 'messages\[0\].mood'"),
        (body(messages=[]), "Invalid value for 'messages'"),
        (body(messages=[{"role": "robot", "content": "x"}]), r"Invalid value for 'messages\[0\]'"),
        (body(messages=[{"role": "user"}]), r"Missing required parameter: 'messages\[0\].content'"),
        (body(messages=[USER, RESULT]), "must be a response to a preceeding message"),
        (body(messages=[USER, CALLING]), "must be followed by tool messages"),
        (body(messages=[USER, CALLING, USER, RESULT]), "must be followed by tool messages"),
        (body(temperature=3), "Invalid value for 'temperature'"),
        (body(stream="often"), "Invalid value for 'stream'"),
        (body(stream_options={}), "only allowed when 'stream' is enabled"),
        (body(tool_choice="auto"), "only allowed when 'tools' are specified"),
        (body(parallel_tool_calls=True), "only allowed when 'tools' are specified"),
        (body(tools=[]), "Invalid value for 'tools'"),
        (with_tool(name="search knowledge"), "Invalid value for 'tools"),
        (with_tool(parameters={"type": "object", "oneOf": [EMPTY]}), "at the top level"),
        (with_tool(parameters={"type": "object"}, strict=True), "Invalid schema for function 'f'"),
        (body(response_format={"type": "yaml"}), "Invalid value for 'response_format'"),
        (body(response_format={"type": "json_schema"}), "Missing required parameter: 'response_format"),
        (body(response_format={"type": "json_object"}), "must contain the word 'json'"),
        (with_schema({"type": "array", "items": EMPTY}), "must be a JSON Schema of 'type: \"object\"'"),
        (with_schema(EMPTY | {"additionalProperties": True}), "'additionalProperties' is required"),
        (with_schema(EMPTY | {"properties": {"x": {"type": "string"}}}), "'required' is required"),
        (with_schema(one_property({"type": "string", "default": ""})), "'default' is not permitted"),
        (with_schema(one_property({"type": "array", "items": {"type": "object"}})), "'additionalProperties'"),
        (with_schema(one_property({"anyOf": [{"type": "object"}]})), "'additionalProperties'"),
        (with_schema(EMPTY | {"$defs": {"X": {"type": "object"}}}), "'additionalProperties'"),
    ],
)
def test_refused(refused: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedRequestError, match=message) as caught:
        accepted_request(refused)
    assert caught.value.status == 400
