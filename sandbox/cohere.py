"""A stand-in for Cohere's Chat API (v2): strict, deterministic, streaming, with faults on demand."""

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.cohere_requests import ChatRequest, accepted_request
from sandbox.scripted_model import (
    KNOWS_NOTHING,
    Answers,
    Calls,
    CutsConnection,
    Fails,
    FailsMidway,
    ModelStandIn,
    RefusedRequestError,
    Says,
    SendsBody,
    event,
    event_stream,
    halves,
    json_body,
    json_error,
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
        return json_error(refused.status, _error(str(refused)))

    async def chat(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization", ""))
        sent = json_body(await http.body(), RefusedRequestError(400, "invalid json syntax"))
        request = accepted_request(sent)
        if request.model not in self.models:
            raise RefusedRequestError(
                404, f"model '{request.model}' not found, make sure the correct model ID was used"
            )
        self.requests.append(sent)
        step, number = await self.next_step(), next(self.numbers)
        match step:
            case Fails():
                return json_error(step.status, _error(step.message), step.headers)
            case SendsBody():
                return Response(step.body, media_type=step.media_type)
            case FailsMidway():
                begun = list(_events(request, Says(content="{}"), number))[:3]
                return event_stream([*begun, _end(request, Says(), step.type, step.message)])
        said = step.answer if isinstance(step, CutsConnection) else step
        said = Says(content=_smallest_answer(request)) if isinstance(said, Answers) else said
        if not request.stream:
            return JSONResponse(_response(request, said, number))
        return event_stream(list(_events(request, said, number)), step if isinstance(step, CutsConnection) else None)

    def _check_key(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secrets.compare_digest(key.encode(), self.api_key.encode()):
            raise RefusedRequestError(401, "invalid api token")


def _response(request: ChatRequest, said: Says | Calls, number: int) -> dict[str, Any]:
    content = [{"type": "text", "text": _text(said)}] if _text(said) else None
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if isinstance(said, Calls):
        message |= {"tool_plan": "I will look that up.", "tool_calls": list(_tool_calls(said, number))}
    named = {"id": f"chat-{number}", "finish_reason": _finish_reason(said)}
    return {**named, "message": message, "usage": _usage(request, said)}


def _events(request: ChatRequest, said: Says | Calls, number: int) -> Iterator[str]:
    begun = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield event({"id": f"chat-{number}", "type": "message-start", "delta": {"message": begun}}, "message-start")
    if isinstance(said, Calls):
        yield _told("tool-plan-delta", {"tool_plan": "I will look that up."})
        for index, call in enumerate(_tool_calls(said, number)):
            arguments = call["function"]["arguments"]
            started = {**call, "function": {**call["function"], "arguments": ""}}
            yield _told("tool-call-start", {"tool_calls": started}, index)
            for piece in halves(arguments):
                yield _told("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index)
            yield event({"type": "tool-call-end", "index": index}, "tool-call-end")
    elif _text(said):
        yield _told("content-start", {"content": {"type": "text", "text": ""}}, 0)
        for piece in halves(_text(said)):
            yield _told("content-delta", {"content": {"text": piece}}, 0)
        yield event({"type": "content-end", "index": 0}, "content-end")
    yield _end(request, said, _finish_reason(said))


def _told(kind: str, message: dict[str, Any], index: int | None = None) -> str:
    place = {} if index is None else {"index": index}
    return event({"type": kind, **place, "delta": {"message": message}}, kind)


def _end(request: ChatRequest, said: Says | Calls, finish_reason: str, error: str | None = None) -> str:
    delta = {"finish_reason": finish_reason, "usage": _usage(request, said), **({"error": error} if error else {})}
    return event({"type": "message-end", "delta": delta}, "message-end")


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


def _smallest_answer(request: ChatRequest) -> str:
    wanted = request.response_format
    if wanted and wanted.json_schema:
        return smallest(wanted.json_schema)
    return "{}" if wanted and wanted.type == "json_object" else KNOWS_NOTHING


def _error(message: str) -> dict[str, Any]:
    return {"id": "stand-in", "message": message}
