"""The record after a restore from backups: compared with the workflows, and set right."""

from datetime import datetime
from typing import Any

from domain.conversation.groups import LastCustomerMessage
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Position
from domain.conversation.record import ConversationView
from domain.conversation.requests import StartConversation
from domain.conversation.restoring import TURNS_SKIPPED, StoredFacts
from domain.model import Frozen
from storage.database import Database

_KNOWN = """
    SELECT conversation_id FROM conversations WHERE organisation = $1 AND (
        status <> 'resolved' OR EXISTS (
            SELECT FROM deliveries d WHERE d.conversation_id = conversations.conversation_id AND d.state = 'claimed'))
    ORDER BY conversation_id
"""


class GivenToPerson(Frozen):
    """A restored conversation as a person gets it; `turn` is the last one that either side knows, and those skipped."""

    restore_id: str
    start: StartConversation
    after: Position
    turn: int
    messages: tuple[CustomerMessage, ...]
    reason: str
    note: str


class RestoreRepository:
    """Used by one operator while no worker and no gateway runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_conversations(self, organisation: str) -> list[str]:
        """The ids of those that are not resolved, or have something that may have left."""
        return [row["conversation_id"] for row in await self._database.fetch(_KNOWN, organisation)]

    async def facts(self, conversation_id: str) -> StoredFacts | None:
        """None for a conversation of which the record knows nothing."""
        found: dict[str, Any] | None = await self._database.fetchval("SELECT restored_record($1)", conversation_id)
        if found is None:
            return None
        latest = LastCustomerMessage.model_validate(found.pop("latest") or {})
        return StoredFacts.model_validate(
            {**found, "conversation": ConversationView.of(found.pop("row")), "latest": latest}
        )

    async def begin(self, restore_id: str, organisation: str, now: datetime) -> None:
        """From now on what is older is in doubt, and no turn of the lost time is used again."""
        await self._database.fetchval(
            "SELECT begin_restoration($1, $2, $3, $4)", restore_id, organisation, TURNS_SKIPPED, now
        )

    async def give_to_person(self, given: GivenToPerson, now: datetime) -> None:
        """Raises NotFoundError when the conversation has to be made anew and no specification is published."""
        await self._database.fetchval("SELECT give_restored_to_person($1, $2)", given, now)

    async def note(self, conversation_id: str, restore_id: str, note: str, now: datetime) -> None:
        """An internal note for whoever decides or answers next."""
        await self._database.fetchval(
            "SELECT note_internally(c, $2, 'system', $3, $4) FROM conversations c WHERE conversation_id = $1",
            conversation_id,
            restore_id,
            note,
            now,
        )

    async def forward_again(self, organisation: str, since: datetime) -> int:
        """Put events back into the inbox that Temporal was given and the record does not know; how many there are."""
        put_back: int = await self._database.fetchval("SELECT forward_again($1, $2)", organisation, since)
        return put_back
