"""OpenAI's Responses API as the stand-in speaks it: what it accepts, and its stream of events.

Source: OpenAI's API description (CreateResponse, Response, ResponseStreamEvent).
"""

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from sandbox.openai_requests import Name, Strict, check_schema, check_top, error_body, refusal_of
from sandbox.scripted_model import (
    KNOWS_NOTHING,
    Calls,
    Fails,
    FailsMidway,
    RefusedRequestError,
    Says,
    event,
    halves,
    smallest,
    tokens_of,
)

CREATED = 1_750_000_000


class InputText(Strict):
    type: Literal["input_text"]
    text: str


class InputMessage(Strict):
    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: str | Annotated[list[InputText], Field(min_length=1)]


class FunctionCall(Strict):
    type: Literal["function_call"]
    call_id: str = Field(min_length=1, max_length=64)
    name: Name
    arguments: str
    id: str | None = None
    status: Literal["in_progress", "completed", "incomplete"] | None = None


class FunctionCallOutput(Strict):
    type: Literal["function_call_output"]
    call_id: str = Field(min_length=1, max_length=64)
    output: str


class FunctionTool(Strict):
    type: Literal["function"]
    name: Name
    parameters: dict[str, Any] | None
    strict: bool | None
    description: str | None = None


class TextFormat(Strict):
    type: Literal["text", "json_object"]


class JsonSchemaFormat(Strict):
    type: Literal["json_schema"]
    name: Name
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None
    description: str | None = None


class TextConfig(Strict):
    format: Annotated[TextFormat | JsonSchemaFormat, Field(discriminator="type")] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None


class ResponsesRequest(Strict):
    model: str
    input: str | Annotated[list[FunctionCall | FunctionCallOutput | InputMessage], Field(min_length=1)]
    instructions: str | None = None
    text: TextConfig | None = None
    tools: list[FunctionTool] | None = None
    tool_choice: Literal["none", "auto", "required"] | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = Field(None, ge=16)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    store: bool | None = None
    stream: bool | None = None
    metadata: dict[str, str] | None = None
    user: str | None = None

    def items(self) -> list[FunctionCall | FunctionCallOutput | InputMessage]:
        return [InputMessage(role="user", content=self.input)] if isinstance(self.input, str) else self.input

    def texts(self) -> Iterator[str]:
        """Every text of the request, in order."""
        yield self.instructions or ""
        for item in self.items():
            if isinstance(item, FunctionCallOutput):
                yield item.output
            elif isinstance(item, InputMessage):
                yield from [item.content] if isinstance(item.content, str) else [part.text for part in item.content]

    @property
    def smallest_answer(self) -> str:
        wanted = self.text.format if self.text else None
        return smallest(wanted.schema_) if isinstance(wanted, JsonSchemaFormat) else KNOWS_NOTHING


def accepted_request(body: dict[str, Any]) -> ResponsesRequest:
    """The request, checked as the vendor checks it. Raises RefusedRequestError."""
    try:
        request = ResponsesRequest.model_validate(body)
    except ValidationError as error:
        raise refusal_of(error) from None
    _check_calls(request)
    for number, tool in enumerate(request.tools or ()):
        check_top(tool.parameters or {}, tool.name, f"tools[{number}].parameters")
        if tool.strict:
            check_schema(tool.parameters or {}, "function", tool.name, f"tools[{number}].parameters")
    wanted = request.text.format if request.text else None
    if isinstance(wanted, JsonSchemaFormat) and wanted.strict:
        check_schema(wanted.schema_, "response_format", wanted.name, "text.format.schema")
    return request


def _check_calls(request: ResponsesRequest) -> None:
    """Every call is answered and every answer has its call before it."""
    waiting: set[str] = set()
    for item in request.items():
        if isinstance(item, FunctionCall):
            waiting.add(item.call_id)
        elif isinstance(item, FunctionCallOutput):
            if item.call_id not in waiting:
                text = f"No tool call found for function call output with call_id {item.call_id}."
                raise RefusedRequestError(400, text, param="input")
            waiting.remove(item.call_id)
    if waiting:
        text = f"No tool output found for function call {min(waiting)}."
        raise RefusedRequestError(400, text, param="input")


class AcceptedRequest:
    """One request for a response in OpenAI's words."""

    def __init__(self, request: ResponsesRequest, number: int) -> None:
        self.stream = bool(request.stream)
        self.smallest_answer = request.smallest_answer
        self._request = request
        self._number = number

    def failure(self, entry: Fails) -> dict[str, Any]:
        return error_body(entry.message, entry.type, code=entry.code)

    def failing_events(self, entry: FailsMidway) -> Iterator[str]:
        begun = _begun(self._request, self._number)
        failed = {**begun, "status": "failed", "error": {"code": entry.type, "message": entry.message}}
        told = _Numbered()
        yield told("response.created", response=begun)
        yield told("response.failed", response=failed)

    def whole(self, said: Says | Calls) -> dict[str, Any]:
        """The Response object as it is at the end."""
        request, reason = self._request, _incomplete_reason(said)
        read = tokens_of(request.texts())
        written = tokens_of([said.content or "", said.refusal or ""] if isinstance(said, Says) else said.arguments)
        return {
            **_begun(request, self._number),
            "status": "incomplete" if reason else "completed",
            "completed_at": None if reason else CREATED,
            "incomplete_details": {"reason": reason} if reason else None,
            "output": _output(said, self._number),
            "usage": {
                "input_tokens": read,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": written,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": read + written,
            },
        }

    def events(self, said: Says | Calls) -> Iterator[str]:
        response, begun, told = self.whole(said), _begun(self._request, self._number), _Numbered()
        yield told("response.created", response=begun)
        yield told("response.in_progress", response=begun)
        for index, item in enumerate(response["output"]):
            empty = {**item, "status": "in_progress", **({"content": []} if "content" in item else {"arguments": ""})}
            yield told("response.output_item.added", output_index=index, item=empty)
            place = {"item_id": item["id"], "output_index": index}
            yield from _call_events(told, item, place) if "arguments" in item else _text_events(told, item, place)
            yield told("response.output_item.done", output_index=index, item=item)
        yield told(f"response.{response['status']}", response=response)


class _Numbered:
    """Makes events, numbered from 0."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self, kind: str, **data: Any) -> str:
        return event({"type": kind, "sequence_number": next(self._numbers), **data}, kind)


def _call_events(told: _Numbered, item: dict[str, Any], place: dict[str, Any]) -> Iterator[str]:
    for piece in halves(item["arguments"]):
        yield told("response.function_call_arguments.delta", **place, delta=piece)
    named = {"name": item["name"], "arguments": item["arguments"]}
    yield told("response.function_call_arguments.done", **place, **named)


def _text_events(told: _Numbered, item: dict[str, Any], place: dict[str, Any]) -> Iterator[str]:
    for part in item["content"]:
        kind = "refusal" if "refusal" in part else "output_text"
        text = part.get("text", part.get("refusal"))
        logprobs: dict[str, list[Any]] = {"logprobs": []} if kind == "output_text" else {}
        for piece in halves(text):
            yield told(f"response.{kind}.delta", **place, content_index=0, delta=piece, **logprobs)
        last = {"text": text, **logprobs} if kind == "output_text" else {"refusal": text}
        yield told(f"response.{kind}.done", **place, content_index=0, **last)


def _begun(request: ResponsesRequest, number: int) -> dict[str, Any]:
    tools = [tool.model_dump() for tool in request.tools or ()]
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": request.instructions,
        "max_output_tokens": request.max_output_tokens,
        "metadata": request.metadata or {},
        "model": request.model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": request.tool_choice or "auto",
        "tools": tools,
        "top_p": 1.0,
        "truncation": "disabled",
    }


def _incomplete_reason(entry: Says | Calls) -> str | None:
    if isinstance(entry, Calls):
        return None
    return {"stop": None, "length": "max_output_tokens", "content_filter": "content_filter"}[entry.finish_reason]


def _output(entry: Says | Calls, number: int) -> list[dict[str, Any]]:
    if isinstance(entry, Calls):
        return [
            {
                "id": f"fc_{number}_{place}",
                "type": "function_call",
                "status": "completed",
                "call_id": f"call_{number}_{place}",
                "name": entry.name,
                "arguments": arguments,
            }
            for place, arguments in enumerate(entry.arguments)
        ]
    part: dict[str, Any] = {"type": "refusal", "refusal": entry.refusal}
    if entry.refusal is None:
        part = {"type": "output_text", "text": entry.content or "", "annotations": [], "logprobs": []}
    message = {"id": f"msg_{number}", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    return [message]
