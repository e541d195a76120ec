"""One exchange with a remote model in no provider's format; an adapter translates it into its vendor's API."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal, Protocol

from pydantic import JsonValue

from domain.conversation.turn import Usage
from domain.errors import HoldfastError, ModelOutputError
from integrations.llm.abandoned import abandon
from integrations.llm.parsing import json_object
from integrations.llm.prompt import Answer

BYTES_PER_TOKEN = 4


@dataclass(frozen=True)
class ToolCall:
    """A call that the model asks for; `arguments` is a JSON text that may be anything."""

    id: str
    name: str
    arguments: str

    @property
    def shown_again(self) -> str:
        """The arguments for the vendor's eyes: strict servers refuse a turn whose earlier calls hold no JSON object."""
        return json_object(self.arguments)


@dataclass(frozen=True)
class Tool:
    """Something that a model may use while it answers, and that changes nothing; `run` takes the arguments' text.

    `strict`: the schema names every field as required and allows no other, as providers want who bind a model to it.
    """

    name: str
    description: str
    parameters: dict[str, JsonValue]
    run: Callable[[str], Awaitable[str]]
    strict: bool = True


@dataclass(frozen=True)
class Tokens:
    """`read` includes the `cached` ones. `estimated`: the vendor did not tell them, or not all of them."""

    read: int = 0
    cached: int = 0
    written: int = 0
    estimated: bool = False


@dataclass(frozen=True)
class Said:
    """What the model said, complete: a text, or calls of tools, or that it will not answer.

    `cut_off`: the length limit was reached, so nothing of it is used; its tokens are billed all the same.
    `original` is the message in the vendor's own form, for the vendor to see again with the results of its calls.
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    refusal: Literal["refused", "content_filter"] | None = None
    cut_off: bool = False
    tokens: Tokens = Tokens()
    original: Any = None


@dataclass(frozen=True)
class Round:
    """Calls of the model with what came of each."""

    said: Said
    results: tuple[tuple[ToolCall, str], ...]


@dataclass
class _Heard:
    """An answer that has begun and is not complete."""

    read: int | None
    pieces: list[str] = field(default_factory=list)


@dataclass
class Exchange:
    """All that passes between us and the model for one answer in the given form, and what it cost so far."""

    instructions: str
    data: str
    form: type[Answer]
    tools: Sequence[Tool] = ()
    may_call: bool = True
    rounds: list[Round] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    model_seconds: float = 0.0
    _heard: "_Heard | None" = None

    async def ask(self, model: "ChatModel") -> Said:
        """The model's next answer. Raises what it raises, and ModelOutputError for an answer that was cut off."""
        started = perf_counter()
        try:
            self.keep(await model.answer(self))
        except (HoldfastError, asyncio.CancelledError):
            self._keep_what_was_heard()
            raise
        finally:
            self.model_seconds += perf_counter() - started
        said = self.said[-1]
        if said.cut_off:
            raise ModelOutputError("The model was cut off in the middle of its answer: its length limit was reached.")
        return said

    def begins(self, read: int | None = None) -> None:
        """The vendor begins to answer: what we sent is billed, whatever becomes of the answer. `read`: if it tells."""
        self._heard = _Heard(read)

    def hears(self, piece: str | None) -> None:
        """A piece of the answer that has begun."""
        if self._heard is not None and piece:
            self._heard.pieces.append(piece)

    def keep(self, said: Said) -> None:
        """An answer that is complete."""
        self._heard = None
        self.said.append(said)

    def _keep_what_was_heard(self) -> None:
        """No vendor tells what an answer took that broke off, or that we gave up midway."""
        if self._heard is not None:
            self.keep(Said(tokens=self.tokens(self._heard.read, None, None, "".join(self._heard.pieces))))

    @contextmanager
    def counted(self, model: str) -> Iterator[None]:
        """What leaves the block by an error, or because we gave it up, tells what the exchange cost until then."""
        try:
            yield
        except HoldfastError as error:
            if self.said:
                error.spent = (self.usage(model),)
            raise
        except asyncio.CancelledError:
            if self.said:
                abandon((self.usage(model),))
            raise

    def tokens(self, read: int | None, cached: int | None, written: int | None, answer: str) -> Tokens:
        """What an `answer` of the model took, as its vendor tells. What it does not tell is estimated, from our side.

        Nobody reads a request of no tokens, so 0 is not told either. A model's hidden thoughts are in no estimate.
        """
        told = bool(read) and written is not None
        return Tokens(
            read=read or estimated_tokens(self._sent()),
            cached=min(cached or 0, read or 0),
            written=(written or 0) if told else written or estimated_tokens(answer),
            estimated=not told,
        )

    def _sent(self) -> str:
        tools = [f"{tool.name} {tool.description} {json.dumps(tool.parameters)}" for tool in self.tools]
        rounds = [f"{call.name} {call.arguments} {result}" for one in self.rounds for call, result in one.results]
        return "\n".join((self.instructions, self.data, json.dumps(self.form.model_json_schema()), *tools, *rounds))

    def usage(self, model: str) -> Usage:
        """Tokens, calls and milliseconds so far, under the model's name; without a price."""
        return Usage(
            model=model,
            input_tokens=sum(said.tokens.read for said in self.said),
            cached_tokens=sum(said.tokens.cached for said in self.said),
            output_tokens=sum(said.tokens.written for said in self.said),
            calls=len(self.said),
            estimated_calls=sum(said.tokens.estimated for said in self.said),
            model_ms=self.model_seconds * 1000,
        )


class ChatModel(Protocol):
    """One model behind the official client of its vendor. The client never retries: the activity's policy is the one.

    Raises domain errors only, as integrations.llm.base says. What it returns is complete, or says that it is not: an
    answer whose stream broke is UnavailableError, whatever of it arrived.
    """

    async def answer(self, exchange: Exchange) -> Said: ...


def estimated_tokens(text: str) -> int:
    """About as many as usual tokenizers make of it: one for four bytes of UTF-8, rounded up."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def in_words(form: type[Answer]) -> str:
    """What a model is told that cannot be bound to a schema."""
    return f"\n\nAnswer with one JSON object that fits this schema: {json.dumps(form.model_json_schema())}"
