"""What Cohere's Chat endpoint (v2) accepts, as far as the stand-in checks it.

Source: Cohere's API reference (Chat) and its guides to structured outputs and tool use.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.scripted_model import RefusedRequestError

UNSUPPORTED_KEYWORDS = frozenset(
    """
    anyOf allOf oneOf not minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems minLength maxLength
    uniqueItems additionalProperties
    """.split()
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextContent(Strict):
    type: Literal["text"]
    text: str


Content = str | Annotated[list[TextContent], Field(min_length=1)]


class SystemMessage(Strict):
    role: Literal["system"]
    content: Content


class UserMessage(Strict):
    role: Literal["user"]
    content: Content


class CalledFunction(Strict):
    name: str
    arguments: str


class ToolCall(Strict):
    id: str
    type: Literal["function"]
    function: CalledFunction


class AssistantMessage(Strict):
    role: Literal["assistant"]
    content: Content | None = None
    tool_plan: str | None = None
    tool_calls: list[ToolCall] | None = None


class ToolMessage(Strict):
    role: Literal["tool"]
    tool_call_id: str
    content: Content


Message = Annotated[SystemMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")]


class Function(Strict):
    name: str = Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")
    description: str | None = None
    parameters: dict[str, Any]


class Tool(Strict):
    type: Literal["function"]
    function: Function


class ResponseFormat(Strict):
    type: Literal["text", "json_object"]
    json_schema: dict[str, Any] | None = None


class ChatRequest(Strict):
    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    tools: list[Tool] | None = None
    strict_tools: bool | None = None
    tool_choice: Literal["REQUIRED", "NONE"] | None = None
    response_format: ResponseFormat | None = None
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0)
    seed: int | None = None
    safety_mode: Literal["CONTEXTUAL", "STRICT", "OFF"] | None = None

    def texts(self) -> Iterator[str]:
        """Every text of the messages, in order."""
        for message in self.messages:
            content = message.content or ""
            yield from [content] if isinstance(content, str) else [part.text for part in content]


def accepted_request(body: dict[str, Any]) -> ChatRequest:
    """The request, checked as the vendor checks it. Raises RefusedRequestError."""
    try:
        request = ChatRequest.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise RefusedRequestError(422, f"invalid request: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    problem = next(_problems(request), None)
    if problem:
        raise RefusedRequestError(400, f"invalid request: {problem}")
    return request


def _problems(request: ChatRequest) -> Iterator[str]:
    wanted = request.response_format
    if wanted and wanted.type == "json_object":
        if request.tools:
            yield "response_format is not supported with tools"
        if not any("json" in text.lower() for text in request.texts()):
            yield "instruct the model to generate JSON when response_format is json_object"
        yield from _problems_of(wanted.json_schema or {"type": "object", "required": ["x"]}, top=True)
    if request.tool_choice and not request.tools:
        yield "tool_choice requires tools"
    for tool in request.tools or ():
        if request.strict_tools:
            yield from (f"tool {tool.function.name}: {problem}" for problem in _problems_of(tool.function.parameters))
    yield from _problems_of_tool_messages(request)


def _problems_of(schema: dict[str, Any], *, top: bool = False) -> Iterator[str]:
    """What structured outputs do not take in a schema, at any depth."""
    if top and schema.get("type") != "object":
        yield "the top level type of a schema must be object"
    if refused := sorted(schema.keys() & UNSUPPORTED_KEYWORDS):
        yield f"schema keywords are not supported: {', '.join(refused)}"
    if schema.get("type") == "object" and not schema.get("required"):
        yield "every object of a schema must have at least one required field"
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    for part in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _problems_of(part)


def _problems_of_tool_messages(request: ChatRequest) -> Iterator[str]:
    """Every call of a tool has a result after it, and no result stands without its call."""
    waiting: set[str] = set()
    for message in request.messages:
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in waiting:
                yield f"tool call id {message.tool_call_id} not found in previous tool calls"
            waiting.discard(message.tool_call_id)
        elif waiting:
            break
        elif isinstance(message, AssistantMessage):
            waiting = {call.id for call in message.tool_calls or ()}
    if waiting:
        yield "all tool calls must be followed by tool messages with their results"
