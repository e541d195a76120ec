"""Notes that people write in a conversation, for each other."""

from datetime import datetime

from domain.errors import ConflictError, NotFoundError
from domain.model import Frozen
from storage.database import Database
from storage.views import InternalNote, Notification


class NoteToWrite(Frozen):
    """What `write_note` keeps."""

    conversation_id: str
    request_id: str
    author_id: str
    text: str
    mentions: tuple[str, ...] = ()


class NoteRepository:
    """A note is written once for each request."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, note: NoteToWrite, now: datetime) -> None:
        """Raises NotFoundError for an unknown conversation, ConflictError for one that was erased."""
        written = Notification(kind="note", conversation_id=note.conversation_id)
        row = await self._database.call(written, "SELECT write_note($1, $2) AS refusal", note, now)
        if row["refusal"] is not None:
            raise ConflictError("What was said here was erased, so no note is kept about it any more.")

    async def get(self, conversation_id: str, request_id: str) -> InternalNote:
        """One that was written. Raises NotFoundError for any other."""
        row = await self._database.fetchrow(
            "SELECT * FROM internal_notes WHERE conversation_id = $1 AND request_id = $2", conversation_id, request_id
        )
        if row is None:
            raise NotFoundError("There is no such note in this conversation.")
        return InternalNote.model_validate(dict(row))
