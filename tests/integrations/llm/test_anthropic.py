"""What only Anthropic's adapter does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from sandbox.scripted_model import Calls, Fails, FailsMidway, SendsBody, event
from tests.integrations.llm.providers import REQUEST, Articles, Provider, says, served

pytestmark = pytest.mark.integrations
SEARCH = Calls(name="search_knowledge", arguments=('{"query": "warranty"}',))


@pytest.fixture(scope="module")
def served_provider() -> Iterator[Provider]:
    with served("anthropic") as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


async def test_the_answer_is_bound_to_a_schema_that_anthropic_takes(provider: Provider) -> None:
    await provider.writer().write_reply(REQUEST)
    form = provider.stand_in.requests[-1]["output_config"]["format"]
    assert form["type"] == "json_schema"
    assert form["schema"]["additionalProperties"] is False


async def test_what_the_model_said_before_its_call_goes_back_with_it(provider: Provider) -> None:
    provider.stand_in.queue(SEARCH, says(("Hello!", [])))
    await provider.writer(knowledge=Articles()).write_reply(REQUEST)
    said, result = provider.stand_in.requests[-1]["messages"][1:]
    assert [block["type"] for block in said["content"]] == ["text", "tool_use"]
    assert said["content"][1]["input"] == {"query": "warranty"}
    assert result["content"][0]["tool_use_id"] == said["content"][1]["id"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("overloaded_error", UnavailableError),
        ("api_error", UnavailableError),
        ("something_new", UnavailableError),
        ("rate_limit_error", RateLimitedError),
        ("authentication_error", CredentialsError),
        ("not_found_error", InvalidInputError),
    ],
)
async def test_an_error_within_the_stream(provider: Provider, kind: str, error: type[HoldfastError]) -> None:
    assert type(await provider.failure(FailsMidway(type=kind, message="Sorry, Erika"))) is error


async def test_a_filtered_answer_is_a_result(provider: Provider) -> None:
    provider.stand_in.queue(Fails(status=400, message="Output blocked by content filtering policy"))
    assert (await provider.writer().write_reply(REQUEST)).refusal == "content_filter"


async def test_cached_tokens_are_part_of_the_input(provider: Provider) -> None:
    usage = {
        "input_tokens": 7,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "output_tokens": 1,
    }
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    text = json.loads(says(("Hello!", [])).model_dump_json())["content"]
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": message | {"stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    body = "".join(event(one, one["type"]) for one in told)
    provider.stand_in.queue(SendsBody(body=body, media_type="text/event-stream"))
    used = (await provider.writer().write_reply(REQUEST)).usage
    assert (used.input_tokens, used.cached_tokens, used.output_tokens) == (127, 100, 9)
