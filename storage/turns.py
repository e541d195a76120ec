"""Drafts and the record of what was decided about each."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from domain.conversation.activity_models import GenerateReplyInput, ScoredConfidence
from domain.conversation.turn import Draft, Usage
from storage.database import Database
from storage.views import DraftBasis, Notification

TRANSCRIPT_LENGTH = 12


class TurnRepository:
    """One row per draft."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_draft(self, input: GenerateReplyInput, now: datetime) -> DraftBasis:
        """Record the new messages and read what the draft is made from, as one state of the conversation."""
        received = Notification(kind="message", conversation_id=input.conversation_id)
        query = "SELECT begin_draft($1, $2, $3) AS basis"
        row = await self._database.call(received, query, input, TRANSCRIPT_LENGTH, now)
        return DraftBasis.model_validate(row["basis"])

    async def save_draft(self, input: GenerateReplyInput, draft: Draft) -> Draft:
        """Keep the draft, and return the one that counts: of two attempts the first."""
        kept = await self._database.fetchval(
            """
            INSERT INTO turns (draft_id, conversation_id, turn, revision, ai_agent, suggestion, draft, context_id,
                               instruction, spec_hash, retrieved)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (draft_id) DO UPDATE SET draft = turns.draft
            RETURNING CASE WHEN xmax <> 0 THEN draft END
            """,
            draft.draft_id,
            input.conversation_id,
            input.turn,
            input.revision,
            draft.ai_agent,
            input.suggestion,
            draft,
            input.context_id,
            input.instruction,
            input.spec_hash,
            draft.looked_up,
        )
        return draft if kept is None else Draft.model_validate(kept)

    async def read_draft(self, draft_id: str) -> DraftBasis | None:
        """A draft with what it was made from, as long as nothing newer was said."""
        basis = await self._database.fetchval("SELECT read_draft($1, $2)", draft_id, TRANSCRIPT_LENGTH)
        return DraftBasis.model_validate(basis) if basis else None

    async def save_verdict(self, draft_id: str, verdict: ScoredConfidence) -> None:
        """Keep the validator's verdict; of two attempts the first one counts."""
        query = "UPDATE turns SET verdict = $2 WHERE draft_id = $1 AND verdict IS NULL"
        await self._database.fetchval(query, draft_id, verdict)

    async def get_verdict(self, draft_id: str) -> ScoredConfidence | None:
        """The verdict that an earlier attempt saved."""
        verdict = await self._database.fetchval("SELECT verdict FROM turns WHERE draft_id = $1", draft_id)
        return ScoredConfidence.model_validate(verdict) if verdict else None

    async def keep_failed(self, conversation_id: str, spent: Sequence[Usage]) -> None:
        """Keep what models took where neither a draft nor a verdict came of it."""
        if spent:
            query = "INSERT INTO failed_answers (conversation_id, usage) SELECT $1, unnest($2::jsonb[])"
            await self._database.fetchval(query, conversation_id, list(spent))

    async def spent_since(self, organisation: str, since: datetime) -> Decimal:
        """What the organisation's models cost since then: drafts, verdicts and failures of models with a price."""
        spent: Decimal = await self._database.fetchval(
            """
            WITH spent AS (
                SELECT conversation_id, created_at,
                    coalesce((draft#>>'{usage,cost}')::numeric, 0)
                    + coalesce((verdict#>>'{usage,cost}')::numeric, 0) AS cost
                FROM turns
                UNION ALL
                SELECT conversation_id, created_at, (usage->>'cost')::numeric FROM failed_answers
            )
            SELECT coalesce(sum(cost), 0) FROM spent JOIN conversations USING (conversation_id)
            WHERE organisation = $1 AND spent.created_at >= $2
            """,
            organisation,
            since,
        )
        return spent
