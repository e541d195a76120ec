"""The stand-in for OpenAI: what it answers, what it refuses, and how it fails on demand."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.openai import API_KEY, OpenAiStandIn
from sandbox.serving import serving
from tests.openai_description import problems

HELLO: dict[str, Any] = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "Hello"}]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["answer", "question"]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "best": {"$ref": "#/$defs/Part"},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
    "required": ["kind", "parts", "best", "maybe"],
    "additionalProperties": False,
    "$defs": {
        "Part": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "sure": {"type": "boolean"}},
            "required": ["text", "sure"],
            "additionalProperties": False,
        }
    },
}


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
    return client.post("/v1/chat/completions", json=HELLO | changes)


def queue(client: httpx.Client, *entries: dict[str, Any]) -> None:
    client.post("/sandbox/script", json=list(entries)).raise_for_status()


def said(response: httpx.Response) -> Any:
    return response.json()["choices"][0]["message"]


class TestAnswers:
    def test_without_a_script_it_says_the_smallest_answer(self, client: httpx.Client) -> None:
        wanted = {"type": "json_schema", "json_schema": {"name": "Reply", "schema": SCHEMA, "strict": True}}
        answer = json.loads(said(ask(client, response_format=wanted))["content"])
        assert answer == {"kind": "answer", "parts": [], "best": {"text": "", "sure": False}, "maybe": 0}
        in_json = [{"role": "user", "content": "Say it in JSON"}]
        assert said(ask(client, response_format={"type": "json_object"}, messages=in_json))["content"] == "{}"
        assert said(ask(client))["content"] == said(ask(client, response_format={"type": "text"}))["content"]

    def test_the_same_request_gets_the_same_answer(self, client: httpx.Client) -> None:
        first, second = ask(client).json(), ask(client).json()
        assert first.pop("id") != second.pop("id")
        assert first == second

    def test_a_script_is_followed_step_by_step(self, client: httpx.Client) -> None:
        queue(
            client, {"kind": "says", "content": "One.", "times": 2}, {"kind": "calls", "name": "f", "arguments": ["{}"]}
        )
        assert [said(ask(client))["content"] for _ in range(2)] == ["One.", "One."]
        called = ask(client).json()["choices"][0]
        assert called["finish_reason"] == "tool_calls"
        assert called["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}

    def test_accepted_requests_are_shown(self, client: httpx.Client) -> None:
        ask(client, temperature=9)
        ask(client, temperature=1)
        assert client.get("/sandbox/requests").json() == [HELLO | {"temperature": 1}]

    def test_an_unknown_step_is_refused(self, client: httpx.Client) -> None:
        assert client.post("/sandbox/script", json=[{"kind": "explodes"}]).status_code == 422

    @pytest.mark.shared
    @pytest.mark.parametrize(
        "entry",
        [
            {"kind": "answers"},
            {"kind": "says", "refusal": "No."},
            {"kind": "says", "content": "cut of", "finish_reason": "length"},
            {"kind": "calls", "name": "f", "arguments": ["{}", "{}"]},
        ],
    )
    def test_answers_are_as_the_api_describes_them(self, client: httpx.Client, entry: dict[str, Any]) -> None:
        queue(client, entry)
        answer = ask(client).json()
        assert problems("CreateChatCompletionResponse", answer) == []
        assert problems("CreateChatCompletionResponse", answer | {"choices": [{}]})


class TestFaults:
    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_errors(self, client: httpx.Client, status: int) -> None:
        queue(client, {"kind": "fails", "status": status, "headers": {"retry-after": "2"}})
        response = ask(client)
        assert (response.status_code, response.headers["retry-after"]) == (status, "2")
        assert ask(client).status_code == 200

    def test_a_cut_connection(self, client: httpx.Client) -> None:
        queue(client, {"kind": "cuts_connection"})
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            ask(client)

    def test_a_late_answer(self, client: httpx.Client) -> None:
        queue(client, {"kind": "answers", "after_seconds": 60})
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/chat/completions", json=HELLO, timeout=0.2)

    def test_a_body_that_is_no_completion(self, client: httpx.Client) -> None:
        queue(client, {"kind": "sends_body", "body": "<html>", "media_type": "text/html"})
        response = ask(client)
        assert (response.status_code, response.text) == (200, "<html>")


class TestRefusals:
    @pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer sk-wrong", "Bearer schlüssel"])
    def test_keys(self, client: httpx.Client, header: str) -> None:
        response = client.post("/v1/chat/completions", json=HELLO, headers={b"Authorization": header.encode()})
        assert response.status_code == 401

    def test_models(self, client: httpx.Client) -> None:
        response = ask(client, model="gpt-99")
        assert (response.status_code, response.json()["error"]["code"]) == (404, "model_not_found")

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
    def test_bodies(self, client: httpx.Client, body: bytes) -> None:
        assert client.post("/v1/chat/completions", content=body).status_code == 400

    @pytest.mark.parametrize(("method", "path"), [("GET", "/v1/chat/completions"), ("POST", "/v1/completions")])
    def test_addresses(self, client: httpx.Client, method: str, path: str) -> None:
        response = client.request(method, path)
        assert response.status_code in (404, 405)
        assert "Invalid URL" in response.json()["error"]["message"]

    @pytest.mark.shared
    def test_errors_are_as_the_api_describes_them(self, client: httpx.Client) -> None:
        refused = ask(client, model="gpt-99").json()
        assert problems("ErrorResponse", refused) == []
        assert problems("ErrorResponse", {"detail": "x"})
