"""Whom of its people an organisation suggests for a conversation, from what the store knows of both."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.conversation.activity_models import EscalateConversationInput, RequestApprovalInput
from domain.conversation.routing import Candidates, Need, suggested
from domain.specification.people import Staff
from storage.database import Database

MOST_KEPT = 64
_NEED = """
SELECT jsonb_build_object(
    'topic', CASE last.draft->>'chosen_by' WHEN 'topic' THEN last.draft#>'{evidence,topic}' END,
    'language', coalesce(last.draft->'customer_language', last.draft#>'{evidence,unsupported_language}'),
    'answered_last', (
        SELECT author_id FROM messages
        WHERE author = 'human_agent' AND author_id = ANY($2) AND conversation_id IN (
            SELECT c.conversation_id UNION ALL SELECT conversation_id FROM conversations other
            WHERE other.organisation = c.organisation AND other.customer_id = c.customer_id)
        ORDER BY at DESC LIMIT 1),
    'loads', (
        SELECT coalesce(jsonb_object_agg(owner_id, held), '{}') FROM (
            SELECT owner_id, count(*) AS held FROM conversations
            WHERE organisation = c.organisation AND status = 'with_human' AND owner_id = ANY($2) GROUP BY owner_id
        ) AS holding),
    'away', (
        SELECT coalesce(jsonb_agg(person_id), '[]') FROM absences
        WHERE organisation = c.organisation AND person_id = ANY($2) AND until > $3)) AS need
FROM conversations c LEFT JOIN LATERAL (
    SELECT draft FROM turns WHERE conversation_id = c.conversation_id ORDER BY turn DESC, created_at DESC LIMIT 1
) AS last ON true
WHERE c.conversation_id = $1
"""


Step = TypeVar("Step", RequestApprovalInput, EscalateConversationInput)


class Suggesting:
    """Reads only. Who works for a version is read once per process, because a version never changes.

    A topic counts where it was sure enough to choose the AI agent by it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._staff: dict[str, Staff] = {}

    async def with_people(self, step: Step, candidates: Candidates, now: datetime) -> Step:
        """The step, and its decision record, with those who are suggested.

        Nobody is where the version names no people, or where the workflow did not say which version it is.
        """
        staff = await self._staff_of(step.spec_hash) if step.spec_hash else Staff()
        if not staff.people:
            return step
        ids = [person.id for person in staff.people]
        need = Need.model_validate(await self._database.fetchval(_NEED, step.conversation_id, ids, now) or {})
        found = suggested(staff, need, candidates, now)
        record = step.record and step.record.model_copy(update={"suggested": found})
        return step.model_copy(update={"suggested": found, "record": record})

    async def _staff_of(self, spec_hash: str) -> Staff:
        if spec_hash not in self._staff:
            if len(self._staff) >= MOST_KEPT:
                self._staff.clear()
            document = await self._database.fetchval(
                "SELECT document FROM spec_versions WHERE content_hash = $1", spec_hash
            )
            self._staff[spec_hash] = _read(document["specification"] if document else {})
        return self._staff[spec_hash]


def _read(specification: dict[str, Any]) -> Staff:
    """Nobody where a newer version says of people what this one does not know: what waits for them must not fail."""
    try:
        return Staff.model_validate({name: specification[name] for name in Staff.model_fields if name in specification})
    except ValidationError:
        return Staff()
