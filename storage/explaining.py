"""Reading everything in the record that concerns one message."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from domain.approvals.approval import Approval
from domain.conversation.explanation import (
    MessageRecord,
    RecordedApproval,
    RecordedDelivery,
    RecordedDraft,
    RecordedStep,
    RecordedVersion,
)
from domain.conversation.messages import Author
from domain.conversation.record import AuditEvent, ConversationView, DecisionView, StoredMessage
from domain.tools.calls import RecordedCall
from storage.database import Database

_MESSAGE = """
    SELECT m.*, coalesce(t.draft->'citations', '[]') AS citations
    FROM messages m LEFT JOIN turns t ON t.draft_id = m.draft_id
"""

_BEFORE = """
    SELECT coalesce(max(d.answers_seq), 0) AS answered, coalesce(max(d.revision), -1) AS revision
    FROM messages m JOIN deliveries d ON d.message_key = m.message_id AND d.conversation_id = m.conversation_id
    WHERE m.conversation_id = $1 AND m.seq < $2 AND m.kind IN ('reply', 'clarification', 'human_reply')
"""
"""Up to where the answers before it answered, and at which revision the last one did."""

_DRAFTS = """
    SELECT t.draft_id, t.turn, t.revision, t.ai_agent, t.suggestion, t.draft, t.retrieved, x.document AS context,
        x.fetched_at, t.instruction, t.verdict, t.confidence, t.record, coalesce(t.spec_hash, c.spec_hash) AS spec_hash,
        t.created_at, t.decided_at
    FROM turns t JOIN conversations c USING (conversation_id) LEFT JOIN customer_contexts x USING (context_id)
    WHERE t.conversation_id = $1 AND (t.draft_id = $2 OR t.revision > $3 AND t.revision <= $4)
    ORDER BY t.turn, t.created_at
"""


class ExplainingRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_of(self, conversation: ConversationView, seq: int) -> MessageRecord | None:
        """The record of a message that left; None for a customer's, and where there is none of this number."""
        conversation_id = conversation.conversation_id
        row = await self._database.fetchrow(
            f"{_MESSAGE} WHERE m.conversation_id = $1 AND m.seq = $2", conversation_id, seq
        )
        if row is None or row["author"] == Author.CUSTOMER:
            return None
        message = StoredMessage.model_validate(dict(row))
        delivery, before = await asyncio.gather(self._delivery(message), self._before(message))
        drafts = await self._drafts(message, delivery, before)
        answers, approvals, calls, steps, events, versions = await asyncio.gather(
            self._answers(message, delivery, before["answered"]),
            self._approvals([one.draft_id for one in drafts]),
            self._calls([one.draft_id for one in drafts]),
            self._steps(conversation_id),
            self._events(message),
            self._versions({conversation.spec_hash, *(one.spec_hash for one in drafts)}),
        )
        return MessageRecord(
            message=message,
            spec_hash=conversation.spec_hash,
            erased=conversation.erased_at is not None and message.at <= conversation.erased_at,
            answers=answers,
            delivery=delivery,
            drafts=drafts,
            approvals=approvals,
            decisions=await self._decisions([one.approval_id for one in approvals]),
            tool_calls=calls,
            steps=steps,
            events=events,
            versions=versions,
        )

    async def _delivery(self, message: StoredMessage) -> RecordedDelivery | None:
        """None of a notice that our own store shows, which nobody has to send."""
        row = await self._database.fetchrow(
            """
            SELECT message_key, state, revision, answers_seq, channel, claimed_at, delivered_at, provider_message_id,
                report, report_code
            FROM deliveries WHERE message_key = $1 AND conversation_id = $2
            """,
            message.message_id,
            message.conversation_id,
        )
        return RecordedDelivery.model_validate(dict(row)) if row else None

    async def _before(self, message: StoredMessage) -> Mapping[str, Any]:
        row = await self._database.fetchrow(_BEFORE, message.conversation_id, message.seq)
        return dict(row) if row else {"answered": 0, "revision": -1}

    async def _drafts(
        self, message: StoredMessage, delivery: RecordedDelivery | None, before: Mapping[str, Any]
    ) -> tuple[RecordedDraft, ...]:
        """Its own, and those that were made since the answer before it. A notice has its own only, if it has one."""
        upto = delivery.revision if delivery and message.kind != "notice" else before["revision"]
        rows = await self._database.fetch(_DRAFTS, message.conversation_id, message.draft_id, before["revision"], upto)
        return tuple(RecordedDraft.model_validate(dict(row)) for row in rows)

    async def _answers(
        self, message: StoredMessage, delivery: RecordedDelivery | None, answered: int
    ) -> tuple[StoredMessage, ...]:
        """The customer's messages that it answers: those after what the answers before it answered."""
        if delivery is None or message.kind == "notice":
            return ()
        rows = await self._database.fetch(
            f"""
            {_MESSAGE}
            WHERE m.conversation_id = $1 AND m.author = 'customer' AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq
            """,
            message.conversation_id,
            answered,
            delivery.answers_seq,
        )
        return tuple(StoredMessage.model_validate(dict(row)) for row in rows)

    async def _approvals(self, draft_ids: Sequence[str]) -> tuple[RecordedApproval, ...]:
        rows = await self._database.fetch(
            """
            SELECT approval_id, draft_id, state, document, requested_at, closed_at, closed_by
            FROM approvals WHERE draft_id = ANY($1) ORDER BY requested_at
            """,
            list(draft_ids),
        )
        return tuple(_approval(dict(row)) for row in rows)

    async def _decisions(self, approval_ids: Sequence[str]) -> tuple[DecisionView, ...]:
        rows = await self._database.fetch(
            "SELECT * FROM decisions WHERE approval_id = ANY($1) ORDER BY decided_at", list(approval_ids)
        )
        return tuple(DecisionView.model_validate(dict(row)) for row in rows)

    async def _calls(self, draft_ids: Sequence[str]) -> tuple[RecordedCall, ...]:
        rows = await self._database.fetch(
            """
            SELECT call_key, draft_id, state, action, result, claimed_at FROM tool_calls
            WHERE draft_id = ANY($1) ORDER BY claimed_at, call_key
            """,
            list(draft_ids),
        )
        return tuple(RecordedCall.model_validate(dict(row)) for row in rows)

    async def _steps(self, conversation_id: str) -> tuple[RecordedStep, ...]:
        rows = await self._database.fetch(
            """
            SELECT j.journey, j.run_id, j.workflow_id, s.step, s.visit, s.kind, s.owner, s.began_at, s.ended_at,
                s.outcome
            FROM journeys j JOIN journey_steps s USING (run_id) WHERE j.conversation_id = $1 ORDER BY s.number
            """,
            conversation_id,
        )
        return tuple(RecordedStep.model_validate(dict(row)) for row in rows)

    async def _events(self, message: StoredMessage) -> tuple[AuditEvent, ...]:
        """Of its delivery, escalations, and what people asked."""
        rows = await self._database.fetch(
            """
            SELECT * FROM audit_events WHERE conversation_id = $1 AND (
                data->>'message_key' = $2 OR kind IN ('escalated', 'approval_decided') OR data->>'via' IS NOT NULL)
            ORDER BY event_id
            """,
            message.conversation_id,
            message.message_id,
        )
        return tuple(AuditEvent.model_validate(dict(row)) for row in rows)

    async def _versions(self, hashes: set[str]) -> tuple[RecordedVersion, ...]:
        rows = await self._database.fetch(
            """
            SELECT content_hash, published_by, published_at, calibration FROM spec_versions
            WHERE content_hash = ANY($1) ORDER BY published_at
            """,
            sorted(hashes),
        )
        return tuple(RecordedVersion.model_validate(dict(row)) for row in rows)


def _approval(row: dict[str, Any]) -> RecordedApproval:
    approval = Approval.model_validate(row.pop("document"))
    return RecordedApproval(**row, rule=approval.rule, reason=approval.reason, text=approval.text, who=approval.who)
