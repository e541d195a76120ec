"""Files that customers sent."""

from collections.abc import Sequence
from uuid import uuid4

from domain.conversation.messages import Attachment
from storage.database import Database
from storage.views import StoredAttachment


class AttachmentRepository:
    """A file belongs to one conversation, and is found only together with that conversation's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, conversation_id: str, *, name: str, media_type: str, content: bytes) -> Attachment:
        """Keep a file under a new id."""
        attachment_id = f"at_{uuid4().hex}"
        await self._database.fetchval(
            """
            INSERT INTO attachments (attachment_id, conversation_id, name, media_type, content)
            VALUES ($1, $2, $3, $4, $5)
            """,
            attachment_id,
            conversation_id,
            name,
            media_type,
            content,
        )
        return Attachment(attachment_id=attachment_id, name=name, media_type=media_type, size_bytes=len(content))

    async def get(self, conversation_id: str, attachment_id: str) -> StoredAttachment | None:
        """The file with its bytes; None for an id that is not of this conversation."""
        query = "SELECT * FROM attachments WHERE conversation_id = $1 AND attachment_id = $2"
        row = await self._database.fetchrow(query, conversation_id, attachment_id)
        if row is None:
            return None
        return StoredAttachment(attachment=Attachment.model_validate(dict(row)), content=row["content"])

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

    async def count(self, conversation_id: str) -> int:
        """How many files the conversation has."""
        query = "SELECT count(*) FROM attachments WHERE conversation_id = $1"
        files: int = await self._database.fetchval(query, conversation_id)
        return files
