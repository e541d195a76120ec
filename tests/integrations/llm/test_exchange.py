"""What an exchange cost, told by the vendor or estimated."""

import asyncio

import pytest

from domain.conversation.turn import Usage
from domain.errors import UnavailableError
from integrations.llm.abandoned import counting_abandoned
from integrations.llm.exchange import Exchange, Round, Said, Tokens, Tool, ToolCall, estimated_tokens
from integrations.llm.prompt import ModelVerdict
from integrations.llm.provider import deadline


async def nothing(_: str) -> str:
    return ""


def exchange(**more: object) -> Exchange:
    made = Exchange("Check the draft.", "<data>{}</data>", ModelVerdict)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("told", "tokens"),
    [
        ((100, 40, 7), Tokens(100, 40, 7)),
        ((100, None, 7), Tokens(100, 0, 7)),
        ((100, 0, 0), Tokens(100, 0, 0)),
        ((100, 400, 7), Tokens(100, 100, 7)),
    ],
)
def test_what_the_vendor_tells_counts(told: tuple[int | None, int | None, int | None], tokens: Tokens) -> None:
    assert exchange().tokens(*told, "an answer") == tokens


READ = exchange().tokens(None, None, None, "").read


@pytest.mark.parametrize(
    ("told", "tokens"),
    [
        ((None, None, None), Tokens(READ, 0, 3, estimated=True)),
        ((0, 0, 0), Tokens(READ, 0, 3, estimated=True)),
        ((0, 0, 9), Tokens(READ, 0, 9, estimated=True)),
        ((None, 40, 9), Tokens(READ, 0, 9, estimated=True)),
        ((100, 40, None), Tokens(100, 40, 3, estimated=True)),
    ],
)
def test_what_it_does_not_tell_is_estimated(told: tuple[int | None, int | None, int | None], tokens: Tokens) -> None:
    assert exchange().tokens(*told, "twelve chars") == tokens


def test_everything_that_was_sent_is_in_an_estimate() -> None:
    tool = Tool("search", "Finds more.", {"type": "object"}, nothing)
    call = ToolCall("c-1", "search", '{"query": "a frame"}')
    done = Round(Said(calls=(call,)), ((call, "Ten years of warranty for every frame."),))
    assert estimated_tokens("Check the draft.<data>{}</data>") < READ
    with_tool = exchange(tools=[tool]).tokens(None, None, None, "").read
    with_round = exchange(tools=[tool], rounds=[done]).tokens(None, None, None, "").read
    assert READ < with_tool < with_round


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("質問です", 3), ("\ud800", 1)]
)
def test_a_token_is_four_bytes(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


def test_the_usage_counts_the_calls_that_are_estimated() -> None:
    told, guessed = Said(tokens=Tokens(100, 0, 7)), Said(tokens=Tokens(50, 0, 3, estimated=True))
    usage = exchange(said=[told, guessed, guessed]).usage("openai:m")
    assert (usage.input_tokens, usage.output_tokens, usage.calls, usage.estimated_calls) == (200, 13, 3, 2)


class Stalling:
    """A model that begins its answer, or has not begun yet, and then says nothing more."""

    def __init__(self, *pieces: str, read: int | None = None, begins: bool = True, ends: bool = False) -> None:
        self.pieces, self.read, self.begins, self.ends = pieces, read, begins, ends
        self.silent = asyncio.Event()

    async def answer(self, exchange: Exchange) -> Said:
        if self.begins:
            exchange.begins(self.read)
        for piece in self.pieces:
            exchange.hears(piece)
        self.silent.set()
        if self.ends:
            return Said(text="".join(self.pieces), tokens=Tokens(100, 0, 7))
        await asyncio.Future()
        raise AssertionError


async def give_up(made: Exchange, model: Stalling) -> list[Usage]:
    """Cancel the exchange in the middle of the answer; what was counted."""

    async def ask() -> None:
        with made.counted("openai:gpt"):
            await made.ask(model)

    with counting_abandoned() as abandoned:
        asking = asyncio.create_task(ask())
        await model.silent.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    return abandoned


@pytest.mark.parametrize(("told", "read"), [(None, READ), (77, 77)])
async def test_an_answer_that_is_given_up_midway_costs_what_was_sent_and_heard(told: int | None, read: int) -> None:
    [spent] = await give_up(exchange(), Stalling("twelve", " chars", read=told))
    assert (spent.model, spent.calls, spent.estimated_calls) == ("openai:gpt", 1, 1)
    assert (spent.input_tokens, spent.output_tokens) == (read, 3)


async def test_an_answer_that_has_not_begun_costs_nothing() -> None:
    assert await give_up(exchange(), Stalling(begins=False)) == []


async def test_complete_answers_before_one_that_is_given_up_are_told_as_they_were() -> None:
    made = exchange()
    await made.ask(Stalling("yes", ends=True))
    [spent] = await give_up(made, Stalling(begins=False))
    assert (spent.calls, spent.estimated_calls, spent.input_tokens, spent.output_tokens) == (1, 0, 100, 7)


async def test_an_answer_that_takes_too_long_costs_what_was_heard_of_it() -> None:
    made = exchange()
    with pytest.raises(UnavailableError) as caught, made.counted("openai:gpt"):
        async with deadline(0.01):
            await made.ask(Stalling("twelve chars"))
    [spent] = caught.value.spent
    assert (spent.calls, spent.estimated_calls, spent.output_tokens) == (1, 1, 3)


async def test_nobody_counts_where_nobody_asked_to() -> None:
    asking = asyncio.create_task(exchange().ask(Stalling("twelve chars")))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
