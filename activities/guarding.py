"""Guarded calls: who is asked, what was decided, and telling whoever waits for the result."""

from datetime import UTC, datetime
from typing import Protocol

from temporalio import activity

from domain.errors import UnavailableError
from domain.guarding.calls import (
    Caller,
    ClimbCallLadderInput,
    EndCallInput,
    GuardedCall,
    GuardedOutcome,
    OpenedCall,
    RecordCallDecisionInput,
    approval_of,
)
from domain.specification.organisation import OrganisationSpec
from storage.guarded_calls import GuardedCallRepository
from storage.specs import SpecRepository


class Callers(Protocol):
    """The activities of companies that wait."""

    async def tell(self, caller: Caller, outcome: GuardedOutcome) -> None:
        """Bring the result to an activity that waits; one that waits no more needs none.

        Raises UnavailableError while Temporal is away.
        """


class GuardingActivities:
    """By the version that is active when the call is asked for."""

    def __init__(self, calls: GuardedCallRepository, specs: SpecRepository, callers: Callers) -> None:
        self._calls = calls
        self._specs = specs
        self._callers = callers

    @activity.defn
    async def open_guarded_call(self, input: GuardedCall) -> OpenedCall:
        """Keep the call with its approval, by the rule of the specification that it names."""
        now = datetime.now(UTC)
        if not input.asks:
            return OpenedCall(state=await self._calls.open(input, "unasked", None, now))
        specification = await self._active(input.organisation)
        rule = next((one for one in specification.approval_rules if one.id == input.rule), None)
        approval = approval_of(input, rule, specification.members, now)
        state = await self._calls.open(input, "waiting", approval, now)
        known = await self._calls.get(input.call_id)
        return OpenedCall(
            state=state,
            approval=known.approval if known else approval,
            ladder=specification.ladder,
            members=specification.members,
            calendar=specification.calendar,
        )

    async def _active(self, organisation: str) -> OrganisationSpec:
        """Raises UnavailableError while nothing is published."""
        active = await self._specs.active(organisation)
        if active is None:
            raise UnavailableError(f"No specification of {organisation} is published yet: run `holdfast spec publish`.")
        return (await self._specs.load(active)).version.specification

    @activity.defn
    async def record_call_decision(self, input: RecordCallDecisionInput) -> None:
        """Keep a decision and the approval as it stands afterwards."""
        await self._calls.record_decision(input, datetime.now(UTC))

    @activity.defn
    async def climb_call_ladder(self, input: ClimbCallLadderInput) -> None:
        """Record that people were reminded of a call, or that others are asked."""
        await self._calls.climb_ladder(input, datetime.now(UTC))

    @activity.defn
    async def end_guarded_call(self, input: EndCallInput) -> None:
        """Keep what became of the call, and tell whoever waits for it."""
        await self._calls.end(input, datetime.now(UTC))
        if input.caller is not None:
            await self._callers.tell(input.caller, input.outcome)
