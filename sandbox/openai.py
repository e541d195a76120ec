"""A stand-in for OpenAI's Chat Completions API: strict, deterministic, with faults on demand.

`POST /sandbox/script` queues what the next requests meet, one step each; without a script the model says the smallest
answer that the asked format allows. `DELETE /sandbox/script` starts afresh. `GET /sandbox/requests` shows the bodies
that were accepted, the newest last.
"""

import json
import secrets
from collections import deque
from collections.abc import Collection, Iterable
from itertools import count
from typing import Annotated, Any, Literal

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from sandbox.openai_requests import ChatRequest, JsonSchemaFormat, RefusedRequestError, accepted_request, texts_of

API_KEY = "sk-stand-in"
MODELS = frozenset({"gpt-4.1-mini", "gpt-5-mini"})
CREATED = 1_750_000_000
REMEMBERED_REQUESTS = 1000
CHARACTERS_PER_TOKEN = 4


class Step(BaseModel):
    """What one request meets, after so many seconds; `times` repeats it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int = Field(1, ge=1)
    after_seconds: float = Field(0, ge=0)


class Answers(Step):
    """The model says the smallest answer that the asked format allows: what happens without a script."""

    kind: Literal["answers"] = "answers"


class Says(Step):
    """The model answers, refuses, or is stopped (`length`, `content_filter`). No content at all is possible too."""

    kind: Literal["says"] = "says"
    content: str | None = None
    refusal: str | None = None
    finish_reason: Literal["stop", "length", "content_filter"] = "stop"


class Calls(Step):
    """The model calls a tool, once for each of the `arguments` (JSON texts)."""

    kind: Literal["calls"] = "calls"
    name: str
    arguments: tuple[str, ...] = Field(min_length=1)


class Fails(Step):
    """An error response: 429 with `retry-after`, 500, 503, or any other."""

    kind: Literal["fails"] = "fails"
    status: int = Field(ge=400, le=599)
    message: str = "The server had an error while processing your request. Sorry about that!"
    type: str = "server_error"
    code: str | None = None
    headers: dict[str, str] = {}


class CutsConnection(Step):
    """The connection ends in the middle of the response."""

    kind: Literal["cuts_connection"] = "cuts_connection"


class SendsBody(Step):
    """Status 200 with a body that may be anything, such as a proxy's login page."""

    kind: Literal["sends_body"] = "sends_body"
    body: str
    media_type: str = "application/json"


AnyStep = Annotated[Answers | Says | Calls | Fails | CutsConnection | SendsBody, Field(discriminator="kind")]


class OpenAiStandIn:
    """The state of one stand-in: what it accepts, its script, the requests it accepted, how many it refused."""

    def __init__(
        self, *, api_key: str = API_KEY, models: Collection[str] = MODELS, supports_json_schema: bool = True
    ) -> None:
        self.api_key = api_key
        self.models = models
        self.supports_json_schema = supports_json_schema
        self.script: deque[AnyStep] = deque()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.refused = 0
        self._numbers = count(1)

    def queue(self, *steps: AnyStep) -> None:
        self.script.extend(step for step in steps for _ in range(step.times))

    def reset(self) -> None:
        self.script.clear()
        self.requests.clear()
        self.refused = 0

    async def answer(self, authorization: str | None, body: bytes) -> Response:
        """The response to one request. Raises RefusedRequestError."""
        self._check_key(authorization)
        request = self._checked(body)
        step: AnyStep = self.script.popleft() if self.script else Answers()
        await anyio.sleep(step.after_seconds)
        match step:
            case Fails():
                return error_response(step.status, step.message, step.type, code=step.code, headers=step.headers)
            case CutsConnection():
                return CutResponse()
            case SendsBody():
                return Response(step.body, media_type=step.media_type)
            case Answers():
                return self._completion(request, Says(content=smallest_answer(request)))
            case Says() | Calls():
                return self._completion(request, step)

    def _check_key(self, authorization: str | None) -> None:
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise RefusedRequestError(401, "You didn't provide an API key.")
        if not secrets.compare_digest(key.encode(), self.api_key.encode()):
            text = f"Incorrect API key provided: {key[:3]}***{key[-4:]}."
            raise RefusedRequestError(401, text, code="invalid_api_key")

    def _checked(self, body: bytes) -> ChatRequest:
        try:
            parsed = json.loads(body)
        except ValueError:
            raise RefusedRequestError(400, "We could not parse the JSON body of your request.") from None
        if not isinstance(parsed, dict):
            raise RefusedRequestError(400, "The JSON body of your request must be an object.")
        request = accepted_request(parsed)
        if request.model not in self.models:
            text = f"The model `{request.model}` does not exist or you do not have access to it."
            raise RefusedRequestError(404, text, code="model_not_found")
        if isinstance(request.response_format, JsonSchemaFormat) and not self.supports_json_schema:
            text = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
            raise RefusedRequestError(400, text, param="response_format")
        self.requests.append(parsed)
        return request

    def _completion(self, request: ChatRequest, step: Says | Calls) -> Response:
        number = next(self._numbers)
        message, finish_reason = _message(step, number)
        prompt_tokens = _tokens(texts_of(request))
        completion_tokens = _tokens([step.content or "", step.refusal or ""] if isinstance(step, Says) else [])
        completion = {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": CREATED,
            "model": request.model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        }
        return JSONResponse(completion, headers={"x-request-id": f"req_{number}"})


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


def _tokens(texts: Iterable[str]) -> int:
    return sum(-(-len(text) // CHARACTERS_PER_TOKEN) for text in texts)


def smallest_answer(request: ChatRequest) -> str:
    """The smallest text that the asked response format allows."""
    match request.response_format:
        case JsonSchemaFormat(json_schema=wanted):
            return json.dumps(_smallest(wanted.schema_, wanted.schema_.get("$defs", {})))
        case None:
            return "I am a stand-in and know nothing."
    return "{}" if request.response_format.type == "json_object" else "I am a stand-in and know nothing."


def _smallest(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _smallest(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        return _smallest(schema["anyOf"][0], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: _smallest(part, definitions) for name, part in schema["properties"].items()}
    zero = {"string": "", "array": [], "boolean": False, "integer": 0, "number": 0, "null": None}
    return zero[schema["type"]]


class CutResponse(Response):
    """Promises more bytes than it sends, whereupon the server drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id": "chatcmpl-', "more_body": True})


def error_response(
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    *,
    param: str | None = None,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """OpenAI's ErrorResponse."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def create_app(stand_in: OpenAiStandIn) -> FastAPI:
    """The HTTP application of a stand-in; its base URL for clients is `<address>/v1`."""
    app = FastAPI(title="OpenAI stand-in", openapi_url=None)

    @app.exception_handler(RefusedRequestError)
    async def refuse(_: Request, refused: RefusedRequestError) -> Response:
        stand_in.refused += 1
        return error_response(refused.status, str(refused), param=refused.param, code=refused.code)

    @app.exception_handler(HTTPException)
    async def unknown_url(request: Request, error: HTTPException) -> Response:
        return error_response(error.status_code, f"Invalid URL ({request.method} {request.url.path})")

    @app.post("/v1/chat/completions")
    async def create_chat_completion(request: Request) -> Response:
        return await stand_in.answer(request.headers.get("authorization"), await request.body())

    @app.post("/sandbox/script", status_code=204)
    async def queue_steps(steps: list[AnyStep]) -> None:
        stand_in.queue(*steps)

    @app.delete("/sandbox/script", status_code=204)
    async def reset() -> None:
        stand_in.reset()

    @app.get("/sandbox/requests")
    async def accepted_requests() -> list[dict[str, Any]]:
        return list(stand_in.requests)

    return app
