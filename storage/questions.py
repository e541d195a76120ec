"""What resolved conversations were about, and the vectors of that."""

from collections.abc import Sequence
from datetime import datetime

from domain.conversation.similar import (
    MAX_ANSWER_CHARACTERS,
    MAX_COMPARED,
    MAX_QUESTION_CHARACTERS,
    ResolvedConversation,
)
from domain.model import Frozen
from storage.database import Database


class Beside(Frozen):
    """The resolved conversations that may be compared with one, and by vectors of which model and length."""

    organisation: str
    conversation_id: str
    model: str
    dimensions: int


class OpeningQuestion(Frozen):
    """`text` as it was read, for the resolution at `resolved_at`."""

    conversation_id: str
    resolved_at: datetime
    text: str


class KeptVector(Frozen):
    """`vector` holds 32-bit floats, lowest byte first."""

    conversation_id: str
    vector: bytes


_VECTORS = """
resolved_beside($1, $2, $3) r LEFT JOIN question_vectors v
    ON v.conversation_id = r.conversation_id AND v.resolved_at = r.resolved_at
    AND v.model = $4 AND octet_length(v.vector) = 4 * $5::integer
"""


class QuestionRepository:
    """Vectors of customers' words are kept by conversation and erased with its messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversation_id: str) -> str:
        """What the customer asked at first; empty where they wrote nothing."""
        text: str = await self._database.fetchval(
            "SELECT opening_question($1, $2)", conversation_id, MAX_QUESTION_CHARACTERS
        )
        return text

    async def without_vector(self, beside: Beside, limit: int) -> tuple[list[OpeningQuestion], int]:
        """The newest questions that have no such vector, and how many there are of these in all."""
        rows = await self._database.fetch(
            f"""
            SELECT *, count(*) OVER () AS waiting FROM (
                SELECT r.conversation_id, r.resolved_at, opening_question(r.conversation_id, $6) AS text
                FROM {_VECTORS} WHERE v.conversation_id IS NULL
            ) missing
            WHERE text <> '' ORDER BY resolved_at DESC, conversation_id LIMIT $7
            """,  # noqa: S608
            *_arguments(beside),
            MAX_QUESTION_CHARACTERS,
            limit,
        )
        return [OpeningQuestion.model_validate(dict(row)) for row in rows], rows[0]["waiting"] if rows else 0

    async def keep(self, model: str, questions: Sequence[OpeningQuestion], vectors: Sequence[bytes]) -> None:
        """Keep a vector for each question that still reads as it did; one that was kept before is replaced."""
        await self._database.fetchval(
            "SELECT keep_question_vectors($1, $2, $3, $4, $5, $6)",
            model,
            [question.conversation_id for question in questions],
            [question.resolved_at for question in questions],
            [question.text for question in questions],
            list(vectors),
            MAX_QUESTION_CHARACTERS,
        )

    async def vectors(self, beside: Beside) -> list[KeptVector]:
        """Those that may be compared, the conversation resolved last first."""
        rows = await self._database.fetch(
            f"""
            SELECT r.conversation_id, v.vector FROM {_VECTORS} WHERE v.conversation_id IS NOT NULL
            ORDER BY r.resolved_at DESC, r.conversation_id
            """,  # noqa: S608
            *_arguments(beside),
        )
        return [KeptVector.model_validate(dict(row)) for row in rows]

    async def resolved(self, organisation: str, conversation_ids: Sequence[str]) -> dict[str, ResolvedConversation]:
        """By id; without those that are not resolved any more, or whose words are gone."""
        rows = await self._database.fetch(
            """
            SELECT * FROM (
                SELECT c.conversation_id, c.channel, c.resolved_at, ended.actor AS resolved_by, topic.topic,
                    opening_question(c.conversation_id, $3) AS question, left(reply.text, $4) AS answer,
                    reply.author AS answered_by, reply.author_id AS answered_by_id, rating.score AS rating
                FROM conversations c
                LEFT JOIN LATERAL (
                    SELECT actor FROM audit_events WHERE conversation_id = c.conversation_id AND kind = 'resolved'
                    ORDER BY event_id DESC LIMIT 1
                ) ended ON true
                LEFT JOIN LATERAL (
                    SELECT draft#>>'{evidence,topic}' AS topic FROM turns
                    WHERE conversation_id = c.conversation_id AND draft#>>'{evidence,topic}' IS NOT NULL
                    ORDER BY turn, created_at LIMIT 1
                ) topic ON true
                LEFT JOIN LATERAL (
                    SELECT author, author_id, text FROM messages
                    WHERE conversation_id = c.conversation_id AND kind IN ('reply', 'human_reply')
                    ORDER BY seq DESC LIMIT 1
                ) reply ON true
                LEFT JOIN LATERAL (
                    SELECT score FROM ratings WHERE conversation_id = c.conversation_id ORDER BY at DESC LIMIT 1
                ) rating ON true
                WHERE c.organisation = $1 AND c.conversation_id = ANY ($2) AND c.status = 'resolved'
                    AND c.merged_into IS NULL
            ) found WHERE question <> ''
            """,
            organisation,
            list(conversation_ids),
            MAX_QUESTION_CHARACTERS,
            MAX_ANSWER_CHARACTERS,
        )
        return {row["conversation_id"]: ResolvedConversation.model_validate(dict(row)) for row in rows}


def _arguments(beside: Beside) -> tuple[object, ...]:
    """For `_VECTORS`: $1 to $5."""
    return beside.organisation, beside.conversation_id, MAX_COMPARED, beside.model, beside.dimensions
