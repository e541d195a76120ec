"""Conversations with a real provider's client: the official one over a socket, against the strict stand-in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from pydantic import SecretStr

from config.settings import Settings
from domain.conversation.costs import cost_of
from domain.conversation.ownership import Status
from domain.specification.organisation import ModelPrice, ModelSpec
from sandbox.anthropic import AnthropicStandIn
from sandbox.openai import API_KEY, OpenAiStandIn
from sandbox.scripted_model import Fails, Says
from sandbox.serving import serving
from storage.database import Database
from storage.records import RecordRepository
from tests.e2e.bikeshop import PASSWORD, publish
from tests.e2e.house import House
from workers.composition import model_factory

SENTENCE = "You reset your password on the sign-in page."


def written(text: str = SENTENCE, source: str = "s1") -> Says:
    statements = [{"text": text, "source_ids": [source]}]
    return Says(content=json.dumps({"statements": statements, "clarifying_question": "", "abstain": False}))


def verdict(supported: float) -> Says:
    return Says(content=json.dumps({"reason": "checked", "supported": supported}))


@contextmanager
def provider(*entries: Says | Fails, key: str = API_KEY) -> Iterator[Settings]:
    """Settings of an installation whose provider meets these entries, one for each request."""
    stand_in = OpenAiStandIn()
    stand_in.queue(*entries)
    with serving(stand_in.app()) as address:
        yield Settings(openai_api_key=SecretStr(key), openai_base_url=f"{address}/v1")


async def test_a_provider_writes_and_a_validator_checks_in_22_events(house: House) -> None:
    turns = 3
    entries = [entry for _ in range(turns) for entry in (written(), verdict(0.99))]
    with provider(*entries) as settings:
        async with house.workers(model_factory(settings)):
            talk, lengths = house.talk(), []
            for number in range(1, turns + 1):
                await talk.says(f"{PASSWORD} {number}")
                seen = await talk.answered(number)
                lengths.append(await talk.history_length())
    assert SENTENCE in seen.replies[-1]
    assert seen.turns[-1].draft.usage.model == "openai:gpt-4.1-mini"
    assert lengths[2] - lengths[1] == 22


async def test_a_validator_that_disagrees_asks_a_person(house: House) -> None:
    with provider(written("It never rains in Berlin."), verdict(0.02)) as settings:
        async with house.workers(model_factory(settings)):
            talk = house.talk()
            await talk.says(PASSWORD)
            seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.replies == []
    assert seen.row.escalation_reason == "low_confidence"


async def test_a_rate_limit_delays_and_loses_nothing(house: House) -> None:
    limited = Fails(status=429, message="slow down", type="requests", headers={"retry-after": "1"})
    with provider(limited, written(), verdict(0.99)) as settings:
        async with house.workers(model_factory(settings)):
            talk = house.talk()
            await talk.says(PASSWORD)
            seen = await talk.answered(1)
    assert len(seen.replies) == 1


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        ([Says(content="I am not JSON")], API_KEY),
        ([Says(content=None)], API_KEY),
        ([], "sk-wrong"),
    ],
    ids=["rubbish", "nothing", "wrong key"],
)
async def test_a_model_that_is_of_no_use_hands_over(house: House, entries: list[Says | Fails], key: str) -> None:
    with provider(*entries, key=key) as settings:
        async with house.workers(model_factory(settings)):
            talk = house.talk()
            await talk.says(PASSWORD)
            seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.row.escalation_reason == "model_failed"
    assert [author for author, _ in seen.said] == ["customer", "system"]


class TestFallback:
    """Two providers and the embedded model behind them."""

    WRITER, SECOND = "openai:gpt-4.1-mini", "anthropic:claude-sonnet-4-6"
    PRICES = {
        WRITER: ModelPrice(input=Decimal("0.4"), output=Decimal("1.6")),
        SECOND: ModelPrice(input=Decimal(3), output=Decimal(15)),
    }

    async def test_a_provider_that_is_down_is_replaced_and_its_successors_cost_recorded(
        self, house: House, database: Database
    ) -> None:
        await publish(database, model=ModelSpec(writer=self.WRITER, fallbacks=(self.SECOND,), prices=self.PRICES))
        anthropic = AnthropicStandIn()
        anthropic.queue(written())
        with provider(Fails(status=503)) as settings, serving(anthropic.app()) as address:
            access = {"anthropic_api_key": SecretStr(anthropic.api_key), "anthropic_base_url": address}
            async with house.workers(model_factory(settings.model_copy(update=access))):
                talk = house.talk()
                await talk.says(PASSWORD)
                seen = await talk.answered(1)
        usage = seen.turns[-1].draft.usage
        assert usage.model == self.SECOND
        assert usage.cost == cost_of(usage, self.PRICES[self.SECOND]) > 0
        assert usage.passed_over == (f"{self.WRITER}: OpenAI has a problem of its own (HTTP 503).",)

    async def test_a_spent_budget_leaves_the_embedded_model(self, house: House, database: Database) -> None:
        model = ModelSpec(
            writer=self.WRITER,
            fallbacks=("local",),
            validator=self.WRITER,
            prices=self.PRICES,
            monthly_budget=Decimal("0.00001"),
        )
        await publish(database, model=model)
        with provider(written(), verdict(0.99)) as settings:
            async with house.workers(model_factory(settings)):
                first = house.talk()
                await first.says(PASSWORD)
                paid = (await first.answered(1)).turns[-1].draft.usage
            async with house.workers(model_factory(settings)):
                second = house.talk()
                await second.says(PASSWORD)
                free = (await second.answered(1)).turns[-1].draft.usage
        assert (paid.model, free.model) == (self.WRITER, "local")
        assert "budget for models of 0.00001 EUR a month is used up" in free.passed_over[0]

    async def test_what_a_model_took_for_nothing_usable_spends_the_budget(
        self, house: House, database: Database
    ) -> None:
        model = ModelSpec(
            writer=self.WRITER, fallbacks=("local",), prices=self.PRICES, monthly_budget=Decimal("0.00001")
        )
        await publish(database, model=model)
        with provider(Says(content="I am not JSON"), written()) as settings:
            for reason in ("not in the form that was asked for", "budget for models of 0.00001 EUR a month is used up"):
                async with house.workers(model_factory(settings)):
                    talk = house.talk()
                    await talk.says(PASSWORD)
                    usage = (await talk.answered(1)).turns[-1].draft.usage
                assert usage.model == "local"
                assert reason in usage.passed_over[0]
                assert usage.calls == (1 if "form" in reason else 0)

    @pytest.mark.parametrize(
        ("entries", "calls"),
        [((Says(content="I am not JSON"),), 1), ((written(), Says(content="0.99")), 2)],
        ids=["writer", "validator"],
    )
    async def test_where_nobody_answers_the_cost_is_recorded_all_the_same(
        self, house: House, database: Database, entries: tuple[Says, ...], calls: int
    ) -> None:
        await publish(database, model=ModelSpec(writer=self.WRITER, validator=self.WRITER, prices=self.PRICES))
        with provider(*entries) as settings:
            async with house.workers(model_factory(settings)):
                talk = house.talk()
                await talk.says(PASSWORD)
                await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        total = await RecordRepository(database).usage(talk.id)
        assert (total.calls, total.unpriced_calls) == (calls, 0)
        spent = total.input_tokens * Decimal("0.4") + total.output_tokens * Decimal("1.6")
        assert total.cost == spent / 1_000_000 > 0
