"""Models of OpenAI, by Chat Completions or by Responses, and of any server that speaks Chat Completions."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall
from openai.types.chat.completion_create_params import ResponseFormat
from openai.types.responses import Response, ResponseInputItemParam, ResponseStreamEvent, ResponseTextConfigParam
from openai.types.responses.response_usage import InputTokensDetails

from domain.errors import HoldfastError
from integrations.llm.exchange import Exchange, Said, Tokens, Tool, ToolCall, in_words
from integrations.llm.provider import ModelAccess, Provider, reading

OPENAI = Provider("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL")
OPENAI_URL = "https://api.openai.com/v1"
COMPATIBLE = Provider("The OpenAI-compatible server", "HOLDFAST_COMPATIBLE_API_KEY", "HOLDFAST_COMPATIBLE_BASE_URL")
NO_KEY = "none"
FILTERED_CODES = frozenset(
    {"content_filter", "content_policy_violation", "image_content_policy_violation", "bio_policy"}
)
STATUS_OF_CODE = {"rate_limit_exceeded": 429, "invalid_prompt": 400, "insufficient_quota": 402}
NO_JSON_SCHEMA = re.compile(
    r"(?=.*(response.?format|json_schema)).*(support|unavailable|not available|must be)", re.IGNORECASE | re.DOTALL
)


class _Connection:
    """The official client for one model of a provider."""

    def __init__(self, provider: Provider, model: str, key: str, url: str, access: ModelAccess) -> None:
        self.provider = provider
        self.model = model
        self.client = openai.AsyncOpenAI(
            api_key=key,
            base_url=url,
            max_retries=0,
            timeout=None,
            http_client=openai.DefaultAsyncHttpxClient(verify=access.trust(), timeout=None),
        )

    async def said(self, asking: Awaitable[Said], exchange: Exchange) -> Said:
        """What came of asking. Raises domain errors only. What is filtered before the answer begins costs nothing."""
        try:
            return await asking
        except openai.APIStatusError as error:
            if error.code in FILTERED_CODES:
                return Said(refusal="content_filter")
            raise self._refused(error.status_code, error) from None
        except openai.APIConnectionError:
            raise self.provider.unreachable() from None
        except openai.APIError as error:
            if error.code in FILTERED_CODES:
                return Said(refusal="content_filter", tokens=exchange.tokens(None, None, None, ""))
            raise self.failed(error.code) from None

    def failed(self, code: str | None) -> HoldfastError:
        """A failure that was told in the middle of a stream."""
        return self.provider.refused(STATUS_OF_CODE.get(code or "", 500), {}, self.model, code or "")

    def _refused(self, status: int, error: openai.APIStatusError) -> HoldfastError:
        return self.provider.refused(status, error.response.headers, self.model, error.code or "")


class ChatCompletionsModel:
    """A model behind `POST /chat/completions`."""

    def __init__(self, model: str, access: ModelAccess) -> None:
        self._connect(_Connection(OPENAI, model, OPENAI.key(access), OPENAI.url(access, OPENAI_URL), access))

    def _connect(self, connection: _Connection) -> None:
        self._connection = connection
        self._knows_json_schema = True
        self._tells_usage = True

    async def answer(self, exchange: Exchange) -> Said:
        return await self._connection.said(self._answer(exchange), exchange)

    async def _answer(self, exchange: Exchange) -> Said:
        """With the usage, unless the server said that it does not know the option."""
        try:
            return await self._in_form(exchange)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if not self._tells_usage or "stream_options" not in error.response.text:
                raise
        self._tells_usage = False
        return await self._in_form(exchange)

    async def _in_form(self, exchange: Exchange) -> Said:
        """With a strict JSON Schema, or, once the server said that it knows none, with the schema in words."""
        if self._knows_json_schema:
            schema = exchange.form.model_json_schema()
            strict: ResponseFormat = {
                "type": "json_schema",
                "json_schema": {"name": exchange.form.__name__, "schema": schema, "strict": True},
            }
            try:
                return await self._chat(exchange, strict)
            except openai.BadRequestError as error:
                if not NO_JSON_SCHEMA.search(error.response.text):
                    raise
        said = await self._chat(exchange, {"type": "json_object"}, in_words(exchange.form))
        self._knows_json_schema = False
        return said

    async def _chat(self, exchange: Exchange, response_format: ResponseFormat, addition: str = "") -> Said:
        connection = self._connection
        stream = await connection.client.chat.completions.create(
            model=connection.model,
            messages=list(_messages(exchange, addition)),
            response_format=response_format,
            stream=True,
            stream_options={"include_usage": True} if self._tells_usage else openai.omit,
            **_tools_offered(exchange, _chat_tool),
        )
        connection.provider.check_stream(stream.response.headers.get("content-type", ""))
        exchange.begins()
        collected = _Collected(exchange)
        with reading(connection.provider):
            async for chunk in stream:
                collected.add(chunk)
        if not collected.finish_reason:
            raise connection.provider.cut()
        return collected.said()


class CompatibleModel(ChatCompletionsModel):
    """The same at an address of your own; the key is left out where the server wants none."""

    def __init__(self, model: str, access: ModelAccess) -> None:
        key = COMPATIBLE.key(access) if access.api_key else NO_KEY
        self._connect(_Connection(COMPATIBLE, model, key, COMPATIBLE.url(access), access))


class _Collected:
    """The pieces of one streamed chat completion. Azure and gateways leave out parts, or send null in their place."""

    def __init__(self, exchange: Exchange) -> None:
        self.finish_reason = ""
        self._exchange = exchange
        self._text = ""
        self._refusal = ""
        self._told: tuple[int | None, int | None, int | None] = (None, None, None)
        self._calls: list[ToolCall] = []
        self._places: dict[int, int] = {}

    def add(self, chunk: ChatCompletionChunk) -> None:
        if chunk.usage:
            details = chunk.usage.prompt_tokens_details
            cached = details.cached_tokens if details else None
            self._told = (chunk.usage.prompt_tokens, cached, chunk.usage.completion_tokens)
        for choice in chunk.choices or ():
            self.finish_reason = choice.finish_reason or self.finish_reason
            delta: ChoiceDelta | None = choice.delta
            if delta:
                self._add_delta(delta)

    def _add_delta(self, delta: ChoiceDelta) -> None:
        self._exchange.hears(delta.content)
        self._text += delta.content or ""
        self._refusal += delta.refusal or ""
        for part in delta.tool_calls or ():
            self._add_call(part)

    def _add_call(self, part: ChoiceDeltaToolCall) -> None:
        """Some servers number all calls of an answer 0, or none: another id is another call all the same."""
        place = self._places.get(part.index)
        if place is None or (part.id and self._calls[place].id not in {"", part.id}):
            self._places[part.index] = place = len(self._calls)
            self._calls.append(ToolCall("", "", ""))
        known = self._calls[place]
        name, arguments = (part.function.name, part.function.arguments) if part.function else ("", "")
        self._exchange.hears(arguments)
        self._calls[place] = ToolCall(
            known.id or part.id or "", known.name + (name or ""), known.arguments + (arguments or "")
        )

    def said(self) -> Said:
        answer = "".join((self._text, self._refusal, *(call.arguments for call in self._calls)))
        tokens = self._exchange.tokens(*self._told, answer)
        if self.finish_reason == "content_filter":
            return Said(refusal="content_filter", tokens=tokens)
        if self._refusal:
            return Said(refusal="refused", tokens=tokens)
        if self.finish_reason == "length":
            return Said(cut_off=True, tokens=tokens)
        return Said(text=self._text, calls=tuple(self._calls), tokens=tokens)


class ResponsesModel:
    """A model behind `POST /responses`; nothing of the exchange is stored at OpenAI."""

    def __init__(self, model: str, access: ModelAccess) -> None:
        self._connection = _Connection(OPENAI, model, OPENAI.key(access), OPENAI.url(access, OPENAI_URL), access)

    async def answer(self, exchange: Exchange) -> Said:
        return await self._connection.said(self._answer(exchange), exchange)

    async def _answer(self, exchange: Exchange) -> Said:
        connection = self._connection
        schema = exchange.form.model_json_schema()
        form: ResponseTextConfigParam = {
            "format": {"type": "json_schema", "name": exchange.form.__name__, "schema": schema, "strict": True}
        }
        stream = await connection.client.responses.create(
            model=connection.model,
            instructions=exchange.instructions,
            input=list(_input(exchange)),
            text=form,
            store=False,
            stream=True,
            **_tools_offered(exchange, _responses_tool),
        )
        connection.provider.check_stream(stream.response.headers.get("content-type", ""))
        exchange.begins()
        with reading(connection.provider):
            response = await self._ended(stream, exchange)
            return _said(response, connection, exchange)

    async def _ended(self, stream: AsyncIterator[ResponseStreamEvent], exchange: Exchange) -> Response:
        """The response as the last event shows it; those before it only count if it never comes."""
        async for event in stream:
            if event.type in {"response.output_text.delta", "response.function_call_arguments.delta"}:
                exchange.hears(getattr(event, "delta", None))
            if event.type in {"response.completed", "response.incomplete", "response.failed"}:
                return event.response
            if event.type == "error":
                raise self._connection.failed(event.code)
        raise self._connection.provider.cut()


def _said(response: Response, connection: _Connection, exchange: Exchange) -> Said:
    parts = [part for item in response.output or () if item.type == "message" for part in item.content or ()]
    text = "".join(part.text for part in parts if part.type == "output_text")
    calls = tuple(
        ToolCall(item.call_id, item.name, item.arguments)
        for item in response.output or ()
        if item.type == "function_call"
    )
    tokens = _tokens_of(response, exchange, "".join((text, *(call.arguments for call in calls))))
    if response.status == "failed":
        code = response.error.code if response.error else None
        if code in FILTERED_CODES:
            return Said(refusal="content_filter", tokens=tokens)
        raise connection.failed(code)
    if response.status == "incomplete":
        reason = response.incomplete_details.reason if response.incomplete_details else None
        if reason == "content_filter":
            return Said(refusal="content_filter", tokens=tokens)
        return Said(cut_off=True, tokens=tokens)
    if any(part.type == "refusal" for part in parts):
        return Said(refusal="refused", tokens=tokens)
    return Said(text=text, calls=calls, tokens=tokens)


def _tokens_of(response: Response, exchange: Exchange, answer: str) -> Tokens:
    usage = response.usage
    if usage is None:
        return exchange.tokens(None, None, None, answer)
    details: InputTokensDetails | None = usage.input_tokens_details
    cached = details.cached_tokens if details else None
    return exchange.tokens(usage.input_tokens, cached, usage.output_tokens, answer)


def _messages(exchange: Exchange, addition: str) -> Iterator[ChatCompletionMessageParam]:
    yield {"role": "system", "content": exchange.instructions + addition}
    yield {"role": "user", "content": exchange.data}
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


def _input(exchange: Exchange) -> Iterator[ResponseInputItemParam]:
    yield {"role": "user", "content": exchange.data}
    for finished in exchange.rounds:
        for call, _ in finished.results:
            yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.shown_again}
        for call, result in finished.results:
            yield {"type": "function_call_output", "call_id": call.id, "output": result}


def _tools_offered(exchange: Exchange, form: Callable[[Tool], dict[str, Any]]) -> dict[str, Any]:
    if not exchange.tools:
        return {}
    return {"tools": [form(tool) for tool in exchange.tools], "tool_choice": "auto" if exchange.may_call else "none"}


def _chat_tool(tool: Tool) -> dict[str, Any]:
    return {"type": "function", "function": _function(tool)}


def _responses_tool(tool: Tool) -> dict[str, Any]:
    return {"type": "function", **_function(tool)}


def _function(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "strict": tool.strict, "parameters": tool.parameters}
