"""What a model took before it failed is told with the error, whoever provides it."""

from collections.abc import Iterator

import pytest

from domain.conversation.turn import Usage
from domain.errors import ModelOutputError, UnavailableError
from integrations.llm.base import WrittenReply
from integrations.llm.registry import MODELS
from sandbox.scripted_model import Calls, CutsConnection, Fails, Says
from tests.integrations.llm.providers import REQUEST, Articles, Provider, says, served

pytestmark = pytest.mark.integrations
SEARCH = Calls(name="search_knowledge", arguments=('{"query": "warranty"}',))
FULL = says(("You may return it within 30 days.", ["s1"]))
OUT_OF_FORM = Says(content=(FULL.content or "").replace("statements", "sentences!"))
CUT_OFF = FULL.model_copy(update={"finish_reason": "length"})


@pytest.fixture(scope="module", params=sorted(MODELS))
def served_provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


def untimed(usage: Usage) -> Usage:
    return usage.model_copy(update={"model_ms": 0.0})


@pytest.mark.parametrize("useless", [OUT_OF_FORM, CUT_OFF], ids=["out of form", "cut off"])
async def test_an_answer_that_nobody_can_use_costs_what_a_good_one_costs(provider: Provider, useless: Says) -> None:
    provider.stand_in.queue(FULL)
    good = (await provider.writer().write_reply(REQUEST)).usage
    error = await provider.failure(useless)
    assert isinstance(error, ModelOutputError)
    assert [untimed(spent) for spent in error.spent] == [untimed(good)]
    assert error.spent[0].model_ms > 0


async def test_rounds_before_a_failure_are_counted(provider: Provider) -> None:
    error = await provider.failure(SEARCH, Fails(status=503), knowledge=Articles())
    assert isinstance(error, UnavailableError)
    [spent] = error.spent
    assert (spent.model, spent.calls) == (provider.named, 1)
    assert min(spent.input_tokens, spent.output_tokens) > 0


@pytest.mark.parametrize(
    "broken", [CutsConnection(after_events=2), CutsConnection(after_events=2, cleanly=True)], ids=["cut", "ended"]
)
async def test_an_answer_that_breaks_off_costs_what_was_sent_and_heard(
    provider: Provider, broken: CutsConnection
) -> None:
    """The vendor tells nothing at its end, so it is an estimate."""
    error = await provider.failure(broken)
    assert isinstance(error, UnavailableError)
    [spent] = error.spent
    assert (spent.model, spent.calls, spent.estimated_calls) == (provider.named, 1, 1)
    assert spent.input_tokens > 100
    assert spent.output_tokens < 20


async def test_rounds_before_an_answer_that_breaks_off_are_counted_too(provider: Provider) -> None:
    error = await provider.failure(SEARCH, CutsConnection(after_events=2), knowledge=Articles())
    [spent] = error.spent
    assert (spent.calls, spent.estimated_calls) == (2, 1)


async def test_a_model_that_never_answered_took_nothing(provider: Provider) -> None:
    assert (await provider.failure(Fails(status=503))).spent == ()


async def test_what_is_no_verdict_costs_too(provider: Provider) -> None:
    draft = WrittenReply(text="You may return it within 30 days.", usage=Usage(model="local"))
    provider.stand_in.queue(Says(content="0.9"), Says(refusal="No."))
    for _ in range(2):
        with pytest.raises(ModelOutputError) as caught:
            await provider.validator().validate_draft(REQUEST, draft)
        [spent] = caught.value.spent
        assert (spent.model, spent.calls) == (provider.named, 1)
        assert spent.input_tokens > 0


@pytest.mark.parametrize("served_provider", ["cohere"], indirect=True)
async def test_an_answer_that_cohere_was_asked_for_twice_costs_twice(provider: Provider) -> None:
    error = await provider.failure(OUT_OF_FORM, CUT_OFF, knowledge=Articles())
    assert [(spent.calls, spent.output_tokens) for spent in error.spent] == [(2, 2 * -(-len(FULL.content or "") // 4))]
    error = await provider.failure(OUT_OF_FORM, Fails(status=503), knowledge=Articles())
    assert [spent.calls for spent in error.spent] == [1]
