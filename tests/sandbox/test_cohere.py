"""The stand-in for Cohere: what it answers, and what it refuses as Cohere does."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.cohere import API_KEY, CohereStandIn
from sandbox.serving import serving

USER = {"role": "user", "content": "Hello, answer in JSON"}
HELLO: dict[str, Any] = {"model": "command-a-03-2025", "messages": [USER]}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
CALL = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "x"}


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    with (
        serving(CohereStandIn().app()) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {API_KEY}"}, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def client(served: httpx.Client) -> httpx.Client:
    served.delete("/sandbox/script").raise_for_status()
    return served


def ask(client: httpx.Client, **changes: Any) -> httpx.Response:
    return client.post("/v2/chat", json=HELLO | changes)


def with_format(schema: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_object", "json_schema": schema}, **changes}


def tools(parameters: dict[str, Any] = SCHEMA, name: str = "f") -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": {"name": name, "parameters": parameters}}], "strict_tools": True}


def test_without_a_script_it_says_the_smallest_answer(client: httpx.Client) -> None:
    answer = ask(client, **with_format(SCHEMA)).json()
    assert json.loads(answer["message"]["content"][0]["text"]) == {"text": ""}
    assert answer["finish_reason"] == "COMPLETE"
    assert answer["usage"]["billed_units"]["input_tokens"] < answer["usage"]["tokens"]["input_tokens"]


def test_a_call_without_a_stream(client: httpx.Client) -> None:
    client.post("/sandbox/script", json=[{"kind": "calls", "name": "f", "arguments": ["{}"]}])
    answer = ask(client, **tools()).json()
    assert answer["finish_reason"] == "TOOL_CALL"
    assert answer["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}


def test_a_stream_tells_the_same_in_pieces(client: httpx.Client) -> None:
    client.post("/sandbox/script", json=[{"kind": "calls", "name": "f", "arguments": ['{"query": "x"}']}])
    told = ask(client, stream=True, **tools()).text
    kinds = [line.removeprefix("event: ") for line in told.splitlines() if line.startswith("event: ")]
    assert kinds == [
        "message-start",
        "tool-plan-delta",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-delta",
        "tool-call-end",
        "message-end",
    ]


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc"])
def test_keys(client: httpx.Client, header: str) -> None:
    response = client.post("/v2/chat", json=HELLO, headers={"Authorization": header})
    assert (response.status_code, response.json()["message"]) == (401, "invalid api token")


def test_models(client: httpx.Client) -> None:
    assert ask(client, model="command-99").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_bodies(client: httpx.Client, body: bytes) -> None:
    assert client.post("/v2/chat", content=body).status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"messages": []}, "messages: List should have at least 1 item"),
        ({"retries": 3}, "retries: Extra inputs are not permitted"),
        ({"tool_choice": "REQUIRED"}, "tool_choice requires tools"),
        ({"messages": [RESULT]}, "not found in previous tool calls"),
        ({"messages": [USER, CALL]}, "must be followed by tool messages"),
        ({"messages": [USER, CALL, USER, RESULT]}, "must be followed by tool messages"),
        (with_format(SCHEMA, **tools()), "response_format is not supported with tools"),
        (with_format(SCHEMA, messages=[{"role": "user", "content": "Hello"}]), "instruct the model to generate JSON"),
        (with_format({"type": "array", "items": SCHEMA}), "top level type of a schema must be object"),
        (with_format(SCHEMA | {"additionalProperties": False}), "not supported: additionalProperties"),
        (with_format(SCHEMA | {"properties": {"n": {"type": "number", "minimum": 0}}}), "not supported: minimum"),
        (with_format({"type": "object", "properties": {}}), "at least one required field"),
        (tools({"type": "object", "properties": {}}), "at least one required field"),
        (tools(name="search knowledge"), "tools.0.function.name"),
    ],
)
def test_requests_that_are_refused(client: httpx.Client, changes: dict[str, Any], message: str) -> None:
    response = ask(client, **changes)
    assert response.status_code in {400, 422}
    assert message in response.json()["message"]
    assert client.get("/sandbox/requests").json() == []


def test_calls_with_their_results_are_accepted(client: httpx.Client) -> None:
    assert ask(client, messages=[USER, CALL, RESULT], **tools()).status_code == 200
