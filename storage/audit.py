"""The audit trail. Stored functions write events, in the transaction of the change that they record."""

from storage.database import Database
from storage.views import AuditEvent


class AuditRepository:
    """Events are never changed; the database refuses it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, conversation_id: str) -> list[AuditEvent]:
        """Everything that happened to a conversation, in order."""
        rows = await self._database.fetch(
            "SELECT * FROM audit_events WHERE conversation_id = $1 ORDER BY event_id", conversation_id
        )
        return [AuditEvent.model_validate(dict(row)) for row in rows]
