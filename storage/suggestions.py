"""Co-pilot suggestions: drafts that only people see, and what people did with them."""

from datetime import datetime

from domain.conversation.co_pilot import WaitingStep
from domain.conversation.record import TurnView
from domain.conversation.suggestions import SuggestionUse, Used
from storage.database import Database
from storage.views import Notification

_TURNS = """
    SELECT t.draft_id, t.turn, t.revision, t.ai_agent, t.suggestion, t.draft, t.confidence, t.record,
        c.document AS context, t.created_at
    FROM turns t LEFT JOIN customer_contexts c USING (context_id)
"""


class SuggestionRepository:
    """One use of each suggestion."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, conversation_id: str) -> TurnView | None:
        """The newest draft that was not sent: a suggestion, or what an AI agent would have said."""
        row = await self._database.fetchrow(
            f"""
            {_TURNS}
            WHERE t.conversation_id = $1 AND NOT EXISTS (SELECT FROM messages m WHERE m.draft_id = t.draft_id
                AND m.conversation_id = t.conversation_id)
            ORDER BY t.turn DESC, t.created_at DESC LIMIT 1
            """,
            conversation_id,
        )
        return TurnView.model_validate(dict(row)) if row else None

    async def get(self, conversation_id: str, draft_id: str) -> TurnView | None:
        """A draft of this conversation that was not sent; None for anything else."""
        row = await self._database.fetchrow(
            f"""
            {_TURNS}
            WHERE t.conversation_id = $1 AND t.draft_id = $2 AND NOT EXISTS (
                SELECT FROM messages m WHERE m.draft_id = t.draft_id AND m.conversation_id = t.conversation_id)
            """,
            conversation_id,
            draft_id,
        )
        return TurnView.model_validate(dict(row)) if row else None

    async def waiting_steps(self, conversation_id: str) -> list[WaitingStep]:
        """The steps of its journeys that are under way."""
        rows = await self._database.fetch(
            """
            SELECT j.journey, s.step, s.kind FROM journeys j JOIN journey_steps s USING (run_id)
            WHERE j.conversation_id = $1 AND j.ended_at IS NULL AND s.outcome IS NULL ORDER BY s.number
            """,
            conversation_id,
        )
        return [WaitingStep.model_validate(dict(row)) for row in rows]

    async def use_of(self, draft_id: str) -> SuggestionUse | None:
        """None while nobody said anything of it."""
        row = await self._database.fetchrow(
            "SELECT used, used_by, at FROM suggestion_uses WHERE draft_id = $1", draft_id
        )
        return SuggestionUse.model_validate(dict(row)) if row else None

    async def use(self, suggestion: str, conversation_id: str, used: Used, by: str, now: datetime) -> SuggestionUse:
        """Keep what a person did with it; of two the first counts, and comes back."""
        changed = Notification(kind="status", conversation_id=conversation_id)
        row = await self._database.call(
            changed, "SELECT * FROM use_suggestion($1, $2, $3, $4)", suggestion, used, by, now
        )
        return SuggestionUse.model_validate(dict(row))
