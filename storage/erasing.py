"""Erasing what was said in conversations that were over for long enough, and who said it."""

from datetime import datetime

from domain.conversation.erasing import Place, Refusal
from storage.database import Database
from storage.views import Notification

_DUE = """
    SELECT conversation_id, resolved_at FROM conversations
    WHERE organisation = $1 AND status = 'resolved' AND (erased_at IS NULL OR erased_at < resolved_at)
        AND resolved_at < $2
"""


class ErasingRepository:
    """Of an erased conversation ids, instants, outcomes and figures are left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, organisation: str, before: datetime, after: Place | None, limit: int) -> list[Place]:
        """Conversations resolved before an instant that are not erased, the one resolved first first."""
        rows = await self._database.fetch(
            f"""
            {_DUE} AND ($3::timestamptz IS NULL OR (resolved_at, conversation_id) > ($3, $4))
            ORDER BY resolved_at, conversation_id LIMIT $5
            """,
            organisation,
            before,
            after.resolved_at if after else None,
            after.conversation_id if after else None,
            limit,
        )
        return [Place.model_validate(dict(row)) for row in rows]

    async def count_due(self, organisation: str, before: datetime) -> int:
        """How many there are."""
        due: int = await self._database.fetchval(f"SELECT count(*) FROM ({_DUE}) due", organisation, before)  # noqa: S608
        return due

    async def journeys(self, conversation_id: str) -> list[str]:
        """The ids of the workflows of its journeys."""
        rows = await self._database.fetch(
            "SELECT DISTINCT workflow_id FROM journeys WHERE conversation_id = $1", conversation_id
        )
        return [row["workflow_id"] for row in rows]

    async def erase(self, conversation_id: str, before: datetime, now: datetime) -> Refusal | None:
        """Erase a conversation resolved before an instant, once; None when it was done.

        Its workflow must have ended, because a running one goes on with what was said.
        """
        erased = Notification(kind="status", conversation_id=conversation_id)
        query = "SELECT erase_conversation($1, $2, $3) AS refusal"
        row = await self._database.call(erased, query, conversation_id, before, now)
        refusal: Refusal | None = row["refusal"]
        return refusal
