"""Trust of AI agents: how each stands, what people decide about it, and what moves it down by itself."""

from datetime import datetime, timedelta

from pydantic import Field

from domain.errors import ConflictError, NotFoundError
from domain.model import Frozen
from domain.quality.rates import Rate
from domain.quality.trust import (
    BY_ITSELF,
    TrustChange,
    TrustEvent,
    TrustReview,
    effective_mode,
    next_step,
    review,
    way_down,
)
from domain.specification.modes import Mode, stricter
from domain.specification.organisation import AiAgentSpec, OrganisationSpec
from domain.specification.trust import StepDown, StepUp
from storage.measures import MeasureRepository
from storage.trust import TrustRepository


class TrustStanding(Frozen):
    """How an AI agent stands: the mode in which it works, the freest that its card allows, and what the figures say."""

    ai_agent: str
    mode: Mode
    allowed: Mode
    since: datetime | None = Field(description="When its trust changed or was confirmed last.")
    review: TrustReview


class Trust:
    """The trust of an organisation's AI agents. AI agents without `trust` on their card take no part in it.

    What is decided names the entry of the log that it follows, so of two people at once the second is told.
    """

    def __init__(self, measures: MeasureRepository, log: TrustRepository) -> None:
        self._measures = measures
        self._log = log

    async def standings(self, specification: OrganisationSpec, now: datetime) -> list[TrustStanding]:
        """Of every AI agent that earns trust, in the order of the specification."""
        return [(await self._stands(specification, card, now))[0] for card in _earning(specification)]

    async def approve(
        self, specification: OrganisationSpec, ai_agent: str, by: str, reason: str, now: datetime
    ) -> TrustChange:
        """A person lets an AI agent move up. Raises ConflictError while its figures do not reach the step."""
        standing, last = await self._asked(specification, ai_agent, now)
        if standing.review.verdict != "may_move_up":
            raise ConflictError(
                f"{ai_agent} may not move up from {standing.mode}: {standing.review.figures}. "
                "`holdfast trust set` gives it a mode without figures."
            )
        change = _change(standing, "moved_up", standing.review.to, by, reason, now)
        return await self._keep(specification, change, last)

    async def refuse(
        self, specification: OrganisationSpec, ai_agent: str, by: str, reason: str, now: datetime
    ) -> TrustChange:
        """A person keeps an AI agent where it is; it has to earn the step anew. Raises ConflictError without a step."""
        standing, last = await self._asked(specification, ai_agent, now)
        if standing.review.verdict != "may_move_up":
            raise ConflictError(f"{ai_agent} asks for nothing: {standing.review.figures}.")
        return await self._keep(specification, _change(standing, "refused", standing.mode, by, reason, now), last)

    async def set_level(
        self, specification: OrganisationSpec, ai_agent: str, level: Mode, by: str, reason: str, now: datetime
    ) -> TrustChange:
        """A person gives a mode without figures. Raises ConflictError for one that is freer than the card allows."""
        standing, last = await self._asked(specification, ai_agent, now)
        if stricter(level, standing.allowed) is not level:
            raise ConflictError(f"The specification allows {ai_agent} {standing.allowed} at most; publish another.")
        return await self._keep(specification, _change(standing, "set", level, by, reason, now), last)

    async def move_down(self, specification: OrganisationSpec, now: datetime) -> list[TrustChange]:
        """Move down whoever's figures say so. Raises ConflictError when a person decides at the same moment."""
        moved = []
        for card in _earning(specification):
            standing, last = await self._stands(specification, card, now)
            if standing.review.verdict == "moves_down":
                change = _change(standing, "moved_down", standing.review.to, BY_ITSELF, "", now)
                moved.append(await self._keep(specification, change, last))
        return moved

    async def _asked(
        self, specification: OrganisationSpec, ai_agent: str, now: datetime
    ) -> tuple[TrustStanding, TrustChange | None]:
        card = next((card for card in _earning(specification) if card.id == ai_agent), None)
        if card is None:
            earning = ", ".join(card.id for card in _earning(specification)) or "none"
            raise NotFoundError(f"No AI agent {ai_agent!r} earns trust in the active version; these do: {earning}.")
        return await self._stands(specification, card, now)

    async def _stands(
        self, specification: OrganisationSpec, card: AiAgentSpec, now: datetime
    ) -> tuple[TrustStanding, TrustChange | None]:
        organisation = specification.organisation
        last = await self._log.last(organisation, card.id)
        mode = effective_mode(card, last.level if last else None)
        up = await self._measured(organisation, card.id, next_step(card, mode), last, now)
        down = await self._measured(organisation, card.id, way_down(card, mode), last, now)
        standing = TrustStanding(
            ai_agent=card.id,
            mode=mode,
            allowed=card.mode,
            since=last.at if last else None,
            review=review(card, mode, up=up, down=down),
        )
        return standing, last

    async def _measured(
        self, organisation: str, ai_agent: str, step: StepUp | StepDown | None, last: TrustChange | None, now: datetime
    ) -> Rate | None:
        """Since the last entry of the log at the earliest: what led to it does not count twice."""
        if step is None:
            return None
        since = now - timedelta(days=step.days)
        since = max(since, last.at) if last else since
        return await self._measures.rate_of(organisation, ai_agent, step.measure, since, now)

    async def _keep(
        self, specification: OrganisationSpec, change: TrustChange, last: TrustChange | None
    ) -> TrustChange:
        await self._log.keep(specification.organisation, change, after=last)
        return change


def _earning(specification: OrganisationSpec) -> list[AiAgentSpec]:
    return [card for card in specification.ai_agents if card.trust]


def _change(
    standing: TrustStanding,
    kind: TrustEvent,
    level: Mode,
    by: str,
    reason: str,
    now: datetime,
) -> TrustChange:
    return TrustChange(
        ai_agent=standing.ai_agent,
        kind=kind,
        before=standing.mode,
        level=level,
        by=by,
        reason=reason,
        figures=standing.review.figures,
        at=now,
    )
