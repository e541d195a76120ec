"""A stand-in for OpenAI's Chat Completions and Responses: strict, deterministic, streaming, with faults on demand."""

import secrets
from collections.abc import Collection, Iterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox import openai_responses
from sandbox.openai_requests import ChatRequest, JsonSchemaFormat, accepted_request, texts_of
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

API_KEY = "sk-stand-in"
MODELS = frozenset({"gpt-4.1-mini", "gpt-5-mini"})
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
        return app

    def refusal(self, refused: RefusedRequestError) -> Response:
        return json_error(refused.status, _error(str(refused), param=refused.param, code=refused.code))

    async def create_chat_completion(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization"))
        request = self._checked(await http.body())
        step = await self.next_step()
        match step:
            case Fails():
                error = _error(step.message, step.type, code=step.code)
                return json_error(step.status, error, step.headers)
            case SendsBody():
                return Response(step.body, media_type=step.media_type)
            case FailsMidway():
                begun = list(self._chunks(request, Says(content="{}")))[:2]
                return event_stream([*begun, event(_error(step.message, code=step.type))])
            case CutsConnection():
                return event_stream(list(self._chunks(request, step.answer)), step)
            case Answers():
                return self._response(request, Says(content=smallest_answer(request)))
            case Says() | Calls():
                return self._response(request, step)

    async def create_response(self, http: Request) -> Response:
        self._check_key(http.headers.get("authorization"))
        sent = json_body(await http.body(), NO_JSON)
        request = openai_responses.accepted_request(sent)
        self._accept(request.model, sent)
        step, number = await self.next_step(), next(self.numbers)
        match step:
            case Fails():
                error = _error(step.message, step.type, code=step.code)
                return json_error(step.status, error, step.headers)
            case SendsBody():
                return Response(step.body, media_type=step.media_type)
            case FailsMidway():
                return event_stream(openai_responses.failing_events(request, step, number))
        said = step.answer if isinstance(step, CutsConnection) else step
        said = Says(content=request.smallest_answer) if isinstance(said, Answers) else said
        response = openai_responses.response_of(request, said, number)
        if not request.stream:
            return JSONResponse(response)
        events = list(openai_responses.events_of(request, response, number))
        return event_stream(events, step if isinstance(step, CutsConnection) else None)

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

    def _checked(self, body: bytes) -> ChatRequest:
        sent = json_body(body, NO_JSON)
        request = accepted_request(sent)
        if isinstance(request.response_format, JsonSchemaFormat) and not self.supports_json_schema:
            text = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
            raise RefusedRequestError(400, text, param="response_format")
        self._accept(request.model, sent)
        return request

    def _response(self, request: ChatRequest, step: Says | Calls) -> Response:
        if request.stream:
            return event_stream(list(self._chunks(request, step)))
        number = next(self.numbers)
        message, finish_reason = _message(step, number)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
        completion = _named(request, number, "chat.completion") | {"choices": [choice], "usage": _usage(request, step)}
        return JSONResponse(completion, headers={"x-request-id": f"req_{number}"})

    def _chunks(self, request: ChatRequest, step: Says | Calls) -> Iterator[str]:
        number = next(self.numbers)
        named = _named(request, number, "chat.completion.chunk")
        message, finish_reason = _message(step, number)

        def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
            return event(named | {"choices": [choice]})

        yield chunk({"role": "assistant", "content": None})
        for name in ("content", "refusal"):
            yield from (chunk({name: piece}) for piece in halves(message[name] or ""))
        for index, call in enumerate(message.get("tool_calls", ())):
            begun = call | {"index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
            yield chunk({"tool_calls": [begun]})
            for piece in halves(call["function"]["arguments"]):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield chunk({}, finish_reason)
        if request.stream_options and request.stream_options.include_usage:
            yield event(named | {"choices": [], "usage": _usage(request, step)})
        yield DONE


def _named(request: ChatRequest, number: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": CREATED, "model": request.model}


def _usage(request: ChatRequest, step: Says | Calls) -> dict[str, Any]:
    prompt = tokens_of(texts_of(request))
    completion = tokens_of([step.content or "", step.refusal or ""] if isinstance(step, Says) else step.arguments)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    }


def _message(step: Says | Calls, number: int) -> tuple[dict[str, Any], str]:
    if isinstance(step, Says):
        said: dict[str, Any] = {
            "role": "assistant",
            "content": step.content,
            "refusal": step.refusal,
            "annotations": [],
        }
        return said, step.finish_reason
    calls = [
        {"id": f"call_{number}_{place}", "type": "function", "function": {"name": step.name, "arguments": arguments}}
        for place, arguments in enumerate(step.arguments)
    ]
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}, "tool_calls"


def smallest_answer(request: ChatRequest) -> str:
    """The smallest text that the asked response format allows."""
    match request.response_format:
        case JsonSchemaFormat(json_schema=wanted):
            return smallest(wanted.schema_)
        case None:
            return KNOWS_NOTHING
    return "{}" if request.response_format.type == "json_object" else KNOWS_NOTHING


def _error(
    message: str, kind: str = "invalid_request_error", *, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """OpenAI's ErrorResponse."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
