"""A stand-in for Cohere's Chat API (v2): strict, deterministic, streaming, with faults on demand."""

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.cohere_requests import ChatRequest, accepted_request
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

API_KEY = "co-stand-in"
MODELS = frozenset({"command-a-03-2025", "command-r-plus-08-2024"})
FINISH_REASONS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "content_filter": "ERROR_TOXIC"}


class CohereStandIn(ModelStandIn):
    """`POST /v2/chat`; the base URL for clients is its address."""

    def __init__(self, *, api_key: str = API_KEY, models: Collection[str] = MODELS) -> None:
        super().__init__("Cohere", api_key=api_key, models=models)

    def app(self) -> FastAPI:
        app = super().app()
        app.add_api_route("/v2/chat", self.chat, methods=["POST"])
        return app

    def refusal(self, refused: RefusedRequestError) -> Response:
        return JSONResponse(_error(str(refused)), refused.status)

    async def chat(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization", ""))
        sent = json_body(await http.body(), RefusedRequestError(400, "invalid json syntax"))
        request = accepted_request(sent)
        if request.model not in self.models:
            raise RefusedRequestError(
                404, f"model '{request.model}' not found, make sure the correct model ID was used"
            )
        self.requests.append(sent)
        return await self.tell(_Telling(request, next(self.numbers)))

    def _check_key(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secrets.compare_digest(key.encode(), self.api_key.encode()):
            raise RefusedRequestError(401, "invalid api token")


class _Telling:
    """One request in Cohere's words."""

    def __init__(self, request: ChatRequest, number: int) -> None:
        self.stream = request.stream
        self._request = request
        self._number = number

    @property
    def smallest_answer(self) -> str:
        wanted = self._request.response_format
        if wanted and wanted.json_schema:
            return smallest(wanted.json_schema)
        return "{}" if wanted and wanted.type == "json_object" else KNOWS_NOTHING

    def failure(self, entry: Fails) -> dict[str, Any]:
        return _error(entry.message)

    def failing_events(self, entry: FailsMidway) -> Iterator[str]:
        yield from list(self.events(Says(content="{}")))[:3]
        yield self._end(Says(), entry.type, {"error": entry.message})

    def whole(self, said: Says | Calls) -> dict[str, Any]:
        content = [{"type": "text", "text": _text(said)}] if _text(said) else None
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if isinstance(said, Calls):
            message |= {"tool_plan": "I will look that up.", "tool_calls": list(_tool_calls(said, self._number))}
        named = {"id": f"chat-{self._number}", "finish_reason": _finish_reason(said)}
        return {**named, "message": message, "usage": _usage(self._request, said)}

    def events(self, said: Says | Calls) -> Iterator[str]:
        begun = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
        started = {"id": f"chat-{self._number}", "type": "message-start", "delta": {"message": begun}}
        yield event(started, "message-start")
        if isinstance(said, Calls):
            yield from _call_events(said, self._number)
        elif _text(said):
            yield _told("content-start", {"content": {"type": "text", "text": ""}}, 0)
            for piece in halves(_text(said)):
                yield _told("content-delta", {"content": {"text": piece}}, 0)
            yield event({"type": "content-end", "index": 0}, "content-end")
        yield self._end(said, _finish_reason(said), {})

    def _end(self, said: Says | Calls, finish_reason: str, error: dict[str, str]) -> str:
        delta = {"finish_reason": finish_reason, "usage": _usage(self._request, said), **error}
        return event({"type": "message-end", "delta": delta}, "message-end")


def _call_events(said: Calls, number: int) -> Iterator[str]:
    yield _told("tool-plan-delta", {"tool_plan": "I will look that up."})
    for index, call in enumerate(_tool_calls(said, number)):
        started = {**call, "function": {**call["function"], "arguments": ""}}
        yield _told("tool-call-start", {"tool_calls": started}, index)
        for piece in halves(call["function"]["arguments"]):
            yield _told("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index)
        yield event({"type": "tool-call-end", "index": index}, "tool-call-end")


def _told(kind: str, message: dict[str, Any], index: int | None = None) -> str:
    place = {} if index is None else {"index": index}
    return event({"type": kind, **place, "delta": {"message": message}}, kind)


def _text(said: Says | Calls) -> str:
    """Cohere has no refusal of its own: the model says it."""
    return (said.refusal or said.content or "") if isinstance(said, Says) else ""


def _finish_reason(said: Says | Calls) -> str:
    return FINISH_REASONS[said.finish_reason] if isinstance(said, Says) else "TOOL_CALL"


def _tool_calls(said: Calls, number: int) -> Iterator[dict[str, Any]]:
    for place, arguments in enumerate(said.arguments):
        function = {"name": said.name, "arguments": arguments}
        yield {"id": f"{said.name}_{number}_{place}", "type": "function", "function": function}


def _usage(request: ChatRequest, said: Says | Calls) -> dict[str, Any]:
    written = tokens_of([_text(said)] if isinstance(said, Says) else said.arguments)
    read = tokens_of(request.texts())
    return {
        "billed_units": {"input_tokens": read, "output_tokens": written},
        "tokens": {"input_tokens": read + 500, "output_tokens": written + 10},
    }


def _error(message: str) -> dict[str, Any]:
    return {"id": "stand-in", "message": message}
