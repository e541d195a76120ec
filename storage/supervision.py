"""The supervision wall: what is known at this moment of the conversations that AI agents own."""

from domain.conversation.risk import Watched
from storage.database import Database

MOST_WATCHED = 1000
"""Those that changed last; who has more open at once looks at them by view."""
LAST_WORDS = 1000

_WATCHED = """
    SELECT c.conversation_id, c.customer_id, c.channel, c.status, c.owner_id AS ai_agent, c.mode, c.updated_at,
        coalesce(drafts.confidences, '{}') AS confidences, last.topic, last.sensitivity,
        coalesce(last.out_of_scope, 0) AS out_of_scope, coalesce(last.missing_sources, '[]') AS missing_sources,
        coalesce(last.exchanges, 0) AS exchanges, coalesce(said.text, '') AS last_words, waiting.since AS waiting_since,
        asked.approval_id, asked.leaves_at
    FROM (
        SELECT * FROM conversations
        WHERE organisation = $1 AND owner_kind = 'ai_agent' AND status IN ('open', 'awaiting_approval')
            AND ($2::text IS NULL OR owner_id = $2)
        ORDER BY updated_at DESC LIMIT $3
    ) c
    LEFT JOIN LATERAL (
        SELECT array_agg(t.confidence ORDER BY t.turn DESC, t.created_at DESC) AS confidences FROM (
            SELECT confidence, turn, created_at FROM turns
            WHERE conversation_id = c.conversation_id AND confidence IS NOT NULL
            ORDER BY turn DESC, created_at DESC LIMIT 2) t
    ) drafts ON true
    LEFT JOIN LATERAL (
        SELECT t.draft#>>'{evidence,topic}' AS topic, t.draft#>>'{evidence,sensitivity}' AS sensitivity,
            (t.draft#>>'{evidence,out_of_scope}')::float8 AS out_of_scope,
            t.draft#>'{evidence,missing_sources}' AS missing_sources,
            (t.record->>'exchanges')::integer + (t.outcome IN ('send', 'clarify'))::integer AS exchanges
        FROM turns t WHERE t.conversation_id = c.conversation_id AND t.record IS NOT NULL
        ORDER BY t.turn DESC, t.created_at DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
        SELECT left(m.text, $4) AS text FROM messages m
        WHERE m.conversation_id = c.conversation_id AND m.author = 'customer' ORDER BY m.seq DESC LIMIT 1
    ) said ON true
    LEFT JOIN LATERAL (
        SELECT min(m.at) AS since FROM messages m
        WHERE m.conversation_id = c.conversation_id AND m.seq > c.answered_seq AND m.author = 'customer'
    ) waiting ON true
    LEFT JOIN LATERAL (
        SELECT a.approval_id, (a.document->>'leaves_at')::timestamptz AS leaves_at FROM approvals a
        WHERE a.conversation_id = c.conversation_id AND a.state = 'open' LIMIT 1
    ) asked ON true
    ORDER BY c.updated_at DESC
"""


class SupervisionRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def watched(self, organisation: str, ai_agent: str | None = None) -> list[Watched]:
        """Conversations of AI agents that are neither resolved nor set aside, those changed last first."""
        rows = await self._database.fetch(_WATCHED, organisation, ai_agent, MOST_WATCHED, LAST_WORDS)
        return [Watched.model_validate(dict(row)) for row in rows]
