"""Models in order, without any provider: writers that answer or raise what the test says."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from activities.options import SCORE_CONFIDENCE
from domain.conversation.turn import Usage
from domain.errors import (
    CredentialsError,
    HoldfastError,
    ModelOutputError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
)
from domain.specification.organisation import ModelPrice
from integrations.llm.abandoned import abandon, counting_abandoned
from integrations.llm.base import (
    DraftVerdict,
    OfferedTool,
    ReplyRequest,
    ReplyTools,
    ReplyWriter,
    ToolAnswer,
    WrittenReply,
)
from integrations.llm.fallback import VERDICT_SECONDS, Candidate, FallbackReplyWriter, MeteredValidator
from tests.organisation import SERVICE

REQUEST = ReplyRequest(organisation="Bike Shop", language="en", ai_agent=SERVICE, question="?", timeout_seconds=30)
FIRST, SECOND = "openai:first", "anthropic:second"
PRICES = {FIRST: ModelPrice(input=Decimal(2), output=Decimal(10))}
SOON = timedelta(milliseconds=1)


class Model:
    """Raises its errors one after the other, then answers."""

    def __init__(self, name: str, *errors: HoldfastError) -> None:
        self.name = name
        self.errors = list(errors)
        self.timeouts: list[float] = []

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        self.timeouts.append(request.timeout_seconds)
        if self.errors:
            raise self.errors.pop(0)
        usage = Usage(model=self.name, input_tokens=1000, output_tokens=100, calls=1)
        return WrittenReply(text=f"By {self.name}.", usage=usage)

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        return DraftVerdict(supported=0.9, usage=(await self.write_reply(request)).usage)


async def anything(model: str) -> None:
    """Every model may be asked."""


async def nothing_priced(model: str) -> None:
    if model in PRICES:
        raise UnavailableError("The budget is used up.", retry_after=timedelta(days=9))


def chain(*models: Model, patience: timedelta = timedelta(0), allow: object = anything) -> FallbackReplyWriter:
    def make(model: Model) -> ReplyWriter:
        return model

    candidates = [Candidate(model.name, lambda model=model: make(model)) for model in models]  # type: ignore[misc]
    return FallbackReplyWriter(candidates, allow=allow, patience=patience, prices=PRICES)  # type: ignore[arg-type]


async def test_the_first_one_answers_and_its_cost_is_known() -> None:
    written = await chain(Model(FIRST), Model(SECOND)).write_reply(REQUEST)
    assert (written.usage.model, written.usage.cost, written.usage.passed_over) == (FIRST, Decimal("0.003"), ())


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("It is down."),
        RateLimitedError("Slow down."),
        CredentialsError("The key is refused."),
        ModelOutputError("It said nothing."),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_the_next_one_answers_and_tells_why(error: HoldfastError) -> None:
    written = await chain(Model(FIRST, error), Model(SECOND)).write_reply(REQUEST)
    assert written.text == f"By {SECOND}."
    assert written.usage.model == SECOND
    assert written.usage.cost is None
    assert written.usage.passed_over == (f"{FIRST}: {error}",)


def wasted(error: HoldfastError, model: str = FIRST, calls: int = 1) -> HoldfastError:
    error.spent = (Usage(model=model, input_tokens=1000, output_tokens=100, calls=calls),)
    return error


async def test_what_models_took_before_that_said_nothing_usable_is_part_of_the_cost() -> None:
    slow = wasted(RateLimitedError("Slow.", retry_after=SOON))
    first = Model(FIRST, slow, wasted(ModelOutputError("It said nothing."), calls=3))
    written = await chain(first, Model("local"), patience=timedelta(seconds=5)).write_reply(REQUEST)
    assert (written.usage.model, written.usage.cost, written.usage.calls) == ("local", Decimal("0.006"), 5)
    assert (written.usage.input_tokens, written.usage.unpriced_calls) == (3000, 1)


async def test_when_nobody_answers_the_error_carries_what_all_took() -> None:
    first = Model(FIRST, wasted(ModelOutputError("It said nothing.")))
    second = Model(SECOND, wasted(ModelOutputError("Cut off."), SECOND))
    with pytest.raises(ModelOutputError) as caught:
        await chain(first, second).write_reply(REQUEST)
    assert [(usage.model, usage.cost) for usage in caught.value.spent] == [(FIRST, Decimal("0.003")), (SECOND, None)]


class GivenUp(Model):
    """The answer is given up midway, as by whoever overtakes the draft; the exchange tells what it took."""

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        abandon((Usage(model=FIRST, input_tokens=1000, output_tokens=100, calls=1, estimated_calls=1),))
        raise asyncio.CancelledError


async def test_what_is_given_up_midway_has_a_cost_and_so_has_what_came_before_it() -> None:
    first = Model(SECOND, wasted(ModelOutputError("It said nothing."), SECOND))
    with counting_abandoned() as spent, pytest.raises(asyncio.CancelledError):
        await chain(first, GivenUp(FIRST)).write_reply(REQUEST)
    assert [(usage.model, usage.cost, usage.estimated_calls) for usage in spent] == [
        (SECOND, None, 0),
        (FIRST, Decimal("0.003"), 1),
    ]


async def test_a_client_that_cannot_be_made_is_passed_over() -> None:
    def make() -> ReplyWriter:
        raise CredentialsError("No key.")

    writer = FallbackReplyWriter([Candidate(FIRST, make), Candidate(SECOND, lambda: Model(SECOND))], allow=anything)
    assert (await writer.write_reply(REQUEST)).usage.passed_over == (f"{FIRST}: No key.",)


async def test_a_short_rate_limit_is_waited_for() -> None:
    first, second = Model(FIRST, RateLimitedError("Slow.", retry_after=SOON)), Model(SECOND)
    written = await chain(first, second, patience=timedelta(seconds=5)).write_reply(REQUEST)
    assert (written.usage.model, len(first.timeouts), second.timeouts) == (FIRST, 2, [])


async def test_patience_is_that_of_the_whole_turn() -> None:
    first = Model(FIRST, *[RateLimitedError("Slow.", retry_after=SOON) for _ in range(9)])
    written = await chain(first, Model(SECOND), patience=timedelta(seconds=0.9)).write_reply(REQUEST)
    assert (written.usage.model, len(first.timeouts)) == (SECOND, 2)


@pytest.mark.parametrize("wait", [timedelta(seconds=6), None], ids=["too long", "not told"])
async def test_a_long_rate_limit_is_not(wait: timedelta | None) -> None:
    first = Model(FIRST, RateLimitedError("Slow.", retry_after=wait))
    written = await chain(first, Model(SECOND), patience=timedelta(seconds=5)).write_reply(REQUEST)
    assert (written.usage.model, len(first.timeouts)) == (SECOND, 1)


async def test_without_another_one_the_activity_waits_not_the_process() -> None:
    limited = RateLimitedError("Slow.", retry_after=SOON)
    with pytest.raises(RateLimitedError) as caught:
        await chain(Model(FIRST, limited), patience=timedelta(seconds=5)).write_reply(REQUEST)
    assert caught.value is limited


async def test_what_a_model_told_one_conversation_holds_for_the_others() -> None:
    first, second = Model(FIRST, RateLimitedError("Slow.", retry_after=timedelta(seconds=60))), Model(SECOND)
    writer = chain(first, second)
    for _ in range(2):
        assert (await writer.write_reply(REQUEST)).usage.model == SECOND
    assert len(first.timeouts) == 1
    alone = chain(Model(FIRST, RateLimitedError("Slow.", retry_after=timedelta(seconds=60))))
    for _ in range(2):
        with pytest.raises(RateLimitedError) as caught:
            await alone.write_reply(REQUEST)
        assert caught.value.retry_after
        assert timedelta(seconds=50) < caught.value.retry_after <= timedelta(seconds=60)


async def test_after_the_wait_a_model_is_asked_again() -> None:
    first = Model(FIRST, RateLimitedError("Slow.", retry_after=timedelta(milliseconds=20)))
    writer = chain(first)
    with pytest.raises(RateLimitedError):
        await writer.write_reply(REQUEST)
    await asyncio.sleep(0.05)
    assert (await writer.write_reply(REQUEST)).usage.model == FIRST


async def test_a_model_out_of_budget_is_not_asked() -> None:
    first = Model(FIRST)
    written = await chain(first, Model("local"), allow=nothing_priced).write_reply(REQUEST)
    assert (written.usage.model, first.timeouts) == ("local", [])
    assert written.usage.passed_over == (f"{FIRST}: The budget is used up.",)


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ([CredentialsError("k"), UnavailableError("u")], 1),
        ([UnavailableError("u", retry_after=timedelta(days=3)), RateLimitedError("r", retry_after=SOON)], 1),
        ([UnavailableError("u"), RateLimitedError("r", retry_after=SOON)], 0),
        ([CredentialsError("k"), PermanentError("p")], 0),
    ],
    ids=["one that may pass", "the shorter wait", "no wait known", "none that may pass"],
)
async def test_when_nobody_answers_the_most_hopeful_error_counts(errors: Sequence[HoldfastError], raised: int) -> None:
    models = [Model(name, error) for name, error in zip((FIRST, SECOND), errors, strict=True)]
    with pytest.raises(HoldfastError) as caught:
        await chain(*models).write_reply(REQUEST)
    assert caught.value is errors[raised]


async def test_all_together_have_less_time_than_an_attempt() -> None:
    model = Model(FIRST)
    await chain(model).write_reply(REQUEST.model_copy(update={"timeout_seconds": 300}))
    assert 75 < model.timeouts[0] <= 80


class GivenUpVerdict(Model):
    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        abandon((Usage(model=FIRST, input_tokens=1000, output_tokens=100, calls=1, estimated_calls=1),))
        raise asyncio.CancelledError


class TestValidator:
    async def test_a_verdict_that_is_given_up_midway_has_a_cost(self) -> None:
        validator = MeteredValidator(FIRST, GivenUpVerdict(FIRST), allow=anything, prices=PRICES, trusts_local=True)
        with counting_abandoned() as spent, pytest.raises(asyncio.CancelledError):
            await validator.validate_draft(REQUEST, WrittenReply(text="x", usage=Usage(model=SECOND)))
        assert [usage.cost for usage in spent] == [Decimal("0.003")]

    @pytest.mark.parametrize(("trusts_local", "supported"), [(True, None), (False, 0.9)])
    async def test_what_the_fallback_quotes_needs_no_check(self, trusts_local: bool, supported: float | None) -> None:
        validator = MeteredValidator(FIRST, Model(FIRST), allow=anything, prices=PRICES, trusts_local=trusts_local)
        verdict = await validator.validate_draft(REQUEST, WrittenReply(text="x", usage=Usage(model="local")))
        assert verdict.supported == supported

    async def test_a_verdict_has_a_cost(self) -> None:
        validator = MeteredValidator(FIRST, Model(FIRST), allow=anything, prices=PRICES, trusts_local=True)
        verdict = await validator.validate_draft(REQUEST, WrittenReply(text="x", usage=Usage(model=SECOND)))
        assert (verdict.supported, verdict.usage.cost) == (0.9, Decimal("0.003"))

    async def test_what_is_no_verdict_has_a_cost_too(self) -> None:
        broken = Model(FIRST, wasted(ModelOutputError("It refused.")))
        validator = MeteredValidator(FIRST, broken, allow=anything, prices=PRICES, trusts_local=True)
        with pytest.raises(ModelOutputError) as caught:
            await validator.validate_draft(REQUEST, WrittenReply(text="x", usage=Usage(model=SECOND)))
        assert [usage.cost for usage in caught.value.spent] == [Decimal("0.003")]

    async def test_a_verdict_has_less_time_than_an_attempt(self) -> None:
        model = Model(FIRST)
        validator = MeteredValidator(FIRST, model, allow=anything, prices=PRICES, trusts_local=True)
        patient = REQUEST.model_copy(update={"timeout_seconds": 300})
        await validator.validate_draft(patient, WrittenReply(text="x", usage=Usage(model=SECOND)))
        attempt = SCORE_CONFIDENCE.options["start_to_close_timeout"]
        assert attempt
        assert model.timeouts == [VERDICT_SECONDS]
        assert attempt.total_seconds() > VERDICT_SECONDS

    async def test_a_validator_out_of_budget_is_not_asked(self) -> None:
        validator = MeteredValidator(FIRST, Model(FIRST), allow=nothing_priced, prices=PRICES, trusts_local=True)
        with pytest.raises(UnavailableError, match="budget"):
            await validator.validate_draft(REQUEST, WrittenReply(text="x", usage=Usage(model=SECOND)))


class Proposals:
    """What models proposed with one tool since the last of them began."""

    offered: Sequence[OfferedTool] = ()

    def __init__(self) -> None:
        self.proposed: list[str] = []

    def begin(self) -> None:
        self.proposed.clear()

    async def use(self, name: str, arguments: str) -> ToolAnswer:
        self.proposed.append(name)
        return ToolAnswer()


class Proposing(Model):
    """Proposes under its own name before it raises or answers."""

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        assert tools
        await tools.use(self.name, "{}")
        return await super().write_reply(request, tools)


async def test_what_a_model_proposed_that_then_failed_is_forgotten() -> None:
    tools = Proposals()
    await chain(Proposing(FIRST, UnavailableError("down")), Proposing(SECOND)).write_reply(REQUEST, tools)
    assert tools.proposed == [SECOND]
