"""What OpenAI's Chat Completions endpoint accepts, as far as the stand-in checks it.

Source: OpenAI's API description (CreateChatCompletionRequest) and its guide to Structured Outputs.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.scripted_model import RefusedRequestError

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
ROLES = frozenset({"developer", "system", "user", "assistant", "tool"})
STRICT_KEYWORDS = frozenset(
    """
    type properties required additionalProperties items enum const anyOf $ref $defs title description pattern format
    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems
    """.split()
)
NOT_AT_THE_TOP = frozenset({"oneOf", "anyOf", "allOf", "enum", "not"})


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPart(Strict):
    type: Literal["text"]
    text: str


Content = str | Annotated[list[TextPart], Field(min_length=1)]


class Instruction(Strict):
    role: Literal["developer", "system"]
    content: Content
    name: str | None = None


class UserMessage(Strict):
    role: Literal["user"]
    content: Content
    name: str | None = None


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
    refusal: str | None = None
    name: str | None = None
    tool_calls: Annotated[list[ToolCall], Field(min_length=1)] | None = None


class ToolMessage(Strict):
    role: Literal["tool"]
    content: Content
    tool_call_id: str


Message = Annotated[Instruction | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")]


class Function(Strict):
    name: Name
    description: str | None = None
    parameters: dict[str, Any] = {}
    strict: bool | None = None


class Tool(Strict):
    type: Literal["function"]
    function: Function


class NamedFunction(Strict):
    name: str


class NamedToolChoice(Strict):
    type: Literal["function"]
    function: NamedFunction


class TextFormat(Strict):
    type: Literal["text"]


class JsonObjectFormat(Strict):
    type: Literal["json_object"]


class JsonSchema(Strict):
    name: Name
    description: str | None = None
    schema_: dict[str, Any] = Field({}, alias="schema")
    strict: bool | None = None


class JsonSchemaFormat(Strict):
    type: Literal["json_schema"]
    json_schema: JsonSchema


class StreamOptions(Strict):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class ChatRequest(Strict):
    model: str
    messages: list[Message] = Field(min_length=1)
    response_format: Annotated[TextFormat | JsonObjectFormat | JsonSchemaFormat, Field(discriminator="type")] | None = (
        None
    )
    tools: Annotated[list[Tool], Field(min_length=1, max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedToolChoice | None = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    n: Literal[1] | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    service_tier: Literal["auto", "default", "flex", "scale", "priority"] | None = None
    seed: int | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    store: bool | None = None
    metadata: dict[str, str] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None


def accepted_request(body: dict[str, Any]) -> ChatRequest:
    """The request, checked as the vendor checks it. Raises RefusedRequestError."""
    try:
        request = ChatRequest.model_validate(body)
    except ValidationError as error:
        raise refusal_of(error) from None
    _check_tool_messages(request)
    _check_tools(request)
    _check_format(request)
    if request.stream_options and not request.stream:
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise RefusedRequestError(400, text, param="stream_options")
    return request


def refusal_of(error: ValidationError) -> RefusedRequestError:
    """The vendor's words for a body of the wrong shape."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = _place(first["loc"])
    match first["type"]:
        case "extra_forbidden" if len(first["loc"]) == 1:
            return RefusedRequestError(400, f"Unrecognized request argument supplied: {place}")
        case "extra_forbidden":
            return RefusedRequestError(400, f"Unknown parameter: '{place}'.", param=place, code="unknown_parameter")
        case "missing":
            text = f"Missing required parameter: '{place}'."
            return RefusedRequestError(400, text, param=place, code="missing_required_parameter")
    return RefusedRequestError(400, f"Invalid value for '{place}': {first['msg']}.", param=place, code="invalid_value")


def _place(loc: tuple[str | int, ...]) -> str:
    """`messages[0].content`; the names of union branches, which pydantic puts in, are left out where they are roles."""
    named = [part for part in loc if part not in ROLES]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).removeprefix(".")


def _check_tool_messages(request: ChatRequest) -> None:
    """Every tool call is answered by tool messages right after it, and no tool message stands elsewhere."""
    waiting: set[str] = set()
    for number, message in enumerate(request.messages):
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in waiting:
                text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                raise RefusedRequestError(400, f"Invalid parameter: {text}", param=f"messages[{number}].role")
            waiting.remove(message.tool_call_id)
            continue
        if waiting:
            break
        if isinstance(message, AssistantMessage):
            waiting = {call.id for call in message.tool_calls or ()}
    if waiting:
        text = "An assistant message with 'tool_calls' must be followed by tool messages responding to each of them."
        raise RefusedRequestError(400, text, param="messages")


def _check_tools(request: ChatRequest) -> None:
    if not request.tools:
        for name in ("tool_choice", "parallel_tool_calls"):
            if getattr(request, name) is not None:
                text = f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified."
                raise RefusedRequestError(400, text, param=name)
    for number, tool in enumerate(request.tools or ()):
        check_top(tool.function.parameters, tool.function.name, f"tools[{number}].function.parameters")
        if tool.function.strict:
            check_schema(tool.function.parameters, "function", tool.function.name, f"tools[{number}].function")


def _check_format(request: ChatRequest) -> None:
    wanted = request.response_format
    if isinstance(wanted, JsonSchemaFormat) and wanted.json_schema.strict:
        check_schema(wanted.json_schema.schema_, "response_format", wanted.json_schema.name, "response_format")
    if isinstance(wanted, JsonObjectFormat) and not any("json" in said.lower() for said in texts_of(request)):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise RefusedRequestError(400, text, param="messages")


def check_top(parameters: dict[str, Any], name: str, param: str) -> None:
    """Refuse a tool, strict or not, whose schema is a choice."""
    if parameters.keys() & NOT_AT_THE_TOP:
        text = "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level"
        problem = f"Invalid schema for function '{name}': {text}."
        raise RefusedRequestError(400, problem, param=param, code="invalid_function_parameters")


def check_schema(schema: dict[str, Any], kind: str, name: str, param: str) -> None:
    """Refuse a strict schema that Structured Outputs do not take."""
    problem = "schema must be a JSON Schema of 'type: \"object\"'" if schema.get("type") != "object" else ""
    problem = problem or next(_strictness_problems(schema), "")
    if problem:
        text = f"Invalid schema for {kind} '{name}': {problem}."
        raise RefusedRequestError(400, text, param=param, code="invalid_json_schema")


def _strictness_problems(schema: dict[str, Any]) -> Iterator[str]:
    """What Structured Outputs do not allow in a strict schema, at any depth."""
    yield from (f"'{keyword}' is not permitted" for keyword in sorted(schema.keys() - STRICT_KEYWORDS))
    properties = schema.get("properties", {})
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield "'additionalProperties' is required to be supplied and to be false"
        if sorted(schema.get("required", ())) != sorted(properties):
            yield "'required' is required to be supplied and to be an array including every key in properties"
    inner = [*properties.values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    for part in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _strictness_problems(part)


def texts_of(request: ChatRequest) -> Iterator[str]:
    """Every text of the messages, in order."""
    for message in request.messages:
        content = message.content or ""
        yield from [content] if isinstance(content, str) else [part.text for part in content]


def error_body(
    message: str, kind: str = "invalid_request_error", *, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """OpenAI's ErrorResponse."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
