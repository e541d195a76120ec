"""Servers that leave out what their vendor's API promises: Azure, gateways, and streams that end early."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.scripted_model import Calls, SendsBody, event
from tests.integrations.llm.providers import REQUEST, Articles, Provider, says, served

pytestmark = pytest.mark.integrations

ANSWER = says(("Hello!", [])).content or ""
FIRST, LAST = ANSWER[:20], ANSWER[20:]
CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}


@pytest.fixture(scope="module", params=["openai", "compatible"])
def served_provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


def choice(delta: Any = None, end: str | None = None, **more: Any) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": end, **more}


def text(words: str | None) -> dict[str, Any]:
    return choice({"content": words})


def without(key: str, made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != key}


def body(*chunks: dict[str, Any], usage: Any = USAGE, done: bool = True) -> SendsBody:
    told = [{"choices": [], "usage": usage}] if usage is not None else []
    events = [event({**CHUNK, **chunk}) for chunk in [*chunks, *told]]
    return SendsBody(body="".join(events) + (event("[DONE]") if done else ""), media_type="text/event-stream")


ODD_CHUNKS: dict[str, list[dict[str, Any]]] = {
    "delta is null": [{"choices": [choice(None)]}],
    "no delta": [{"choices": [without("delta", choice())]}],
    "choices is null": [{"choices": None}],
    "no choices": [{}],
    "empty choices with what the filter found": [{"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}],
    "the filter's place": [{"choices": [without("delta", choice(content_filter_offsets={"start_offset": 0}))]}],
    "content is null": [{"choices": [text(None)]}],
    "everything is null": [{"choices": [choice({"content": None, "role": None, "refusal": None, "tool_calls": None})]}],
    "an end that is empty": [{"choices": [choice({}, "")]}],
    "usage is null": [{"choices": [text("")], "usage": None}],
    "usage so far": [{"choices": [text("")], "usage": {**USAGE, "completion_tokens": 1}}],
    "usage without numbers": [{"choices": [text("")], "usage": {"prompt_tokens": None, "completion_tokens": None}}],
}


@pytest.mark.parametrize("odd", ODD_CHUNKS.values(), ids=ODD_CHUNKS)
async def test_a_chunk_that_says_nothing_takes_nothing_away(provider: Provider, odd: list[dict[str, Any]]) -> None:
    chunks = [
        *odd,
        {"choices": [text(FIRST)]},
        *odd,
        {"choices": [text(LAST)]},
        *odd,
        {"choices": [choice({}, "stop")]},
    ]
    provider.stand_in.queue(body(*chunks, *odd))
    written = await provider.writer().write_reply(REQUEST)
    assert written.text == "Hello!"
    assert (written.usage.input_tokens, written.usage.output_tokens, written.usage.estimated_calls) == (100, 7, 0)


@pytest.mark.parametrize("end", [choice(None, "stop"), without("delta", choice(end="stop"))], ids=["null", "left out"])
async def test_the_end_may_come_without_delta(provider: Provider, end: dict[str, Any]) -> None:
    provider.stand_in.queue(body({"choices": [text(ANSWER)]}, {"choices": [end]}))
    assert (await provider.writer().write_reply(REQUEST)).text == "Hello!"


UNTOLD: dict[str, Any] = {
    "the stream ends before the usage": None,
    "no counts": {},
    "null counts": {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None},
    "nothing": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "half": {"prompt_tokens": 100, "completion_tokens": None},
}


@pytest.mark.parametrize("usage", UNTOLD.values(), ids=UNTOLD)
@pytest.mark.parametrize("done", [True, False])
async def test_usage_that_nobody_told_is_estimated_and_marked(provider: Provider, usage: Any, done: bool) -> None:
    provider.stand_in.queue(
        body({"choices": [text(ANSWER)]}, {"choices": [choice({}, "stop")]}, usage=usage, done=done)
    )
    told = (await provider.writer().write_reply(REQUEST)).usage
    assert (told.calls, told.estimated_calls) == (1, 1)
    assert told.output_tokens == -(-len(ANSWER) // 4)
    assert told.input_tokens == 100 if usage == UNTOLD["half"] else told.input_tokens > 300


@pytest.mark.parametrize("details", [None, {}, {"cached_tokens": None}, {"cached_tokens": 40}])
async def test_details_of_the_usage_may_be_missing(provider: Provider, details: Any) -> None:
    provider.stand_in.queue(
        body({"choices": [choice({"content": ANSWER}, "stop")]}, usage={**USAGE, "prompt_tokens_details": details})
    )
    told = (await provider.writer().write_reply(REQUEST)).usage
    assert (told.input_tokens, told.cached_tokens) == (100, 40 if details and details["cached_tokens"] else 0)


async def test_a_tool_call_comes_together_around_empty_chunks(provider: Provider) -> None:
    def piece(arguments: str | None, **named: Any) -> dict[str, Any]:
        function = {"name": named.pop("name", None), "arguments": arguments}
        return {"choices": [choice({"tool_calls": [{"index": 0, **named, "function": function}]})]}

    empty = {"choices": [choice({"tool_calls": [{"index": 0, "function": None}]})]}
    chunks = [piece(None, id="c-1", name="search_knowledge"), empty, piece('{"query": '), {"choices": None}]
    chunks += [piece('"frame"}'), {"choices": [choice(None, "tool_calls")]}]
    articles = Articles()
    provider.stand_in.queue(body(*chunks), says(("Hello!", [])))
    assert (await provider.writer(knowledge=articles).write_reply(REQUEST)).text == "Hello!"
    assert [query for query, _ in articles.searches] == ["frame"]


@pytest.mark.parametrize("arguments", ["rubbish", '{"query": "fra', "[]", "", "null"])
@pytest.mark.parametrize("kind", ["openai", "openai-responses", "cohere"])
async def test_a_call_that_holds_no_json_object_is_shown_again_as_one(kind: str, arguments: str) -> None:
    with served(kind) as provider:
        provider.stand_in.queue(Calls(name="search_knowledge", arguments=(arguments,)), says(("Hello!", [])))
        assert (await provider.writer(knowledge=Articles()).write_reply(REQUEST)).text == "Hello!"
        shown = _arguments_shown(provider)
    assert [json.loads(one) for one in shown] == [{"malformed": arguments} if arguments else {}]


def _arguments_shown(provider: Provider) -> list[str]:
    request = provider.stand_in.requests[-1]
    if provider.kind == "openai-responses":
        return [item["arguments"] for item in request["input"] if item.get("type") == "function_call"]
    calls = [call for message in request["messages"] for call in message.get("tool_calls") or ()]
    return [call["function"]["arguments"] for call in calls]


def _of_responses(usage: Any) -> str:
    part = {"type": "output_text", "text": ANSWER, "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    response = {"id": "r", "object": "response", "status": "completed", "output": [message], "usage": usage}
    return event({"type": "response.completed", "sequence_number": 1, "response": response}, "response.completed")


def _of_cohere(usage: Any) -> str:
    delta = {"message": {"content": {"text": ANSWER}}}
    end = {"type": "message-end", "id": "1", "delta": {"finish_reason": "COMPLETE", "usage": usage}}
    return event({"type": "content-delta", "index": 0, "delta": delta}) + event(end)


def _of_anthropic(usage: Any) -> str:
    message = {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": [], "usage": usage}
    block = {"type": "text", "text": ""}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": None}},
        {"type": "message_stop"},
    ]
    return "".join(event(one, one["type"]) for one in events)


@pytest.mark.parametrize(
    ("kind", "made", "usage"),
    [
        ("openai-responses", _of_responses, None),
        ("openai-responses", _of_responses, {"input_tokens": None, "output_tokens": None}),
        ("openai-responses", _of_responses, {"input_tokens": 0, "output_tokens": 0, "input_tokens_details": None}),
        ("cohere", _of_cohere, None),
        ("cohere", _of_cohere, {}),
        ("cohere", _of_cohere, {"tokens": {"input_tokens": None, "output_tokens": None}}),
        ("anthropic", _of_anthropic, {}),
        ("anthropic", _of_anthropic, {"input_tokens": None, "cache_read_input_tokens": None}),
        ("anthropic", _of_anthropic, {"input_tokens": 0, "output_tokens": 0}),
    ],
)
async def test_no_provider_is_taken_to_cost_nothing(kind: str, made: Callable[[Any], str], usage: Any) -> None:
    with served(kind) as provider:
        provider.stand_in.queue(SendsBody(body=made(usage), media_type="text/event-stream"))
        written = await provider.writer().write_reply(REQUEST)
    assert written.text == "Hello!"
    assert (written.usage.calls, written.usage.estimated_calls) == (1, 1)
    assert written.usage.input_tokens > 300
    assert written.usage.output_tokens == -(-len(ANSWER) // 4)
