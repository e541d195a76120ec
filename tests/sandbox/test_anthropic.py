"""The stand-in for Anthropic: what it answers, and what it refuses as Anthropic does."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.anthropic import API_KEY, AnthropicStandIn
from sandbox.serving import serving

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Hello"}],
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}]}


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    headers = {"x-api-key": API_KEY, "anthropic-version": "2023-06-01"}
    with (
        serving(AnthropicStandIn().app()) as address,
        httpx.Client(base_url=address, headers=headers, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def client(served: httpx.Client) -> httpx.Client:
    served.delete("/sandbox/script").raise_for_status()
    return served


def ask(client: httpx.Client, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    return client.post("/v1/messages", json=HELLO | changes, headers=headers)


def with_format(schema: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def tool(**changes: Any) -> dict[str, Any]:
    return {"tools": [{"name": "f", "input_schema": SCHEMA, "strict": True} | changes]}


def test_without_a_script_it_says_the_smallest_answer(client: httpx.Client) -> None:
    answer = ask(client, **with_format(SCHEMA)).json()
    assert json.loads(answer["content"][0]["text"]) == {"text": ""}
    assert (answer["role"], answer["stop_reason"]) == ("assistant", "end_turn")


def test_a_stream_tells_the_same_in_pieces(client: httpx.Client) -> None:
    client.post("/sandbox/script", json=[{"kind": "calls", "name": "f", "arguments": ['{"query": "x"}']}])
    told = ask(client, stream=True).text
    kinds = [line.removeprefix("event: ") for line in told.splitlines() if line.startswith("event: ")]
    assert (kinds[0], kinds[-2:]) == ("message_start", ["message_delta", "message_stop"])
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2
    assert "input_json_delta" in told


def test_a_key_comes_by_either_header(client: httpx.Client) -> None:
    assert ask(client, {"x-api-key": "", "authorization": f"Bearer {API_KEY}"}).status_code == 200


def test_accepted_requests_are_shown(client: httpx.Client) -> None:
    ask(client, temperature=9)
    ask(client, temperature=1)
    assert client.get("/sandbox/requests").json() == [HELLO | {"temperature": 1}]


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({"x-api-key": "wrong"}, 401, "authentication_error"),
        ({"x-api-key": ""}, 401, "authentication_error"),
        ({"anthropic-version": "1999-01-01"}, 400, "invalid_request_error"),
    ],
)
def test_headers(client: httpx.Client, headers: dict[str, str], status: int, kind: str) -> None:
    response = ask(client, headers)
    assert (response.status_code, response.json()["error"]["type"]) == (status, kind)


def test_models(client: httpx.Client) -> None:
    response = ask(client, model="claude-99")
    assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_bodies(client: httpx.Client, body: bytes) -> None:
    assert client.post("/v1/messages", content=body).status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_tokens": None}, "max_tokens: Input should be a valid integer"),
        ({"messages": []}, "messages: List should have at least 1 item"),
        ({"retries": 3}, "retries: Extra inputs are not permitted"),
        ({"temperature": 2}, "temperature: Input should be less than or equal to 1"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages.0.role"),
        ({"messages": [*HELLO["messages"], USE]}, "messages.1: `tool_use` ids were found without"),
        ({"messages": [*HELLO["messages"], USE, *HELLO["messages"]]}, "immediately after: t1"),
        ({"messages": [RESULT]}, "messages.0: unexpected `tool_use_id`"),
        ({"tool_choice": {"type": "auto"}}, "tool_choice may only be specified while providing tools"),
        (tool(name="search knowledge"), "tools.0.name"),
        (tool(input_schema={"type": "string"}), "tools.0.custom.input_schema.type"),
        (tool(input_schema={"type": "object", "anyOf": [SCHEMA]}), "anyOf at the top level"),
        (tool(input_schema=SCHEMA | {"additionalProperties": True}), "'additionalProperties' must be explicitly set"),
        (with_format(SCHEMA | {"properties": {"n": {"type": "number", "minimum": 0}}}), "minimum are not supported"),
        (with_format(SCHEMA | {"properties": {"n": {"type": "array", "items": {"type": "object"}}}}), "'object' type"),
    ],
)
def test_requests_that_are_refused(client: httpx.Client, changes: dict[str, Any], message: str) -> None:
    response = ask(client, **changes)
    assert response.status_code == 400
    assert message in response.json()["error"]["message"]
    assert client.get("/sandbox/requests").json() == []


def test_calls_with_their_results_are_accepted(client: httpx.Client) -> None:
    assert ask(client, messages=[*HELLO["messages"], USE, RESULT], **tool()).status_code == 200
