"""What the stand-ins for model providers share: a script of what the next requests meet, and streams that can be cut.

`POST /sandbox/script` queues entries, one for each request; without a script the model says the smallest answer that
the asked format allows. `DELETE /sandbox/script` starts afresh. `GET /sandbox/requests` shows the bodies that were
accepted, the newest last.
"""

import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Annotated, Any, Literal, Protocol

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from sandbox.frame import StandIn

REMEMBERED_REQUESTS = 1000
CHARACTERS_PER_TOKEN = 4
KNOWS_NOTHING = "I am a stand-in and know nothing."


class ScriptEntry(BaseModel):
    """What one request meets, after so many seconds; `times` repeats it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int = Field(1, ge=1)
    after_seconds: float = Field(0, ge=0)


class Answers(ScriptEntry):
    """The model says the smallest answer that the asked format allows: what happens without a script."""

    kind: Literal["answers"] = "answers"


class Says(ScriptEntry):
    """The model answers, refuses, or is stopped (`length`, `content_filter`). No content at all is possible too."""

    kind: Literal["says"] = "says"
    content: str | None = None
    refusal: str | None = None
    finish_reason: Literal["stop", "length", "content_filter"] = "stop"


class Calls(ScriptEntry):
    """The model calls a tool, once for each of the `arguments` (JSON texts)."""

    kind: Literal["calls"] = "calls"
    name: str
    arguments: tuple[str, ...] = Field(min_length=1)


class Fails(ScriptEntry):
    """An error response: 429 with `retry-after`, 500, 503, or any other."""

    kind: Literal["fails"] = "fails"
    status: int = Field(ge=400, le=599)
    message: str = "The server had an error while processing your request. Sorry about that!"
    type: str = "server_error"
    code: str | None = None
    headers: dict[str, str] = {}


class FailsMidway(ScriptEntry):
    """Status 200, and then an error in the middle of the stream, of the vendor's type or code."""

    kind: Literal["fails_midway"] = "fails_midway"
    type: str
    message: str = "Sorry about that!"


class CutsConnection(ScriptEntry):
    """The answer ends after so many events: the connection drops, or, `cleanly`, the response ends as if complete."""

    kind: Literal["cuts_connection"] = "cuts_connection"
    answer: Says | Calls = Says(content='{"statements": [{"text": "You may return it')
    after_events: int = Field(1, ge=0)
    cleanly: bool = False


class SendsBody(ScriptEntry):
    """Status 200 with a body that may be anything, such as a proxy's login page."""

    kind: Literal["sends_body"] = "sends_body"
    body: str
    media_type: str = "application/json"


AnyScriptEntry = Annotated[
    Answers | Says | Calls | Fails | FailsMidway | CutsConnection | SendsBody, Field(discriminator="kind")
]


class RefusedRequestError(Exception):
    """The endpoint's answer to a request that it does not accept, in the vendor's words."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


class AcceptedRequest(Protocol):
    """One accepted request, and how its vendor words what an entry brings."""

    stream: bool

    @property
    def smallest_answer(self) -> str:
        """The smallest text that the asked format allows."""

    def failure(self, entry: Fails) -> Mapping[str, Any]:
        """The body of an error response."""

    def whole(self, said: Says | Calls) -> Mapping[str, Any]:
        """The body of an answer that is not streamed."""

    def events(self, said: Says | Calls) -> Iterator[str]:
        """The events of one that is."""

    def failing_events(self, entry: FailsMidway) -> Iterator[str]:
        """The events of one that fails midway."""


class ModelStandIn(StandIn):
    """A stand-in with a key and models that follow a script; it keeps what it accepted and counts what it refused.

    `otherwise` makes of an accepted body what its request meets while there is no script.
    """

    def __init__(self, name: str, *, api_key: str, models: Collection[str]) -> None:
        super().__init__(name)
        self.api_key = api_key
        self.models = models
        self.script: deque[AnyScriptEntry] = deque()
        self.otherwise: Callable[[dict[str, Any]], AnyScriptEntry] = lambda _: Answers()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.refused = 0
        self.numbers = count(1)

    def queue(self, *entries: AnyScriptEntry) -> None:
        self.script.extend(entry for entry in entries for _ in range(entry.times))

    def reset(self) -> None:
        self.script.clear()
        self.requests.clear()
        self.refused = 0

    async def tell(self, accepted: AcceptedRequest) -> Response:
        """What the script has for the request that was just accepted."""
        entry = self.script.popleft() if self.script else self.otherwise(self.requests[-1])
        await anyio.sleep(entry.after_seconds)
        match entry:
            case Fails():
                return JSONResponse(accepted.failure(entry), entry.status, entry.headers)
            case SendsBody():
                return Response(entry.body, media_type=entry.media_type)
            case FailsMidway():
                return event_stream(list(accepted.failing_events(entry)))
            case CutsConnection():
                return event_stream(list(accepted.events(entry.answer)), entry)
        said = Says(content=accepted.smallest_answer) if isinstance(entry, Answers) else entry
        return event_stream(list(accepted.events(said))) if accepted.stream else JSONResponse(accepted.whole(said))

    def refusal(self, refused: RefusedRequestError) -> Response:
        """The vendor's form of an error."""
        raise NotImplementedError

    def app(self) -> FastAPI:
        app = super().app()

        @app.exception_handler(RefusedRequestError)
        async def refuse(_: Request, refused: RefusedRequestError) -> Response:
            self.refused += 1
            return self.refusal(refused)

        @app.exception_handler(HTTPException)
        async def unknown_url(request: Request, error: HTTPException) -> Response:
            text = f"Invalid URL ({request.method} {request.url.path})"
            return self.refusal(RefusedRequestError(error.status_code, text))

        app.add_api_route("/sandbox/script", self._queue, methods=["POST"], status_code=204)
        app.add_api_route("/sandbox/script", self._forget, methods=["DELETE"], status_code=204)
        app.add_api_route("/sandbox/requests", self._accepted, methods=["GET"])
        return app

    async def _queue(self, entries: list[AnyScriptEntry]) -> None:
        self.queue(*entries)

    async def _forget(self) -> None:
        self.reset()

    async def _accepted(self) -> list[dict[str, Any]]:
        return list(self.requests)


class CutResponse(Response):
    """Promises more bytes than it sends, whereupon the server drops the connection."""

    def __init__(self, body: bytes, media_type: str) -> None:
        super().__init__(body, headers={"content-length": str(len(body) + 1000)}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


def event_stream(events: Sequence[str], cut: CutsConnection | None = None) -> Response:
    """Server-sent events, all of them or as many as the cut leaves."""
    kept = events[: cut.after_events] if cut else events
    body = "".join(kept).encode()
    if cut and not cut.cleanly:
        return CutResponse(body, "text/event-stream")
    return Response(body, media_type="text/event-stream")


def event(data: Mapping[str, Any] | str, name: str = "") -> str:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"


def halves(text: str) -> list[str]:
    """A text in two pieces, as streams bring it."""
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def json_body(body: bytes, refusal: RefusedRequestError) -> dict[str, Any]:
    """The request's JSON object. Raises the refusal for anything else."""
    try:
        parsed = json.loads(body)
    except ValueError:
        raise refusal from None
    if not isinstance(parsed, dict):
        raise refusal
    return parsed


def data_in(request: Mapping[str, Any], tag: str = "data") -> dict[str, Any]:
    """The document between <tag> and </tag> in the user's messages of a chat completion; instructions may name the tag.

    Raises StopIteration where there is none.
    """
    begins, ends = f"<{tag}>", f"</{tag}>"
    texts = (_text_of(message["content"]) for message in request["messages"] if message["role"] == "user")
    text = next(text for text in texts if begins in text)
    document: dict[str, Any] = json.loads(text.partition(begins)[2].rpartition(ends)[0])
    return document


def _text_of(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


def tokens_of(texts: Iterable[str]) -> int:
    return sum(-(-len(text) // CHARACTERS_PER_TOKEN) for text in texts)


def smallest(schema: dict[str, Any]) -> str:
    """The smallest JSON text that fits a schema."""
    return json.dumps(_smallest(schema, schema.get("$defs", {})))


def _smallest(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    match schema:
        case {"$ref": name}:
            return _smallest(definitions[name.rsplit("/", 1)[-1]], definitions)
        case {"anyOf": [first, *_]}:
            return _smallest(first, definitions)
        case {"const": only} | {"enum": [only, *_]}:
            return only
        case {"type": [first, *_]}:
            return _smallest({**schema, "type": first}, definitions)
        case {"type": "object"}:
            return {name: _smallest(part, definitions) for name, part in schema.get("properties", {}).items()}
        case {"type": "array"}:
            return [_smallest(schema["items"], definitions) for _ in range(schema.get("minItems", 0))]
    zero = {"string": "", "boolean": False, "integer": 0, "number": 0, "null": None}
    return zero[schema["type"]]
