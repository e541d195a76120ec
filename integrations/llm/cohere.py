"""Models of Cohere, by the Chat API of version 2.

Cohere binds an answer to a schema only where no tool is offered. With tools the schema is told in words; an answer that
does not fit it is asked for once more, bound and without tools.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import cohere
import httpx
from cohere.core.api_error import ApiError
from cohere.types import ChatMessageEndEventDelta
from cohere.v2.types import V2ChatStreamResponse

from domain.errors import ModelOutputError
from integrations.llm.exchange import Exchange, Said, Tokens, Tool, ToolCall, in_words
from integrations.llm.parsing import parsed
from integrations.llm.provider import ModelAccess, Provider, reading

COHERE = Provider("Cohere", "CO_API_KEY", "CO_API_URL")
COHERE_URL = "https://api.cohere.com"
NO_TIMEOUT = httpx.Timeout(None)
QUOTING_MODULE = "cohere/v2/raw_client.py"
FILTERED = "ERROR_TOXIC"
COMPLETE = frozenset({"COMPLETE", "STOP_SEQUENCE", "TOOL_CALL"})
SCHEMA_KEYWORDS = frozenset({"type", "properties", "items", "required", "enum", "description"})
"""Cohere takes these; it refuses ranges, choices and `additionalProperties`."""


class CohereModel:
    """A model behind `POST /v2/chat`."""

    def __init__(self, model: str, access: ModelAccess) -> None:
        logging.getLogger().addFilter(_quotes_nobody)
        logging.getLogger("cohere").setLevel(logging.CRITICAL)
        self._model = model
        self._client = cohere.AsyncClientV2(
            api_key=COHERE.key(access),
            base_url=COHERE.url(access, COHERE_URL),
            max_retries=0,
            httpx_client=httpx.AsyncClient(verify=access.trust(), timeout=NO_TIMEOUT, follow_redirects=True),
            log_warning_experimental_features=False,
        )

    async def answer(self, exchange: Exchange) -> Said:
        try:
            if not exchange.tools or not exchange.may_call:
                return await self._bound(exchange)
            said = await self._with_tools(exchange)
            if said.calls or said.refusal or said.cut_off or _fits(said, exchange):
                return said
            exchange.keep(said)
            return await self._bound(exchange)
        except ApiError as error:
            raise COHERE.refused(error.status_code or 500, error.headers or {}, self._model) from None
        except httpx.TransportError:
            raise COHERE.unreachable() from None

    async def _with_tools(self, exchange: Exchange) -> Said:
        tools = [_tool(tool) for tool in exchange.tools]
        strict = all(tool.strict for tool in exchange.tools)
        return await self._chat(exchange, list(_rounds_as_calls(exchange)), tools=tools, strict_tools=strict)

    async def _bound(self, exchange: Exchange) -> Said:
        form = {"type": "json_object", "json_schema": _plain(exchange.form.model_json_schema())}
        return await self._chat(exchange, list(_rounds_as_text(exchange)), response_format=form)

    async def _chat(self, exchange: Exchange, rounds: list[dict[str, Any]], **options: Any) -> Said:
        messages: list[Any] = [
            {"role": "system", "content": exchange.instructions + in_words(exchange.form)},
            {"role": "user", "content": exchange.data},
            *rounds,
        ]
        chat = self._client.with_raw_response.chat_stream
        async with chat(model=self._model, messages=messages, **options) as response:
            COHERE.check_stream(response.headers.get("content-type", ""))
            exchange.begins()
            with reading(COHERE):
                return await _said(response.data, exchange)


def _quotes_nobody(record: logging.LogRecord) -> bool:
    """The client logs what it cannot read, with what a customer wrote: by loggers of its own and by the root."""
    return not record.pathname.replace("\\", "/").endswith(QUOTING_MODULE)


async def _said(stream: AsyncIterator[V2ChatStreamResponse], exchange: Exchange) -> Said:
    """What the model said; a stream without its last event is UnavailableError."""
    text, calls = "", dict[int, ToolCall]()
    async for event in stream:
        delta: Any = getattr(event, "delta", None)
        match event.type:
            case "content-delta":
                piece = delta.message.content.text or ""
                text += piece
                exchange.hears(piece)
            case "tool-call-start":
                call = delta.message.tool_calls
                calls[event.index or 0] = ToolCall(call.id, call.function.name, call.function.arguments or "")
            case "tool-call-delta":
                begun = calls[event.index or 0]
                piece = delta.message.tool_calls.function.arguments or ""
                exchange.hears(piece)
                calls[event.index or 0] = replace(begun, arguments=begun.arguments + piece)
            case "message-end":
                return _ended(delta, text, tuple(calls.values()), exchange)
    raise COHERE.cut()


def _ended(end: ChatMessageEndEventDelta, text: str, calls: tuple[ToolCall, ...], exchange: Exchange) -> Said:
    tokens = _tokens(end, exchange, "".join((text, *(call.arguments for call in calls))))
    if end.finish_reason == FILTERED:
        return Said(refusal="content_filter", tokens=tokens)
    if end.finish_reason == "MAX_TOKENS":
        return Said(cut_off=True, tokens=tokens)
    if end.finish_reason not in COMPLETE:
        raise COHERE.cut()
    return Said(text=text, calls=calls, tokens=tokens)


def _tokens(end: ChatMessageEndEventDelta, exchange: Exchange, answer: str) -> Tokens:
    """As billed."""
    usage = end.usage
    counted = usage and (usage.billed_units or usage.tokens)
    if not usage or not counted:
        return exchange.tokens(None, None, None, answer)
    return exchange.tokens(
        _whole(counted.input_tokens), _whole(usage.cached_tokens), _whole(counted.output_tokens), answer
    )


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)


def _fits(said: Said, exchange: Exchange) -> bool:
    try:
        parsed(said.text, exchange.form)
    except ModelOutputError:
        return False
    return True


def _rounds_as_calls(exchange: Exchange) -> Iterator[dict[str, Any]]:
    for finished in exchange.rounds:
        yield {
            "role": "assistant",
            "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.shown_again}}
                for call, _ in finished.results
            ],
        }
        for call, result in finished.results:
            yield {"role": "tool", "tool_call_id": call.id, "content": result}


def _rounds_as_text(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Where no tool is offered, what came of the calls is told as further data."""
    for finished in exchange.rounds:
        yield {"role": "user", "content": "\n".join(result for _, result in finished.results)}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": _plain(tool.parameters)}
    return {"type": "function", "function": function}


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without what Cohere does not take, and with its references resolved."""
    return _plain_part(schema, {**schema.get("definitions", {}), **schema.get("$defs", {})})


def _plain_part(schema: Any, definitions: Mapping[str, Any], above: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What holds itself is cut off; of a choice the first that is not null is taken; other references say nothing."""
    if not isinstance(schema, Mapping):
        return {}
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        known = {} if name in above else definitions.get(name, {})
        return _plain_part(known, definitions, above | {name})
    kept: dict[str, Any] = {key: value for key, value in schema.items() if key in SCHEMA_KEYWORDS}
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "type" not in kept and choices:
        chosen: Any = next((part for part in choices if part != {"type": "null"}), {})
        kept = _plain_part(chosen, definitions, above) | kept
    elif "properties" in kept:
        kept["properties"] = {name: _plain_part(part, definitions, above) for name, part in kept["properties"].items()}
    elif "items" in kept:
        kept["items"] = _plain_part(kept["items"], definitions, above)
    return kept
