"""Turns with what they were decided on, to be decided again."""

from domain.conversation.redeciding import RecordedTurn
from storage.database import Database


class DecidedTurnRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, organisation: str, conversations: int) -> list[RecordedTurn]:
        """Every decided turn of the conversations that were opened last, in the order of their decisions.

        The mode is the one that a person had set last before the decision.
        """
        rows = await self._database.fetch(
            """
            WITH looked_at AS (
                SELECT conversation_id, spec_hash FROM conversations
                WHERE organisation = $1 ORDER BY created_at DESC, conversation_id LIMIT $2
            )
            SELECT t.conversation_id, t.turn, coalesce(t.spec_hash, l.spec_hash) AS spec_hash, t.draft, t.record,
                (SELECT e.data->>'mode' FROM audit_events e
                 WHERE e.conversation_id = t.conversation_id AND e.kind = 'mode_changed' AND e.at <= t.decided_at
                 ORDER BY e.event_id DESC LIMIT 1) AS mode
            FROM looked_at l JOIN turns t USING (conversation_id)
            WHERE t.record IS NOT NULL ORDER BY t.decided_at, t.draft_id
            """,
            organisation,
            conversations,
        )
        return [RecordedTurn.model_validate(dict(row)) for row in rows]
