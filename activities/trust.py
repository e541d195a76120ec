"""Reviewing what AI agents are trusted with."""

from datetime import UTC, datetime

import structlog
from temporalio import activity

from answering.organisations import Organisations
from domain.conversation.activity_models import ReviewedTrust, ReviewTrustInput
from publishing.trust import Trust

log = structlog.get_logger()


class TrustActivities:
    """By the active version; what is decided is in the log of trust and in the audit trail."""

    def __init__(self, organisations: Organisations, trust: Trust) -> None:
        self._organisations = organisations
        self._trust = trust

    @activity.defn
    async def review_trust(self, input: ReviewTrustInput) -> ReviewedTrust:
        """Move down whoever measured badly, and say who may move up.

        Another attempt moves nobody twice: what is measured begins anew with each entry of the log.
        """
        active = await self._organisations.active_version(input.organisation)
        specification, now = (await self._organisations.version(active)).specification, datetime.now(UTC)
        moved = await self._trust.move_down(specification, now)
        for change in moved:
            log.warning("trust_moved_down", ai_agent=change.ai_agent, level=change.level, figures=change.figures)
        standings = await self._trust.standings(specification, now)
        return ReviewedTrust(
            reviewed=len(standings),
            moved_down=tuple(change.ai_agent for change in moved),
            may_move_up=tuple(one.ai_agent for one in standings if one.review.verdict == "may_move_up"),
        )
