"""What `holdfast check llm` tells, at every provider's stand-in."""

import socket
from collections.abc import Iterator
from decimal import Decimal

import pytest

from domain.specification.organisation import ModelPrice
from integrations.llm.checking import STAGES, model_checks
from integrations.llm.provider import ModelAccess
from integrations.llm.registry import MODELS
from sandbox.scripted_model import Fails, Says
from tests.integrations.llm.providers import Provider, served

pytestmark = pytest.mark.integrations
PRICE = ModelPrice(input=Decimal(1), output=Decimal(2))


@pytest.fixture(scope="module", params=sorted(MODELS))
def served_provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


async def failure(provider: Provider, **access: str) -> tuple[str, str]:
    """The stage that fails, the stages before it having passed, and what is said of it."""
    *passed, failed = await model_checks([provider.named], provider.access(**access))
    assert not failed.ok
    assert all(finding.ok for finding in passed)
    assert len(passed) == STAGES.index(failed.name.removeprefix(f"{provider.named}: "))
    return failed.name.removeprefix(f"{provider.named}: "), failed.detail


async def test_all_is_well_and_what_it_costs(provider: Provider) -> None:
    findings = await model_checks([provider.named, provider.named], provider.access(), {provider.named: PRICE}, "CHF")
    assert [finding.name for finding in findings] == [f"{provider.named}: {stage}" for stage in (*STAGES, "cost")]
    assert all(finding.ok for finding in findings)
    assert findings[-1].detail.endswith(" CHF.")
    assert len(provider.stand_in.requests) == 1


async def test_a_price_that_is_missing_is_named(provider: Provider) -> None:
    *_, cost = await model_checks([provider.named], provider.access())
    assert f"`model.prices` does not name {provider.named}" in cost.detail


async def test_nobody_listens(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stage, detail = await failure(provider, base_url=f"http://127.0.0.1:{port}")
    assert stage == "address"
    assert provider.url_setting in detail


async def test_a_wrong_key(provider: Provider) -> None:
    stage, detail = await failure(provider, key="wrong")
    assert stage == "key"
    assert provider.key_setting in detail


async def test_an_unknown_model(provider: Provider) -> None:
    *_, failed = await model_checks([f"{provider.kind}:gpt-99"], provider.access())
    assert (failed.name, failed.ok) == (f"{provider.kind}:gpt-99: model", False)


@pytest.mark.parametrize("entry", [Says(content="Yes, it works."), Says(content=None), Fails(status=422)])
async def test_no_structured_output(provider: Provider, entry: Says | Fails) -> None:
    provider.stand_in.queue(entry)
    stage, _ = await failure(provider)
    assert stage == "structured output"


async def test_the_embedded_model_needs_nothing() -> None:
    [finding] = await model_checks(["local"], {})
    assert finding.ok


async def test_a_missing_key_fails_without_a_request() -> None:
    *_, failed = await model_checks(["anthropic:claude-sonnet-4-6"], {"anthropic": ModelAccess()})
    assert (failed.ok, failed.detail.startswith("Anthropic needs an API key: set ANTHROPIC_API_KEY")) == (False, True)
