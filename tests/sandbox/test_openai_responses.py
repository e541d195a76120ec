"""The stand-in for OpenAI's Responses: answers as OpenAI describes them, and what it refuses."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.openai import API_KEY, OpenAiStandIn
from sandbox.serving import serving
from tests.openai_description import problems

HELLO: dict[str, Any] = {"model": "gpt-4.1-mini", "input": "Hello"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "x"}


@pytest.fixture(scope="module")
def served() -> Iterator[httpx.Client]:
    with (
        serving(OpenAiStandIn().app()) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {API_KEY}"}, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def client(served: httpx.Client) -> httpx.Client:
    served.delete("/sandbox/script").raise_for_status()
    return served


def ask(client: httpx.Client, **changes: Any) -> httpx.Response:
    return client.post("/v1/responses", json=HELLO | changes)


def with_format(schema: dict[str, Any]) -> dict[str, Any]:
    return {"text": {"format": {"type": "json_schema", "name": "r", "schema": schema, "strict": True}}}


def tool(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"tools": [{"type": "function", "name": "f", "parameters": parameters, "strict": True}]}


def test_without_a_script_it_says_the_smallest_answer(client: httpx.Client) -> None:
    answer = ask(client, **with_format(SCHEMA)).json()
    assert json.loads(answer["output"][0]["content"][0]["text"]) == {"text": ""}
    assert answer["status"] == "completed"


@pytest.mark.shared
@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "answers"},
        {"kind": "says", "refusal": "No."},
        {"kind": "says", "content": "cut of", "finish_reason": "length"},
        {"kind": "calls", "name": "f", "arguments": ["{}", '{"query": "x"}']},
        {"kind": "fails_midway", "type": "server_error"},
    ],
)
def test_answers_are_as_the_api_describes_them(client: httpx.Client, entry: dict[str, Any]) -> None:
    client.post("/sandbox/script", json=[entry]).raise_for_status()
    lines = ask(client, stream=True, **with_format(SCHEMA)).text.splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert [problems("ResponseStreamEvent", one) for one in told] == [[] for _ in told]
    response = told[-1]["response"]
    assert problems("Response", response) == []
    assert problems("Response", response | {"output": [{"type": "message"}]})
    assert problems("ResponseStreamEvent", told[0] | {"type": "response.renamed"})


def test_an_unknown_model(client: httpx.Client) -> None:
    response = ask(client, model="gpt-99")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": []}, "Invalid value for 'input"),
        ({"retries": 3}, "Unrecognized request argument supplied: retries"),
        ({"temperature": 3}, "Invalid value for 'temperature'"),
        ({"input": [OUTPUT]}, "No tool call found for function call output with call_id c1"),
        ({"input": [CALL]}, "No tool output found for function call c1"),
        (with_format(SCHEMA | {"additionalProperties": True}), "'additionalProperties' is required"),
        (tool({"type": "object", "properties": {}}), "'additionalProperties' is required"),
    ],
)
def test_requests_that_are_refused(client: httpx.Client, changes: dict[str, Any], message: str) -> None:
    response = ask(client, **changes)
    assert response.status_code == 400
    assert message in response.json()["error"]["message"]


def test_calls_with_their_outputs_are_accepted(client: httpx.Client) -> None:
    assert ask(client, input=[{"role": "user", "content": "x"}, CALL, OUTPUT]).status_code == 200
