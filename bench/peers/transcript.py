"""The table in which every peer keeps its conversations, and what the benchmark reads there."""

from storage.database import Database

SCHEMA = (
    """
    CREATE TABLE transcript (
        seq bigserial PRIMARY KEY,
        conversation_id text NOT NULL,
        message_id text NOT NULL,
        kind text NOT NULL,
        text text NOT NULL,
        UNIQUE (message_id, kind)
    )
    """,
    "CREATE INDEX transcript_of_conversation ON transcript (conversation_id, seq)",
)
"""A row is a message (`customer`) or the reply to it (`reply`). The key makes writing one again harmless."""


class PeerTranscript:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self) -> None:
        for statement in SCHEMA:
            await self._database.fetch(statement)

    async def kinds_after(self, conversation_id: str, seq: int) -> list[tuple[int, str]]:
        """What was written in the conversation after `seq`, in its order: (seq, kind)."""
        rows = await self._database.fetch(
            "SELECT seq, kind FROM transcript WHERE conversation_id = $1 AND seq > $2 ORDER BY seq",
            conversation_id,
            seq,
        )
        return [(row["seq"], row["kind"]) for row in rows]
