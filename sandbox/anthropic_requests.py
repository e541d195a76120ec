"""What Anthropic's Messages endpoint accepts, as far as the stand-in checks it.

Source: Anthropic's API reference (Create a Message) and its guides to tool use and structured outputs.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.scripted_model import RefusedRequestError

UNSUPPORTED_KEYWORDS = frozenset(
    """
    minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems pattern
    """.split()
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CacheControl(Strict):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class TextBlock(Strict):
    type: Literal["text"]
    text: str = Field(min_length=1)
    cache_control: CacheControl | None = None


class ToolUseBlock(Strict):
    type: Literal["tool_use"]
    id: str = Field(pattern=r"^[a-zA-Z0-9_-]+$")
    name: str
    input: dict[str, Any]
    cache_control: CacheControl | None = None


class ToolResultBlock(Strict):
    type: Literal["tool_result"]
    tool_use_id: str
    content: str | list[TextBlock] = ""
    is_error: bool | None = None
    cache_control: CacheControl | None = None


Block = Annotated[TextBlock | ToolUseBlock | ToolResultBlock, Field(discriminator="type")]


class Message(Strict):
    role: Literal["user", "assistant"]
    content: Annotated[str, Field(min_length=1)] | Annotated[list[Block], Field(min_length=1)]

    def blocks(self) -> list[TextBlock | ToolUseBlock | ToolResultBlock]:
        return [TextBlock(type="text", text=self.content)] if isinstance(self.content, str) else self.content


class Tool(Strict):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    description: str | None = None
    input_schema: dict[str, Any]
    strict: bool | None = None
    type: Literal["custom"] | None = None
    cache_control: CacheControl | None = None


class ToolChoice(Strict):
    type: Literal["auto", "any", "none"]
    disable_parallel_tool_use: bool | None = None


class NamedToolChoice(Strict):
    type: Literal["tool"]
    name: str
    disable_parallel_tool_use: bool | None = None


class JsonFormat(Strict):
    type: Literal["json_schema"]
    schema_: dict[str, Any] = Field(alias="schema")


class OutputConfig(Strict):
    format: JsonFormat | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class Metadata(Strict):
    user_id: str | None = None


class MessagesRequest(Strict):
    model: str = Field(min_length=1, max_length=256)
    max_tokens: int = Field(ge=1)
    messages: list[Message] = Field(min_length=1)
    system: str | list[TextBlock] | None = None
    stream: bool = False
    temperature: float | None = Field(None, ge=0, le=1)
    stop_sequences: list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: Annotated[ToolChoice | NamedToolChoice, Field(discriminator="type")] | None = None
    output_config: OutputConfig | None = None
    cache_control: CacheControl | None = None
    metadata: Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None

    @property
    def wanted(self) -> dict[str, Any] | None:
        """The JSON Schema that the answer must fit."""
        return self.output_config.format.schema_ if self.output_config and self.output_config.format else None

    def texts(self) -> Iterator[str]:
        """Every text of the request, in order."""
        yield self.system if isinstance(self.system, str) else "".join(block.text for block in self.system or ())
        for block in (block for message in self.messages for block in message.blocks()):
            if isinstance(block, TextBlock):
                yield block.text
            if isinstance(block, ToolResultBlock):
                yield block.content if isinstance(block.content, str) else "".join(b.text for b in block.content)


def accepted_request(body: dict[str, Any]) -> MessagesRequest:
    """The request, checked as the vendor checks it. Raises RefusedRequestError."""
    try:
        request = MessagesRequest.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        message = "Extra inputs are not permitted" if first["type"] == "extra_forbidden" else first["msg"]
        raise RefusedRequestError(400, f"{'.'.join(map(str, first['loc']))}: {message}") from None
    problem = next(_problems(request), None)
    if problem:
        raise RefusedRequestError(400, problem)
    return request


def _problems(request: MessagesRequest) -> Iterator[str]:
    yield from _problems_of_tool_results(request)
    if request.tool_choice and not request.tools:
        yield "tool_choice: tool_choice may only be specified while providing tools."
    for number, tool in enumerate(request.tools or ()):
        if tool.input_schema.get("type") != "object":
            yield f"tools.{number}.custom.input_schema.type: Input should be 'object'"
        if tool.input_schema.keys() & {"oneOf", "allOf", "anyOf"}:
            text = "input_schema does not support oneOf, allOf, or anyOf at the top level"
            yield f"tools.{number}.custom.input_schema: {text}"
        if tool.strict:
            yield from (f"tools.{number}.custom: {problem}" for problem in _problems_of(tool.input_schema))
    if request.wanted is not None:
        yield from (f"output_config.format.schema: {problem}" for problem in _problems_of(request.wanted))


def _problems_of_tool_results(request: MessagesRequest) -> Iterator[str]:
    """Every tool use is answered in the very next message, and no result stands elsewhere."""
    asked: set[str] = set()
    for number, message in enumerate(request.messages):
        results = {block.tool_use_id for block in message.blocks() if isinstance(block, ToolResultBlock)}
        if asked - results:
            ids = ", ".join(sorted(asked - results))
            text = "`tool_use` ids were found without `tool_result` blocks immediately after"
            yield f"messages.{number - 1}: {text}: {ids}."
        if results - asked:
            ids = ", ".join(sorted(results - asked))
            yield f"messages.{number}: unexpected `tool_use_id` found in `tool_result` blocks: {ids}."
        asked = {block.id for block in message.blocks() if isinstance(block, ToolUseBlock)}
    if asked:
        yield f"messages.{len(request.messages) - 1}: `tool_use` ids were found without `tool_result` blocks."


def _problems_of(schema: dict[str, Any]) -> Iterator[str]:
    """What structured outputs do not take in a schema, at any depth."""
    if refused := sorted(schema.keys() & UNSUPPORTED_KEYWORDS):
        yield f"For '{schema.get('type')}' type, properties {', '.join(refused)} are not supported"
    properties = schema.get("properties", {})
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield "For 'object' type, 'additionalProperties' must be explicitly set to false"
    inner = [*properties.values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", ())]
    for part in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _problems_of(part)
