"""Files of conversations, from customers and from the people who answer them."""

from collections.abc import Sequence
from uuid import uuid4

import asyncpg

from domain.conversation.messages import Attachment
from storage.database import Database
from storage.views import StoredAttachment


class AttachmentRepository:
    """A file belongs to one conversation, and is found only together with that conversation's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self, conversation_id: str, *, name: str, media_type: str, content: bytes, person_id: str | None = None
    ) -> Attachment:
        """Keep a file under a new id; `person_id`: who of the organisation sends it, None for the customer."""
        attachment_id = f"at_{uuid4().hex}"
        await self._database.fetchval(
            """
            INSERT INTO attachments (attachment_id, conversation_id, name, media_type, content, person_id)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            attachment_id,
            conversation_id,
            name,
            media_type,
            content,
            person_id,
        )
        return Attachment(attachment_id=attachment_id, name=name, media_type=media_type, size_bytes=len(content))

    async def get(self, conversation_id: str, attachment_id: str) -> StoredAttachment | None:
        """The file with its bytes; None for an id that is not of this conversation."""
        query = "SELECT * FROM attachments WHERE conversation_id = $1 AND attachment_id = $2"
        row = await self._database.fetchrow(query, conversation_id, attachment_id)
        return None if row is None else _stored(row)

    async def find(self, conversation_id: str, attachment_ids: Sequence[str]) -> list[Attachment]:
        """Those of the ids that are files of this conversation, without their bytes, in the order of the ids."""
        rows = await self._database.fetch(
            """
            SELECT attachment_id, name, media_type, size_bytes FROM attachments
            WHERE conversation_id = $1 AND attachment_id = ANY($2) ORDER BY array_position($2, attachment_id)
            """,
            conversation_id,
            list(attachment_ids),
        )
        return [Attachment.model_validate(dict(row)) for row in rows]

    async def read(self, conversation_id: str, attachment_ids: Sequence[str]) -> list[StoredAttachment]:
        """Those of the ids that are files of this conversation, with their bytes, in the order of the ids."""
        rows = await self._database.fetch(
            """
            SELECT * FROM attachments
            WHERE conversation_id = $1 AND attachment_id = ANY($2) ORDER BY array_position($2, attachment_id)
            """,
            conversation_id,
            list(attachment_ids),
        )
        return [_stored(row) for row in rows]

    async def count(self, conversation_id: str, *, by_people: bool = False) -> int:
        """How many files the customer has sent, or the people who answer."""
        query = "SELECT count(*) FROM attachments WHERE conversation_id = $1 AND (person_id IS NOT NULL) = $2"
        files: int = await self._database.fetchval(query, conversation_id, by_people)
        return files


def _stored(row: asyncpg.Record) -> StoredAttachment:
    return StoredAttachment(attachment=Attachment.model_validate(dict(row)), content=row["content"])
