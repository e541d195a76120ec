"""Replies and verdicts by OpenAI, or by any server that speaks its Chat Completions API.

Every failure of the provider becomes one of domain.errors here and nowhere else. Their texts are dropped, not chained:
a provider's message may repeat what the customer wrote, or part of the key.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite
from time import perf_counter
from typing import Any, Literal, TypeVar

import openai
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionFunctionToolParam,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam,
)
from openai.types.chat.completion_create_params import ResponseFormat
from pydantic import SecretStr, ValidationError

from domain.errors import (
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    ModelOutputError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
)
from domain.turn import Usage
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftVerdict, ReplyRequest, WrittenReply
from integrations.llm.prompt import (
    VALIDATOR_RULES,
    Answer,
    ModelReply,
    ModelVerdict,
    Sources,
    as_data,
    validator_data,
    writer_data,
    writer_instructions,
)

OPENAI_URL = "https://api.openai.com/v1"
MOST_SEARCH_ROUNDS = 3
PASSAGES_PER_SEARCH = 4
LONGEST_WAIT_SECONDS = 24 * 3600
FILTERED_CODES = frozenset({"content_filter", "content_policy_violation"})
TRY_LATER_STATUSES = frozenset({408, 409})
PLAIN_CODE = re.compile(r"[a-z_]{1,60}")
NO_JSON_SCHEMA = re.compile(
    r"(?=.*(response.?format|json_schema)).*(support|unavailable|not available|must be)", re.IGNORECASE | re.DOTALL
)
SEARCH_KNOWLEDGE: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "search_knowledge",
        "description": "Search the knowledge articles when the given sources do not answer the question. Read only.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "What to look for, in a few words."}},
            "required": ["query"],
            "additionalProperties": False,
        },
    },
}
AnyAnswer = TypeVar("AnyAnswer", bound=Answer)


class Search(Answer):
    """Arguments of `search_knowledge`."""

    query: str


@dataclass(frozen=True)
class _Said:
    """What the model said: a text, or calls of tools, or that it will not answer."""

    text: str = ""
    calls: tuple[ChatCompletionMessageFunctionToolCall, ...] = ()
    refusal: Literal["refused", "content_filter"] | None = None


@dataclass
class _Exchange:
    """All that passes between us and the model in one request, and what it cost so far."""

    model: str
    instructions: str
    data: str
    tool_messages: list[ChatCompletionMessageParam] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0
    model_seconds: float = 0.0

    def messages(self, addition: str = "") -> list[ChatCompletionMessageParam]:
        return [
            {"role": "system", "content": self.instructions + addition},
            {"role": "user", "content": self.data},
            *self.tool_messages,
        ]

    def add_results(self, results: Sequence[tuple[ChatCompletionMessageFunctionToolCall, str]]) -> None:
        """Tool calls of the model with what came of each."""
        asked: list[ChatCompletionMessageFunctionToolCallParam] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call, _ in results
        ]
        self.tool_messages.append({"role": "assistant", "tool_calls": asked})
        for call, result in results:
            self.tool_messages.append({"role": "tool", "tool_call_id": call.id, "content": result})

    def count(self, completion: ChatCompletion) -> None:
        if completion.usage:
            self.input_tokens += completion.usage.prompt_tokens
            self.output_tokens += completion.usage.completion_tokens

    @property
    def usage(self) -> Usage:
        return Usage(
            model=self.model,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            model_ms=self.model_seconds * 1000,
        )


class OpenAiReplyWriter:
    """Writes replies. With `knowledge` the model may search for further passages; it has no tool that writes."""

    def __init__(
        self, model: str, api_key: SecretStr, base_url: str | None = None, knowledge: KnowledgeBase | None = None
    ) -> None:
        self._model = _ChatModel(model, "model.writer", api_key, base_url)
        self._knowledge = knowledge

    async def write_reply(self, request: ReplyRequest) -> WrittenReply:
        sources = Sources(request.passages, request.facts, request.language)
        exchange = _Exchange(self._model.name, writer_instructions(request), writer_data(request, sources))
        async with _deadline(request.timeout_seconds):
            said = await self._converse(exchange, sources, request)
        if said.refusal:
            return WrittenReply(refusal=said.refusal, usage=exchange.usage)
        return sources.reply(_parsed(said.text, ModelReply), exchange.usage)

    async def _converse(self, exchange: _Exchange, sources: Sources, request: ReplyRequest) -> _Said:
        if self._knowledge is None:
            return await self._model.ask(exchange, ModelReply, {})
        for _ in range(MOST_SEARCH_ROUNDS):
            said = await self._model.ask(exchange, ModelReply, _search_offered("auto"))
            if not said.calls:
                return said
            exchange.add_results([(call, _search(self._knowledge, call, sources, request)) for call in said.calls])
        return await self._model.ask(exchange, ModelReply, _search_offered("none"))


class OpenAiDraftValidator:
    """Checks drafts. It sees the question, the sources and the draft, and nothing of how the draft was made."""

    def __init__(self, model: str, api_key: SecretStr, base_url: str | None = None) -> None:
        self._model = _ChatModel(model, "model.validator", api_key, base_url)

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        sources = Sources(request.passages, request.facts, request.language)
        exchange = _Exchange(self._model.name, VALIDATOR_RULES, validator_data(request, draft, sources))
        async with _deadline(request.timeout_seconds):
            said = await self._model.ask(exchange, ModelVerdict, {})
        if said.refusal:
            raise ModelOutputError("The validator model refused to check the draft: a person has to.")
        verdict = _parsed(said.text, ModelVerdict)
        return DraftVerdict(supported=verdict.supported, reason=verdict.reason, usage=exchange.usage)


class _ChatModel:
    """One model behind the official client. The client never retries: the activity's retry policy is the only one."""

    def __init__(self, name: str, setting: str, api_key: SecretStr, base_url: str | None) -> None:
        if base_url is not None and not base_url.startswith(("http://", "https://")):
            raise InvalidInputError("OPENAI_BASE_URL must start with http:// or https://, such as http://127.0.0.1/v1.")
        self.name = name
        self._setting = setting
        self._knows_json_schema = True
        self._client = openai.AsyncOpenAI(
            api_key=_usable_key(api_key), base_url=base_url or OPENAI_URL, max_retries=0, timeout=None
        )

    async def ask(self, exchange: _Exchange, form: type[Answer], options: Mapping[str, Any]) -> _Said:
        """The model's next answer in the given form. Raises domain errors only."""
        try:
            completion = await self._complete(exchange, form, options)
        except openai.APIStatusError as error:
            if error.code in FILTERED_CODES:
                return _Said(refusal="content_filter")
            raise self._status_error(error) from None
        except openai.APIConnectionError:
            text = "The model provider cannot be reached, or it hung up: check the network and OPENAI_BASE_URL."
            raise UnavailableError(text) from None
        except ValidationError:
            text = "The model provider sent something that is no chat completion: check OPENAI_BASE_URL."
            raise ModelOutputError(text) from None
        exchange.count(completion)
        return _said(completion)

    async def _complete(self, exchange: _Exchange, form: type[Answer], options: Mapping[str, Any]) -> ChatCompletion:
        """With a strict JSON Schema, or, once the server said that it knows none, with the schema in words."""
        schema = form.model_json_schema()
        if self._knows_json_schema:
            strict: ResponseFormat = {
                "type": "json_schema",
                "json_schema": {"name": form.__name__, "schema": schema, "strict": True},
            }
            try:
                return await self._send(exchange, exchange.messages(), strict, options)
            except openai.BadRequestError as error:
                if not NO_JSON_SCHEMA.search(error.response.text):
                    raise
        in_words = exchange.messages(f"\n\nAnswer with one JSON object that fits this schema: {json.dumps(schema)}")
        completion = await self._send(exchange, in_words, {"type": "json_object"}, options)
        self._knows_json_schema = False
        return completion

    async def _send(
        self,
        exchange: _Exchange,
        messages: list[ChatCompletionMessageParam],
        response_format: ResponseFormat,
        options: Mapping[str, Any],
    ) -> ChatCompletion:
        started = perf_counter()
        try:
            response = await self._client.chat.completions.with_raw_response.create(
                model=self.name, messages=messages, response_format=response_format, **options
            )
        finally:
            exchange.model_seconds += perf_counter() - started
        return ChatCompletion.model_validate_json(response.content)

    def _status_error(self, error: openai.APIStatusError) -> HoldfastError:
        status = error.status_code
        if status in (401, 403):
            return CredentialsError(f"The model provider refused our key (HTTP {status}): check OPENAI_API_KEY.")
        if status == 404:
            text = f"The model provider has no model {self.name!r} for us (HTTP 404): check `{self._setting}` in the"
            return InvalidInputError(f"{text} specification, and OPENAI_BASE_URL.")
        if status == 429 and error.code == "insufficient_quota":
            return CredentialsError("The account behind OPENAI_API_KEY has no quota left: check its plan and billing.")
        wait = retry_after(error.response.headers, datetime.now(UTC))
        if status == 429:
            return RateLimitedError("The model provider asks us to slow down (HTTP 429).", retry_after=wait)
        if status >= 500 or status in TRY_LATER_STATUSES:
            return UnavailableError(f"The model provider has a problem of its own (HTTP {status}).", retry_after=wait)
        known = f", {error.code}" if error.code and PLAIN_CODE.fullmatch(error.code) else ""
        text = f"The model provider does not accept the request (HTTP {status}{known}): check `{self._setting}` in the"
        return PermanentError(f"{text} specification.")


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _wait(milliseconds / 1000)
    stated = headers.get("retry-after", "")
    seconds = _number(stated)
    if seconds is not None:
        return _wait(seconds)
    try:
        date = parsedate_to_datetime(stated)
    except ValueError:
        return None
    return _wait((date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _wait(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT_SECONDS))


def _usable_key(api_key: SecretStr) -> str:
    key = api_key.get_secret_value().strip()
    if not key:
        raise CredentialsError("The model provider needs a key: set OPENAI_API_KEY, or use the model `local`.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise CredentialsError("OPENAI_API_KEY holds characters that no key has: copy the key again.")
    return key


@asynccontextmanager
async def _deadline(seconds: float) -> AsyncIterator[None]:
    """One deadline for all rounds, so that a server that drips cannot stretch it as it could with a read timeout."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UnavailableError(f"The model did not answer within {seconds:g} seconds.") from None


def _said(completion: ChatCompletion) -> _Said:
    if not completion.choices:
        raise ModelOutputError("The model returned no answer at all.")
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        return _Said(refusal="content_filter")
    if choice.message.refusal:
        return _Said(refusal="refused")
    if choice.finish_reason == "length":
        raise ModelOutputError("The model was cut off in the middle of its answer: its length limit was reached.")
    calls = choice.message.tool_calls or []
    return _Said(
        text=choice.message.content or "",
        calls=tuple(call for call in calls if isinstance(call, ChatCompletionMessageFunctionToolCall)),
    )


def _parsed(text: str, form: type[AnyAnswer]) -> AnyAnswer:
    if not text.strip():
        raise ModelOutputError("The model returned no answer to work with.")
    try:
        return form.model_validate_json(text)
    except ValidationError:
        raise ModelOutputError("The model returned something that is not in the form that was asked for.") from None


def _search_offered(choice: Literal["auto", "none"]) -> dict[str, Any]:
    return {"tools": [SEARCH_KNOWLEDGE], "tool_choice": choice}


def _search(
    knowledge: KnowledgeBase, call: ChatCompletionMessageFunctionToolCall, sources: Sources, request: ReplyRequest
) -> str:
    """What the model reads as the result of its call; a call of anything else is told so and runs nothing."""
    if call.function.name != "search_knowledge":
        return as_data({"error": "There is no such tool. The only one is search_knowledge."})
    try:
        query = Search.model_validate_json(call.function.arguments).query
    except ValidationError:
        return as_data({"error": "search_knowledge takes one JSON object with a text `query`."})
    topics = request.ai_agent.knowledge_topics
    return as_data({"sources": sources.add(knowledge.search(query, topics=topics, limit=PASSAGES_PER_SEARCH))})
