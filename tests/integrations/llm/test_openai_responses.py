"""What only the adapter for OpenAI's Responses does, and requests as OpenAI describes them."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.errors import HoldfastError, ModelOutputError, PermanentError, RateLimitedError, UnavailableError
from sandbox.scripted_model import Calls, Fails, FailsMidway, Says, SendsBody, event
from tests.integrations.llm.providers import REQUEST, Articles, Provider, says, served
from tests.openai_description import problems

pytestmark = pytest.mark.integrations
SEARCH = Calls(name="search_knowledge", arguments=('{"query": "warranty"}',))


@pytest.fixture(scope="module")
def served_provider() -> Iterator[Provider]:
    with served("openai-responses") as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


async def test_nothing_is_stored_at_openai(provider: Provider) -> None:
    await provider.writer().write_reply(REQUEST)
    assert provider.stand_in.requests[-1]["store"] is False


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("server_error", UnavailableError),
        ("rate_limit_exceeded", RateLimitedError),
        ("invalid_prompt", PermanentError),
        ("something_new", UnavailableError),
    ],
)
async def test_a_response_that_failed(provider: Provider, code: str, error: type[HoldfastError]) -> None:
    assert type(await provider.failure(FailsMidway(type=code, message="Sorry, Erika"))) is error


async def test_an_error_event(provider: Provider) -> None:
    told = {"type": "error", "code": "rate_limit_exceeded", "message": "Erika", "param": None, "sequence_number": 0}
    entry = SendsBody(body=event(told, "error"), media_type="text/event-stream")
    assert isinstance(await provider.failure(entry), RateLimitedError)


@pytest.mark.parametrize(
    "entry",
    [
        Says(content='{"statem', finish_reason="content_filter"),
        Fails(status=400, code="content_filter", type="invalid_request_error"),
        FailsMidway(type="bio_policy"),
    ],
)
async def test_a_filtered_answer_is_a_result(provider: Provider, entry: Says | Fails | FailsMidway) -> None:
    provider.stand_in.queue(entry)
    assert (await provider.writer().write_reply(REQUEST)).refusal == "content_filter"


async def test_an_incomplete_answer_is_not_used(provider: Provider) -> None:
    full = says(("Within 30 days.", ["s1"])).model_copy(update={"finish_reason": "length"})
    assert isinstance(await provider.failure(full), ModelOutputError)


@pytest.mark.shared
class TestAgainstTheApiDescription:
    """What we send is what OpenAI describes."""

    async def test_writing_searching_and_validating(self, provider: Provider) -> None:
        provider.stand_in.queue(SEARCH, says(("Hello!", [])), Says(content='{"reason": "", "supported": 1}'))
        written = await provider.writer(knowledge=Articles()).write_reply(REQUEST)
        await provider.validator().validate_draft(REQUEST, written)
        sent = list(provider.stand_in.requests)
        assert [problems("CreateResponse", request) for request in sent] == [[], [], []]

    @pytest.mark.parametrize(
        "change",
        [
            {"text": {"format": {"type": "json_schema"}}},
            {"text": {"format": {"type": "yaml"}}},
            {"input": [{"type": "function_call", "arguments": "{}"}]},
            {"input": [{"role": "robot", "content": "x"}]},
            {"tools": [{"type": "function"}]},
            {"temperature": 3},
            {"store": "yes"},
            {"retries": 3},
        ],
    )
    async def test_the_check_notices_a_bad_request(self, provider: Provider, change: dict[str, Any]) -> None:
        await provider.writer(knowledge=Articles()).write_reply(REQUEST)
        assert problems("CreateResponse", provider.stand_in.requests[-1] | change)
