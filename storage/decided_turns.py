"""Turns with what they were decided on, to be decided again."""

from domain.conversation.redeciding import RecordedTurn
from storage.database import Database
from storage.turns import TRANSCRIPT_LENGTH
from storage.views import RecordedQuestion

_LOOKED_AT = """
    SELECT conversation_id, spec_hash, erased_at FROM conversations
    WHERE organisation = $1 ORDER BY created_at DESC, conversation_id LIMIT $2
"""
_ERASED = "coalesce(t.decided_at <= l.erased_at, false)"


class DecidedTurnRepository:
    """Reads only. What was erased since a turn was decided is left out: nobody could see why it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, organisation: str, conversations: int) -> list[RecordedTurn]:
        """Every decided turn of the conversations that were opened last, in the order of their decisions.

        The mode is the one that a person had set last before the decision.
        """
        rows = await self._database.fetch(
            f"""
            WITH looked_at AS ({_LOOKED_AT})
            SELECT t.conversation_id, t.turn, coalesce(t.spec_hash, l.spec_hash) AS spec_hash, t.draft, t.record,
                (SELECT e.data->>'mode' FROM audit_events e
                 WHERE e.conversation_id = t.conversation_id AND e.kind = 'mode_changed' AND e.at <= t.decided_at
                 ORDER BY e.event_id DESC LIMIT 1) AS mode
            FROM looked_at l JOIN turns t USING (conversation_id)
            WHERE t.record IS NOT NULL AND NOT {_ERASED} ORDER BY t.decided_at, t.draft_id
            """,  # noqa: S608 (put together of constants)
            organisation,
            conversations,
        )
        return [RecordedTurn.model_validate(dict(row)) for row in rows]

    async def erased(self, organisation: str, conversations: int) -> int:
        """How many decided turns of the same conversations are left out."""
        turns: int = await self._database.fetchval(
            f"""
            SELECT count(*) FROM ({_LOOKED_AT}) l JOIN turns t USING (conversation_id)
            WHERE t.record IS NOT NULL AND {_ERASED}
            """,  # noqa: S608 (put together of constants)
            organisation,
            conversations,
        )
        return turns

    async def question(self, conversation_id: str, turn: int) -> RecordedQuestion | None:
        """What a decided turn answered; None where its messages are gone."""
        row = await self._database.fetchrow(
            """
            WITH decided AS (
                SELECT t.*, (SELECT m.seq FROM messages m
                             WHERE m.conversation_id = t.conversation_id AND m.draft_id = t.draft_id) AS reply_seq
                FROM turns t WHERE t.conversation_id = $1 AND t.turn = $2 AND t.record IS NOT NULL
            ), before AS (
                SELECT m.seq, m.author, m.text FROM messages m JOIN decided d USING (conversation_id)
                WHERE m.draft_id IS DISTINCT FROM d.draft_id AND m.author <> 'system'
                    AND m.at <= d.decided_at AND (d.reply_seq IS NULL OR m.seq < d.reply_seq)
            ), answered AS (
                SELECT coalesce(max(seq), 0) AS seq FROM before WHERE author <> 'customer'
            )
            SELECT d.instruction,
                (SELECT e.ai_agent FROM turns e WHERE e.conversation_id = $1 AND e.turn < $2 AND NOT e.suggestion
                 ORDER BY e.turn DESC LIMIT 1) AS ai_agent,
                (SELECT document FROM customer_contexts WHERE context_id = d.context_id) AS context,
                EXISTS (SELECT FROM before WHERE author = 'ai_agent') AS greeted,
                ARRAY(SELECT text FROM before WHERE seq > answered.seq ORDER BY seq) AS unanswered,
                (SELECT coalesce(jsonb_agg(jsonb_build_object('author', author, 'text', text) ORDER BY seq), '[]')
                 FROM (SELECT * FROM before WHERE seq <= answered.seq ORDER BY seq DESC LIMIT $3) said) AS transcript
            FROM decided d, answered
            """,
            conversation_id,
            turn,
            TRANSCRIPT_LENGTH,
        )
        found = RecordedQuestion.model_validate(dict(row)) if row else None
        return found if found and found.unanswered else None
