"""Models of Anthropic, by the Messages API."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
from anthropic.lib.streaming import ParsedMessageStopEvent
from anthropic.types import (
    ContentBlock,
    Message,
    MessageParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlock,
    Usage,
)

from domain.errors import HoldfastError
from integrations.llm.exchange import Exchange, Said, Tokens, Tool, ToolCall
from integrations.llm.parsing import json_object
from integrations.llm.provider import ModelAccess, Provider, reading

ANTHROPIC = Provider("Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
ANTHROPIC_URL = "https://api.anthropic.com"
MAX_TOKENS = 8192
FILTERED = "content filtering policy"
CUT_OFF_REASONS = frozenset({"max_tokens", "model_context_window_exceeded"})
STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}
"""An error within a stream arrives under status 200 and is known by its type only."""


class AnthropicModel:
    """A model behind `POST /v1/messages`."""

    def __init__(self, model: str, access: ModelAccess) -> None:
        self._model = model
        self._client = anthropic.AsyncAnthropic(
            api_key=ANTHROPIC.key(access),
            base_url=ANTHROPIC.url(access, ANTHROPIC_URL),
            max_retries=0,
            timeout=None,
            http_client=anthropic.DefaultAsyncHttpxClient(verify=access.trust(), timeout=None),
        )

    async def answer(self, exchange: Exchange) -> Said:
        try:
            return _said(await self._message(exchange), exchange)
        except anthropic.APIStatusError as error:
            if FILTERED in (error.api_message or ""):
                return Said(refusal="content_filter")
            raise self._refused(error) from None
        except (anthropic.APIConnectionError, httpx2.TransportError):
            raise ANTHROPIC.unreachable() from None

    async def _message(self, exchange: Exchange) -> Message:
        """The whole message; a stream that ends before its last event is UnavailableError."""
        schema = anthropic.transform_schema(exchange.form)
        options: dict[str, Any] = {}
        if exchange.tools:
            options["tools"] = [_tool(tool) for tool in exchange.tools]
            options["tool_choice"] = {"type": "auto" if exchange.may_call else "none"}
        asking = self._client.messages.stream(
            model=self._model,
            max_tokens=MAX_TOKENS,
            system=exchange.instructions,
            messages=list(_messages(exchange)),
            output_config={"format": {"type": "json_schema", "schema": schema}},
            **options,
        )
        async with asking as stream:
            ANTHROPIC.check_stream(stream.response.headers.get("content-type", ""))
            exchange.begins()
            with reading(ANTHROPIC):
                async for event in stream:
                    _hear(event, exchange)
                    if isinstance(event, ParsedMessageStopEvent) and event.message.stop_reason:
                        return event.message
        raise ANTHROPIC.cut()

    def _refused(self, error: anthropic.APIStatusError) -> HoldfastError:
        kind = error.type or ""
        status = error.status_code if error.status_code >= 400 else STATUS_OF_TYPE.get(kind, 500)
        return ANTHROPIC.refused(status, error.response.headers, self._model, kind)


def _hear(event: Any, exchange: Exchange) -> None:
    """`event`: one of anthropic's ParsedMessageStreamEvent, an alias that cannot be written out at run time."""
    if event.type == "message_start":
        usage: Usage | None = event.message.usage
        exchange.begins(_read(usage) if usage else None)
    elif event.type == "text":
        exchange.hears(event.text)
    elif event.type == "input_json":
        exchange.hears(event.partial_json)


def _said(message: Message, exchange: Exchange) -> Said:
    calls = tuple(
        ToolCall(block.id, block.name, json.dumps(block.input))
        for block in message.content
        if isinstance(block, ToolUseBlock)
    )
    text = "".join(block.text for block in message.content if block.type == "text")
    tokens = _tokens(message, exchange, "".join((text, *(call.arguments for call in calls))))
    if message.stop_reason == "refusal":
        return Said(refusal="refused", tokens=tokens)
    if message.stop_reason in CUT_OFF_REASONS:
        return Said(cut_off=True, tokens=tokens)
    return Said(text=text, calls=calls, tokens=tokens, original=[_shown_again(block) for block in message.content])


def _tokens(message: Message, exchange: Exchange, answer: str) -> Tokens:
    """Servers that only speak Anthropic's language may leave out what its types promise."""
    usage: Usage | None = message.usage
    if usage is None:
        return exchange.tokens(None, None, None, answer)
    return exchange.tokens(_read(usage), usage.cache_read_input_tokens or 0, usage.output_tokens, answer)


def _read(usage: Usage) -> int:
    parts = (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens)
    return sum(part or 0 for part in parts)


def _shown_again(block: ContentBlock) -> dict[str, Any]:
    """A part of the answer for Anthropic to see again; it takes objects only as the input of a tool."""
    shown = block.model_dump(exclude_none=True, exclude={"parsed_output"})
    if isinstance(block, ToolUseBlock):
        shown["input"] = json.loads(json_object(json.dumps(block.input)))
    return shown


def _messages(exchange: Exchange) -> Iterator[MessageParam]:
    """What the model thought before it called a tool goes back with the call, as Anthropic wants it."""
    yield {"role": "user", "content": exchange.data}
    for finished in exchange.rounds:
        yield {"role": "assistant", "content": finished.said.original}
        results: list[ToolResultBlockParam] = [
            {"type": "tool_result", "tool_use_id": call.id, "content": result} for call, result in finished.results
        ]
        yield {"role": "user", "content": results}


def _tool(tool: Tool) -> ToolParam:
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {**tool.parameters},
        "strict": tool.strict,
    }
