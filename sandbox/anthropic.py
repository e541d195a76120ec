"""A stand-in for Anthropic's Messages API: strict, deterministic, streaming, with faults on demand."""

import json
import secrets
from collections.abc import Collection, Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.anthropic_requests import MessagesRequest, accepted_request
from sandbox.scripted_model import (
    KNOWS_NOTHING,
    Calls,
    Fails,
    FailsMidway,
    ModelStandIn,
    RefusedRequestError,
    Says,
    event,
    halves,
    json_body,
    smallest,
    tokens_of,
)

API_KEY = "sk-ant-stand-in"
MODELS = frozenset({"claude-sonnet-4-6", "claude-haiku-4-5"})
TYPE_OF_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


class AnthropicStandIn(ModelStandIn):
    """`POST /v1/messages`; the base URL for clients is its address."""

    def __init__(self, *, api_key: str = API_KEY, models: Collection[str] = MODELS) -> None:
        super().__init__("Anthropic", api_key=api_key, models=models)

    def app(self) -> FastAPI:
        app = super().app()
        app.add_api_route("/v1/messages", self.create_message, methods=["POST"])
        return app

    def refusal(self, refused: RefusedRequestError) -> Response:
        return JSONResponse(_error(refused.status, str(refused)), refused.status)

    async def create_message(self, http: Request) -> Response:
        self._check_headers(http)
        sent = json_body(await http.body(), RefusedRequestError(400, "The request body is not valid JSON"))
        request = accepted_request(sent)
        if request.model not in self.models:
            raise RefusedRequestError(404, f"model: {request.model}")
        self.requests.append(sent)
        return await self.tell(_Telling(request, next(self.numbers)))

    def _check_headers(self, http: Request) -> None:
        key = http.headers.get("x-api-key") or http.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(key.encode(), self.api_key.encode()):
            raise RefusedRequestError(401, "invalid x-api-key" if key else "x-api-key header is required")
        if http.headers.get("anthropic-version") not in VERSIONS:
            raise RefusedRequestError(400, "anthropic-version: header is required")


class _Telling:
    """One request in Anthropic's words."""

    def __init__(self, request: MessagesRequest, number: int) -> None:
        self.stream = request.stream
        self._request = request
        self._number = number

    @property
    def smallest_answer(self) -> str:
        return smallest(self._request.wanted) if self._request.wanted else KNOWS_NOTHING

    def failure(self, entry: Fails) -> dict[str, Any]:
        return _error(entry.status, entry.message, entry.code)

    def failing_events(self, entry: FailsMidway) -> Iterator[str]:
        yield from list(self.events(Says(content="{}")))[:3]
        yield event({"type": "error", "error": {"type": entry.type, "message": entry.message}}, "error")

    def whole(self, said: Says | Calls) -> dict[str, Any]:
        content, stop_reason = _content(said, self._number)
        return {
            "id": f"msg_{self._number}",
            "type": "message",
            "role": "assistant",
            "model": self._request.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {
                "input_tokens": tokens_of(self._request.texts()),
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": tokens_of([json.dumps(content)]),
            },
        }

    def events(self, said: Says | Calls) -> Iterator[str]:
        message = self.whole(said)
        usage = message["usage"]
        begun = message | {"content": [], "stop_reason": None, "usage": usage | {"output_tokens": 1}}
        yield event({"type": "message_start", "message": begun}, "message_start")
        yield event({"type": "ping"}, "ping")
        for index, block in enumerate(message["content"]):
            empty = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
            yield event({"type": "content_block_start", "index": index, "content_block": empty}, "content_block_start")
            for delta in _deltas(block):
                yield event({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")
            yield event({"type": "content_block_stop", "index": index}, "content_block_stop")
        stop = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        output = {"output_tokens": usage["output_tokens"]}
        yield event({"type": "message_delta", "delta": stop, "usage": output}, "message_delta")
        yield event({"type": "message_stop"}, "message_stop")


def _content(entry: Says | Calls, number: int) -> tuple[list[dict[str, Any]], str]:
    if isinstance(entry, Calls):
        text = {"type": "text", "text": "Let me look that up."}
        calls = [
            {"type": "tool_use", "id": f"toolu_{number}_{place}", "name": entry.name, "input": _input(arguments)}
            for place, arguments in enumerate(entry.arguments)
        ]
        return [text, *calls], "tool_use"
    if entry.refusal is not None:
        return [], "refusal"
    content = [{"type": "text", "text": entry.content}] if entry.content else []
    return content, STOP_REASONS[entry.finish_reason]


def _input(arguments: str) -> dict[str, Any]:
    """What is no JSON object cannot be said in this API."""
    try:
        parsed = json.loads(arguments)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _deltas(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        yield from ({"type": "text_delta", "text": piece} for piece in halves(block["text"]))
    else:
        pieces = halves(json.dumps(block["input"]))
        yield from ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)


def _error(status: int, message: str, kind: str | None = None) -> dict[str, Any]:
    kind = kind or TYPE_OF_STATUS.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_stand_in"}
