"""Erasing conversations that are kept no longer: what is asked of the activity, and what came of it."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from domain.model import Frozen

Refusal = Literal["not_over", "erased", "goes_on", "waits"]
"""Why the store does not erase a conversation now: it was opened again or is erased already, the one that it was merged
into goes on, or something that came in for it waits."""


class Place(Frozen):
    """A conversation in the order of resolutions."""

    resolved_at: datetime
    conversation_id: str


class EraseConversationsInput(Frozen):
    """A batch of one organisation, beginning behind a place; without one, with the conversation resolved first."""

    organisation: str
    after: Place | None = None


class ErasedConversations(Frozen):
    """How many were erased, and how many later: their workflow runs, or the store refused.

    `after` is where the next batch begins; None when nothing is left.
    """

    erased: int = 0
    running: int = 0
    refused: dict[Refusal, int] = Field({}, description="How many for each reason.")
    after: Place | None = None

    def and_then(self, later: Self) -> Self:
        """Both batches as one."""
        reasons = self.refused.keys() | later.refused.keys()
        counts = {reason: self.refused.get(reason, 0) + later.refused.get(reason, 0) for reason in reasons}
        changes = {"erased": self.erased + later.erased, "running": self.running + later.running, "refused": counts}
        return later.model_copy(update=changes)
