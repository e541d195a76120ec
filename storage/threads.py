"""Vendors' threads: which conversation each belongs to, and how people change that by merging and splitting."""

from datetime import datetime

from domain.conversation.ownership import Person
from domain.errors import ConflictError, ForbiddenError, HoldfastError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database
from storage.views import Notification

_REFUSALS: dict[str, tuple[type[HoldfastError], str]] = {
    "itself": (InvalidInputError, "A conversation cannot be merged into itself. Name another one."),
    "source_merged": (ConflictError, "This conversation has been merged already. Look where it went on."),
    "target_merged": (ConflictError, "The other conversation has been merged itself. Name the one it went on in."),
    "erased": (ConflictError, "One of them was erased, because it was over for long. Leave the two as they are."),
    "leaving": (ConflictError, "A message is leaving here. Merge when it has left, or take the conversation over."),
    "customers": (ForbiddenError, "These are two different verified customers. Only a lead may merge them."),
}


class Thread(Frozen):
    """What a vendor groups messages by, such as a ticket, a pair of phone numbers, a first mail."""

    channel: ChannelKind
    thread: str
    opted_out: bool
    used_at: datetime


class ThreadRepository:
    """Each change is one transaction, during which no message finds its conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: str) -> list[Thread]:
        """The one used last first."""
        rows = await self._database.fetch(
            "SELECT channel, thread, opted_out, used_at FROM channel_threads WHERE conversation_id = $1 "
            "ORDER BY used_at DESC",
            conversation_id,
        )
        return [Thread.model_validate(dict(row)) for row in rows]

    async def merge(self, source: str, target: str, request_id: str, by: Person, now: datetime) -> None:
        """Let a conversation go on in another one, once per request id; raises what the state or role does not allow.

        Its threads belong to the target afterwards. Its unanswered messages, and its own resolution, wait in the inbox.
        """
        query = "SELECT merge_conversations($1, $2, $3, $4, $5, $6)"
        refusal = await self._database.fetchval(query, source, target, request_id, by.id, by.leads, now)
        if refusal:
            error, text = _REFUSALS[refusal]
            raise error(text)
        await self._announce(source, target)

    async def split(
        self, conversation_id: str, channel: ChannelKind, thread: str, request_id: str, by: Person, now: datetime
    ) -> str:
        """Give a thread a conversation of its own, whose id comes back; the same one for the same request id."""
        query = "SELECT split_thread($1, $2, $3, $4, $5, $6)"
        fresh: str | None = await self._database.fetchval(
            query, conversation_id, channel, thread, request_id, by.id, now
        )
        if fresh is None:
            raise NotFoundError("This conversation has no such thread. Its record names those that it has.")
        await self._announce(conversation_id, fresh)
        return fresh

    async def _announce(self, *conversation_ids: str) -> None:
        for conversation_id in conversation_ids:
            await self._database.announce(Notification(kind="status", conversation_id=conversation_id))
        await self._database.announce(Notification(kind="inbox"))
