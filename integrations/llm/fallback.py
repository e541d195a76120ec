"""Several models in order: the next one is asked when the one before does not answer; and what each answer costs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from domain.conversation.costs import cost_of, together
from domain.conversation.turn import Usage
from domain.errors import HoldfastError, RateLimitedError, RetryableError
from domain.specification.organisation import ModelPrice
from integrations.llm.abandoned import completing_abandoned
from integrations.llm.base import DraftValidator, DraftVerdict, ReplyRequest, ReplyTools, ReplyWriter, WrittenReply

ATTEMPT_SECONDS = 80.0
"""All models together have so long: an attempt of the activity ends after 90 s."""
VERDICT_SECONDS = 25.0
"""Shorter than an attempt of the activity, so that a validator that hangs counts as silent."""
MIN_WAIT = timedelta(seconds=0.5)
NO_TIME = timedelta(0)
MAX_SHARED_WAIT = timedelta(minutes=10)
"""A model that asks for longer is tried again after that by the next conversation."""

Allow = Callable[[str], Awaitable[None]]
"""Raises UnavailableError for a model that may not be asked at present."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Candidate:
    """A model as the specification names it; its client is made when it is first asked."""

    name: str
    make: Callable[[], ReplyWriter]


class FallbackReplyWriter:
    """Asks the candidates in order and tells which of them answered, at what cost, and why others did not.

    Where another candidate is left, a rate limit is waited for within `patience`, counted over the whole turn. A model
    that asked one conversation to wait is not asked by another one before that.
    The cost is that of the whole turn, with what those took that said nothing usable.
    Raises the most hopeful of the candidates' errors when nobody answers, with what all of them took.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        allow: Allow,
        patience: timedelta = NO_TIME,
        prices: Mapping[str, ModelPrice] | None = None,
    ) -> None:
        self._candidates = candidates
        self._allow = allow
        self._patience = patience
        self._prices = prices or {}
        self._made: dict[str, ReplyWriter] = {}
        self._asked_to_wait = _Waits()

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        turn = _Turn(self._patience, self._prices)
        with completing_abandoned(turn.with_abandoned):
            return await self._write(request, tools, turn)

    async def _write(self, request: ReplyRequest, tools: ReplyTools | None, turn: "_Turn") -> WrittenReply:
        for candidate in self._candidates:
            turn.may_wait = candidate is not self._candidates[-1]
            try:
                written = await self._ask(candidate, request, tools, turn)
            except HoldfastError as error:
                turn.pass_over(candidate.name, error)
                continue
            usage = together(priced(written.usage, self._prices), turn.spent)
            return written.model_copy(update={"usage": usage.model_copy(update={"passed_over": tuple(turn.reasons)})})
        raise turn.most_hopeful()

    async def _ask(
        self, candidate: Candidate, request: ReplyRequest, tools: ReplyTools | None, turn: "_Turn"
    ) -> WrittenReply:
        await self._allow(candidate.name)
        if candidate.name not in self._made:
            self._made[candidate.name] = candidate.make()
        while True:
            timeout = min(request.timeout_seconds, turn.seconds_left())
            if tools:
                tools.begin()
            try:
                self._asked_to_wait.check(candidate.name)
                return await self._made[candidate.name].write_reply(
                    request.model_copy(update={"timeout_seconds": timeout}), tools
                )
            except RateLimitedError as error:
                self._asked_to_wait.note(candidate.name, error)
                await asyncio.sleep(turn.wait_for(error).total_seconds())


class MeteredValidator:
    """A validator with what its verdicts cost. What the fallback `local` wrote is quoted, so it passes unchecked."""

    def __init__(
        self,
        name: str,
        validator: DraftValidator,
        *,
        allow: Allow,
        prices: Mapping[str, ModelPrice],
        trusts_local: bool,
    ) -> None:
        self._name = name
        self._validator = validator
        self._allow = allow
        self._prices = prices
        self._trusts_local = trusts_local

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        if self._trusts_local and draft.usage.model == "local":
            return DraftVerdict(supported=None, usage=Usage(model=self._name))
        await self._allow(self._name)
        hurried = request.model_copy(update={"timeout_seconds": min(request.timeout_seconds, VERDICT_SECONDS)})
        try:
            with completing_abandoned(self._priced):
                verdict = await self._validator.validate_draft(hurried, draft)
        except HoldfastError as error:
            error.spent = self._priced(error.spent)
            raise
        return verdict.model_copy(update={"usage": priced(verdict.usage, self._prices)})

    def _priced(self, spent: Sequence[Usage]) -> tuple[Usage, ...]:
        return tuple(priced(usage, self._prices) for usage in spent)


def priced(usage: Usage, prices: Mapping[str, ModelPrice]) -> Usage:
    """With its cost, where the model has a price."""
    price = prices.get(usage.model)
    return usage.model_copy(update={"cost": cost_of(usage, price)}) if price else usage


class _Waits:
    """How long each model wants to be left alone: what it told one conversation holds for the others as well."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def check(self, model: str) -> None:
        """Raises RateLimitedError with the time that is left."""
        left = self._until.get(model, 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise RateLimitedError(f"{model} asked us to wait.", retry_after=timedelta(seconds=left))

    def note(self, model: str, error: RateLimitedError) -> None:
        wait = min(error.retry_after or NO_TIME, MAX_SHARED_WAIT).total_seconds()
        self._until[model] = max(self._until.get(model, 0.0), asyncio.get_running_loop().time() + wait)


class _Turn:
    """What one turn has waited, heard and spent in vain so far."""

    def __init__(self, patience: timedelta, prices: Mapping[str, ModelPrice]) -> None:
        self.may_wait = True
        self.reasons: list[str] = []
        self.spent: list[Usage] = []
        self._prices = prices
        self._patience = patience
        self._errors: list[HoldfastError] = []
        self._clock = asyncio.get_running_loop().time
        self._ends_at = self._clock() + ATTEMPT_SECONDS

    def seconds_left(self) -> float:
        return max(self._ends_at - self._clock(), 1.0)

    def wait_for(self, error: RateLimitedError) -> timedelta:
        """How long to wait before the same model is asked again. Raises the error when that is too long."""
        wait = max(error.retry_after, MIN_WAIT) if error.retry_after is not None else None
        if wait is None or wait > self._patience or not self.may_wait:
            raise error
        self._patience -= wait
        self._count(error)
        return wait

    def pass_over(self, model: str, error: HoldfastError) -> None:
        log.warning("model_passed_over", model=model, error=str(error))
        self.reasons.append(f"{model}: {error}")
        self._errors.append(error)
        self._count(error)

    def most_hopeful(self) -> HoldfastError:
        """The retryable error with the shortest wait, so that trying again makes sense; else the first one."""
        retryable = [error for error in self._errors if isinstance(error, RetryableError)]
        error = min(retryable, key=lambda error: error.retry_after or NO_TIME, default=self._errors[0])
        error.spent = tuple(self.spent)
        return error

    def with_abandoned(self, spent: Sequence[Usage]) -> Sequence[Usage]:
        """All that the turn took, where nothing comes of it because it is given up."""
        return (*self.spent, *(priced(usage, self._prices) for usage in spent))

    def _count(self, error: HoldfastError) -> None:
        self.spent += [priced(usage, self._prices) for usage in error.spent]
