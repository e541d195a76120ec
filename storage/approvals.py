"""Approvals and the decisions of people."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from domain.approvals.approval import Approval
from domain.conversation.activity_models import ClimbLadderInput, RecordDecisionInput, RequestApprovalInput
from domain.conversation.routing import Candidates
from domain.conversation.turn import Draft
from storage.database import Database
from storage.suggesting import Suggesting
from storage.views import ApprovalState, ApprovalView, DecisionView, Notification

_APPROVALS = "SELECT a.*, t.draft, t.confidence, t.record FROM approvals a JOIN turns t USING (draft_id)"


class ApprovalRepository:
    """At most one approval of a conversation is open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suggesting = Suggesting(database)

    async def request(self, input: RequestApprovalInput, now: datetime) -> None:
        """Put a draft before people, once per approval id; stale from its beginning when it comes too late."""
        input = await self._suggesting.with_people(input, Candidates.of(input.approval), now)
        await self._database.call(_changed(input.conversation_id), "SELECT request_approval($1, $2)", input, now)

    async def record_decision(self, input: RecordDecisionInput, now: datetime) -> None:
        """Keep a decision that sends nothing, once per decision id, and bring the approval to where it stands now."""
        await self._database.call(_changed(input.conversation_id), "SELECT record_decision($1, $2)", input, now)

    async def climb_ladder(self, input: ClimbLadderInput, now: datetime) -> None:
        """Keep the approval as it stands after a rung of the ladder, once per rung, while it is open."""
        await self._database.call(_changed(input.conversation_id), "SELECT climb_ladder($1, $2)", input, now)

    async def get(self, approval_id: str) -> ApprovalView | None:
        """None for an unknown id."""
        row = await self._database.fetchrow(f"{_APPROVALS} WHERE a.approval_id = $1", approval_id)
        return _approval_of(row) if row else None

    async def list(
        self,
        organisation: str,
        state: ApprovalState | None = None,
        limit: int = 50,
        before: datetime | None = None,
    ) -> list[ApprovalView]:
        """The newest first; `before` is the `requested_at` of the last one of the page before."""
        rows = await self._database.fetch(
            f"""
            {_APPROVALS}
            WHERE a.organisation = $1 AND ($2::text IS NULL OR a.state = $2)
                AND ($3::timestamptz IS NULL OR a.requested_at < $3)
            ORDER BY a.requested_at DESC LIMIT $4
            """,
            organisation,
            state,
            before,
            limit,
        )
        return [_approval_of(row) for row in rows]

    async def assigned(self, organisation: str, person_id: str, limit: int) -> Sequence[str]:
        """Ids of what waits for one person, the oldest first."""
        rows = await self._database.fetch(
            """
            SELECT approval_id FROM approvals
            WHERE organisation = $1 AND document->>'assignee' = $2 AND state = 'open'
            ORDER BY requested_at, approval_id LIMIT $3
            """,
            organisation,
            person_id,
            limit,
        )
        return [row["approval_id"] for row in rows]

    async def comparable(self, view: ApprovalView, limit: int) -> Sequence[ApprovalView]:
        """Others that are open, of the same AI agent, topic and rule, the newest first."""
        rows = await self._database.fetch(
            f"""
            {_APPROVALS}
            WHERE a.organisation = $1 AND a.state = 'open' AND a.approval_id <> $2 AND t.ai_agent = $3
                AND a.document->>'rule' = $4 AND t.draft#>>'{{evidence,topic}}' IS NOT DISTINCT FROM $5
            ORDER BY a.requested_at DESC LIMIT $6
            """,
            view.organisation,
            view.approval.approval_id,
            view.approval.ai_agent,
            view.approval.rule,
            view.evidence.topic,
            limit,
        )
        return [_approval_of(row) for row in rows]

    async def rejected_texts(self, conversation_id: str) -> Sequence[str]:
        """The drafts that people rejected since the customer was answered last, oldest first."""
        query = """
            SELECT document->>'text' AS text FROM approvals
            WHERE conversation_id = $1 AND state = 'rejected' AND requested_at > coalesce(
                (SELECT max(at) FROM messages WHERE conversation_id = $1 AND author IN ('ai_agent', 'human_agent')),
                '-infinity')
            ORDER BY requested_at
        """
        return [row["text"] for row in await self._database.fetch(query, conversation_id)]

    async def decision(self, decision_id: str) -> DecisionView | None:
        """What came of a decision; None while the conversation has not worked on it."""
        row = await self._database.fetchrow(
            "SELECT * FROM decisions WHERE decision_id = $1 ORDER BY decided_at DESC LIMIT 1", decision_id
        )
        return DecisionView.model_validate(dict(row)) if row else None


def _changed(conversation_id: str) -> Notification:
    return Notification(kind="approval", conversation_id=conversation_id)


def _approval_of(row: asyncpg.Record) -> ApprovalView:
    draft = Draft.model_validate(row["draft"])
    return ApprovalView(
        approval=Approval.model_validate(row["document"]),
        organisation=row["organisation"],
        conversation_id=row["conversation_id"],
        state=row["state"],
        requested_at=row["requested_at"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
        confidence=row["confidence"],
        evidence=draft.evidence,
        citations=draft.citations,
        draft_text=draft.text,
        chosen_because=draft.chosen_because,
        suggested=(row["record"] or {}).get("suggested", ()),
    )
