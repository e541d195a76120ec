"""What an exchange cost, told by the vendor or estimated."""

import pytest

from integrations.llm.exchange import Exchange, Round, Said, Tokens, Tool, ToolCall, estimated_tokens
from integrations.llm.prompt import ModelVerdict


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
