"""Whether a model answers us: one tiny request tells of the address, the key, the model and the form of its answers."""

from collections.abc import Mapping, Sequence

from domain.conversation.costs import cost_of
from domain.conversation.turn import Usage
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RetryableError
from domain.specification.organisation import ModelPrice
from integrations.checks import Finding
from integrations.llm.exchange import Exchange
from integrations.llm.parsing import parsed
from integrations.llm.prompt import Answer, as_data
from integrations.llm.provider import ModelAccess, deadline
from integrations.llm.registry import WRITERS, chat_model

PATIENCE_SECONDS = 30
STAGES = ("address", "key", "model", "structured output")


class Probe(Answer):
    works: bool


async def model_checks(
    named: Sequence[str],
    access: Mapping[str, ModelAccess],
    prices: Mapping[str, ModelPrice] | None = None,
    currency: str = "EUR",
) -> tuple[Finding, ...]:
    """Findings for each model that a specification names; the request to each costs a few tokens."""
    found = list[Finding]()
    for name in dict.fromkeys(named):
        found += await _check(name, access, (prices or {}).get(name), currency)
    return tuple(found)


async def _check(
    name: str, access: Mapping[str, ModelAccess], price: ModelPrice | None, currency: str
) -> Sequence[Finding]:
    if name in WRITERS:
        return [Finding(name=name, ok=True, detail="Embedded: needs no key and costs nothing.")]
    try:
        usage = await _ask(name, access)
    except HoldfastError as error:
        return _failed(name, error)
    passed = [Finding(name=f"{name}: {stage}", ok=True, detail="Works.") for stage in STAGES]
    return [*passed, Finding(name=f"{name}: cost", ok=True, detail=_cost(usage, price, currency))]


async def _ask(name: str, access: Mapping[str, ModelAccess]) -> Usage:
    """Raises domain errors."""
    exchange = Exchange("This is a test of the connection. Set `works` to true.", as_data({}), Probe, may_call=False)
    async with deadline(PATIENCE_SECONDS):
        said = await exchange.ask(chat_model(name, access))
    parsed(said.text, Probe)
    return exchange.usage(name)


def _failed(name: str, error: HoldfastError) -> Sequence[Finding]:
    """What was reached before it failed is well; what comes after is not known."""
    match error:
        case RetryableError():
            place = 0
        case CredentialsError():
            place = 1
        case InvalidInputError():
            place = 2
        case _:
            place = 3
    passed = [Finding(name=f"{name}: {stage}", ok=True, detail="Works.") for stage in STAGES[:place]]
    return [*passed, Finding(name=f"{name}: {STAGES[place]}", ok=False, detail=str(error))]


def _cost(usage: Usage, price: ModelPrice | None, currency: str) -> str:
    spent = f"This check took {usage.input_tokens} tokens in and {usage.output_tokens} out"
    if price is None:
        return f"{spent}; what they cost is not counted, because `model.prices` does not name {usage.model}."
    return f"{spent}: {cost_of(usage, price):f} {currency}."
