"""Erasing conversations that the specification keeps no longer."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

import structlog
from temporalio import activity

from activities.heartbeats import heartbeats
from answering.organisations import Organisations
from domain.conversation.erasing import EraseConversationsInput, ErasedConversations, Place, Refusal
from domain.conversation.requests import workflow_id
from storage.erasing import ErasingRepository

BATCH = 100
Became = Literal["erased now", "running"] | Refusal

log = structlog.get_logger()


class Histories(Protocol):
    """What Temporal has of workflows, each with all of its runs."""

    async def delete(self, ids: Sequence[str]) -> bool:
        """Delete them, or nothing and return False where any of them runs.

        Raises UnavailableError while Temporal is away, CredentialsError when it refuses.
        """


class RetentionActivities:
    """By the active version: what a version would have erased that was rolled back is kept."""

    def __init__(self, conversations: ErasingRepository, organisations: Organisations, histories: Histories) -> None:
        self._conversations = conversations
        self._organisations = organisations
        self._histories = histories

    @activity.defn
    async def erase_conversations(self, input: EraseConversationsInput) -> ErasedConversations:
        """Erase a batch of those that are due, in the order in which they were resolved.

        One whose workflow runs is left for later: a message may reopen it, or it is on a journey. Another attempt goes
        on where the one before stopped, since what is erased is due no more.
        """
        active = await self._organisations.active_version(input.organisation)
        days = (await self._organisations.version(active)).specification.retention.conversation_days
        if days is None:
            return ErasedConversations()
        now = datetime.now(UTC)
        before = now - timedelta(days=days)
        async with heartbeats():
            due = await self._conversations.due(input.organisation, before, input.after, BATCH)
            became = Counter([await self._erase(place.conversation_id, before, now) for place in due])
        if erased := became["erased now"]:
            log.info("conversations_erased", number=erased)
        return _counted(became, due)

    async def _erase(self, conversation_id: str, before: datetime, now: datetime) -> Became:
        """The histories go first: once the record is erased, nobody looks for what an interrupted attempt left."""
        journeys = await self._conversations.journeys(conversation_id)
        if not await self._histories.delete([workflow_id(conversation_id), *journeys]):
            return "running"
        return await self._conversations.erase(conversation_id, before, now) or "erased now"


def _counted(became: Counter[Became], due: Sequence[Place]) -> ErasedConversations:
    refused = {reason: number for reason, number in became.items() if reason not in {"erased now", "running"}}
    last = due[-1] if len(due) == BATCH else None
    counts = {"erased": became["erased now"], "running": became["running"], "refused": refused}
    return ErasedConversations.model_validate({**counts, "after": last})
