"""A stand-in for OpenAI's Chat Completions and Responses: strict, deterministic, streaming, with faults on demand."""

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox import openai_embeddings, openai_responses
from sandbox.openai_requests import ChatRequest, JsonSchemaFormat, accepted_request, error_body, texts_of
from sandbox.scripted_model import (
    KNOWS_NOTHING,
    Calls,
    Fails,
    FailsMidway,
    ModelStandIn,
    RefusedRequestError,
    Says,
    SendsBody,
    event,
    halves,
    json_body,
    smallest,
    tokens_of,
)

API_KEY = "sk-stand-in"
MODELS = frozenset({"gpt-4.1-mini", "gpt-5-mini", "text-embedding-3-small"})
CREATED = 1_750_000_000
DONE = event("[DONE]")
NO_JSON = RefusedRequestError(400, "We could not parse the JSON body of your request.")


class OpenAiStandIn(ModelStandIn):
    """`POST /v1/chat/completions` and `POST /v1/responses`; the base URL for clients is `<address>/v1`."""

    def __init__(
        self, *, api_key: str = API_KEY, models: Collection[str] = MODELS, supports_json_schema: bool = True
    ) -> None:
        super().__init__("OpenAI", api_key=api_key, models=models)
        self.supports_json_schema = supports_json_schema

    def app(self) -> FastAPI:
        app = super().app()
        app.add_api_route("/v1/chat/completions", self.create_chat_completion, methods=["POST"])
        app.add_api_route("/v1/responses", self.create_response, methods=["POST"])
        app.add_api_route("/v1/embeddings", self.create_embedding, methods=["POST"])
        return app

    def refusal(self, refused: RefusedRequestError) -> Response:
        return JSONResponse(error_body(str(refused), param=refused.param, code=refused.code), refused.status)

    async def create_chat_completion(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization"))
        sent = json_body(await http.body(), NO_JSON)
        request = accepted_request(sent)
        if isinstance(request.response_format, JsonSchemaFormat) and not self.supports_json_schema:
            text = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
            raise RefusedRequestError(400, text, param="response_format")
        self._accept(request.model, sent)
        return await self.tell(_Telling(request, next(self.numbers)))

    async def create_response(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization"))
        sent = json_body(await http.body(), NO_JSON)
        request = openai_responses.accepted_request(sent)
        self._accept(request.model, sent)
        return await self.tell(openai_responses.AcceptedRequest(request, next(self.numbers)))

    async def create_embedding(self, http: Request) -> Response:
        """The vectors, unless a script says that it fails or sends a body of its own."""
        self._check_key(http.headers.get("authorization"))
        sent = json_body(await http.body(), NO_JSON)
        request = openai_embeddings.accepted_request(sent)
        self._accept(request.model, sent)
        entry = self.script.popleft() if self.script else None
        if isinstance(entry, Fails):
            error = error_body(entry.message, kind=entry.type, code=entry.code)
            return JSONResponse(error, entry.status, headers=entry.headers)
        if isinstance(entry, SendsBody):
            return Response(entry.body, media_type=entry.media_type)
        return JSONResponse(openai_embeddings.answer(request))

    def _accept(self, model: str, sent: dict[str, Any]) -> None:
        if model not in self.models:
            text = f"The model `{model}` does not exist or you do not have access to it."
            raise RefusedRequestError(404, text, code="model_not_found")
        self.requests.append(sent)

    def _check_key(self, authorization: str | None) -> None:
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise RefusedRequestError(401, "You didn't provide an API key.")
        if not secrets.compare_digest(key.encode(), self.api_key.encode()):
            text = f"Incorrect API key provided: {key[:3]}***{key[-4:]}."
            raise RefusedRequestError(401, text, code="invalid_api_key")


class _Telling:
    """One request for a chat completion in OpenAI's words."""

    def __init__(self, request: ChatRequest, number: int) -> None:
        self.stream = bool(request.stream)
        self._request = request
        self._number = number

    @property
    def smallest_answer(self) -> str:
        match self._request.response_format:
            case JsonSchemaFormat(json_schema=wanted):
                return smallest(wanted.schema_)
            case None:
                return KNOWS_NOTHING
        return "{}" if self._request.response_format.type == "json_object" else KNOWS_NOTHING

    def failure(self, entry: Fails) -> dict[str, Any]:
        return error_body(entry.message, entry.type, code=entry.code)

    def failing_events(self, entry: FailsMidway) -> Iterator[str]:
        yield from list(self.events(Says(content="{}")))[:2]
        yield event(error_body(entry.message, code=entry.type))

    def whole(self, said: Says | Calls) -> dict[str, Any]:
        message, finish_reason = _message(said, self._number)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
        return self._named("chat.completion") | {"choices": [choice], "usage": _usage(self._request, said)}

    def events(self, said: Says | Calls) -> Iterator[str]:
        message, finish_reason = _message(said, self._number)
        yield self._chunk({"role": "assistant", "content": None})
        for name in ("content", "refusal"):
            yield from (self._chunk({name: piece}) for piece in halves(message[name] or ""))
        for index, call in enumerate(message.get("tool_calls", ())):
            begun = call | {"index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
            yield self._chunk({"tool_calls": [begun]})
            for piece in halves(call["function"]["arguments"]):
                yield self._chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield self._chunk({}, finish_reason)
        if self._request.stream_options and self._request.stream_options.include_usage:
            yield event(self._named("chat.completion.chunk") | {"choices": [], "usage": _usage(self._request, said)})
        yield DONE

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return event(self._named("chat.completion.chunk") | {"choices": [choice]})

    def _named(self, kind: str) -> dict[str, Any]:
        named = {"id": f"chatcmpl-{self._number}", "object": kind, "created": CREATED}
        return {**named, "model": self._request.model}


def _usage(request: ChatRequest, entry: Says | Calls) -> dict[str, Any]:
    prompt = tokens_of(texts_of(request))
    completion = tokens_of([entry.content or "", entry.refusal or ""] if isinstance(entry, Says) else entry.arguments)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    }


def _message(entry: Says | Calls, number: int) -> tuple[dict[str, Any], str]:
    if isinstance(entry, Says):
        said: dict[str, Any] = {
            "role": "assistant",
            "content": entry.content,
            "refusal": entry.refusal,
            "annotations": [],
        }
        return said, entry.finish_reason
    calls = [
        {"id": f"call_{number}_{place}", "type": "function", "function": {"name": entry.name, "arguments": arguments}}
        for place, arguments in enumerate(entry.arguments)
    ]
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}, "tool_calls"
