"""Rooms of colleagues, with their messages, files, and how far each person has read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from domain.model import Frozen
from domain.rooms.room import ListedRoom, Room, RoomFile, RoomKind, RoomMessage, RoomMessageToWrite, pair
from storage.database import Database
from storage.views import Notification

FORGOTTEN_AFTER = timedelta(days=1)
"""A file that no message has named by then was never sent."""

_ROOMS = """
    SELECT r.*, r.last_seq - coalesce(own.seq, 0) AS unread, (
        SELECT count(*) FROM room_messages m
        WHERE m.room_id = r.room_id AND m.seq > coalesce(own.seq, 0) AND m.mentions @> ARRAY[$2::text]) AS mentioned
    FROM rooms r LEFT JOIN room_reads own ON own.room_id = r.room_id AND own.person_id = $2
"""
_MESSAGES = """
    SELECT m.*, (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'file_id', f.file_id, 'name', f.name, 'media_type', f.media_type, 'size_bytes', f.size_bytes
        ) ORDER BY f.file_id), '[]')
        FROM room_files f WHERE f.room_id = m.room_id AND f.seq = m.seq) AS files
    FROM room_messages m
"""


class StoredRoomFile(Frozen):
    """A file with its bytes."""

    file: RoomFile
    content: bytes


class RoomRepository:
    """Who may read a room is the caller's to ask (Room.is_open_to); here it is only looked up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_channel(self, organisation: str, name: str, by: str, now: datetime) -> Room:
        """The channel of this name, made when there is none."""
        return await self._opened(organisation, "team", name, (), None, by, now)

    async def open_direct(self, organisation: str, by: str, other: str, now: datetime) -> Room:
        """The room of two people."""
        return await self._opened(organisation, "direct", "", pair(by, other), None, by, now)

    async def open_about(self, organisation: str, conversation_id: str, by: str, now: datetime) -> Room:
        """The room of a conversation."""
        return await self._opened(organisation, "conversation", "", (), conversation_id, by, now)

    async def get(self, room_id: str) -> Room | None:
        """None for an unknown id."""
        row = await self._database.fetchrow("SELECT * FROM rooms WHERE room_id = $1", room_id)
        return Room.model_validate(dict(row)) if row else None

    async def shown(self, room_id: str, person_id: str) -> ListedRoom | None:
        """With what the person has not read; None for an unknown id."""
        row = await self._database.fetchrow(f"{_ROOMS} WHERE r.room_id = $1", room_id, person_id)
        return ListedRoom.model_validate(dict(row)) if row else None

    async def of_person(self, organisation: str, person_id: str, limit: int) -> list[ListedRoom]:
        """The channels and rooms of an organisation, and those of two people of whom this is one; the latest first."""
        rows = await self._database.fetch(
            f"""
            {_ROOMS} WHERE r.organisation = $1 AND (r.kind <> 'direct' OR r.people @> ARRAY[$2::text])
            ORDER BY r.updated_at DESC, r.room_id DESC LIMIT $3
            """,
            organisation,
            person_id,
            limit,
        )
        return [ListedRoom.model_validate(dict(row)) for row in rows]

    async def write(self, room: Room, message: RoomMessageToWrite, now: datetime) -> RoomMessage:
        """Once for each request; its author has read it."""
        row = await self._database.call(_news(room), "SELECT write_in_room($1, $2) AS seq", message, now)
        (written,) = await self.messages(room.room_id, row["seq"], 1)
        return written

    async def messages(self, room_id: str, up_to: int, limit: int) -> list[RoomMessage]:
        """The last ones up to a number, the earliest first."""
        rows = await self._database.fetch(
            f"{_MESSAGES} WHERE m.room_id = $1 AND m.seq <= $2 ORDER BY m.seq DESC LIMIT $3", room_id, up_to, limit
        )
        return [RoomMessage.model_validate(dict(row)) for row in reversed(rows)]

    async def mark_read(self, room: Room, person_id: str, seq: int, now: datetime) -> None:
        """The person has read everything up to `seq`; a mark only moves on."""
        await self._database.fetchval("SELECT read_room($1, $2, $3, $4)", room.room_id, person_id, seq, now)
        read = _news(room).model_copy(update={"people": (person_id,)})
        await self._database.announce(read)

    async def save_file(
        self, room_id: str, by: str, *, name: str, media_type: str, content: bytes, now: datetime
    ) -> RoomFile:
        """Keep a file under a new id, to be named in a message of the same person. What nobody named is forgotten."""
        file_id = f"rf_{uuid4().hex}"
        await self._database.fetchval(
            """
            WITH never_sent AS (DELETE FROM room_files WHERE room_id = $2 AND seq IS NULL AND created_at < $8)
            INSERT INTO room_files (file_id, room_id, name, media_type, content, uploaded_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            file_id,
            room_id,
            name,
            media_type,
            content,
            by,
            now,
            now - FORGOTTEN_AFTER,
        )
        return RoomFile(file_id=file_id, name=name, media_type=media_type, size_bytes=len(content))

    async def unsent(self, room_id: str, by: str, file_ids: Sequence[str]) -> int:
        """How many of these are files of this person that no message has named."""
        return await self._waiting(room_id, by, list(file_ids))

    async def written(self, room_id: str, request_id: str) -> bool:
        """Whether this request has written a message."""
        query = "SELECT EXISTS (SELECT FROM room_messages WHERE room_id = $1 AND request_id = $2)"
        found: bool = await self._database.fetchval(query, room_id, request_id)
        return found

    async def waiting_files(self, room_id: str, by: str) -> int:
        """How many files of this person wait for a message."""
        return await self._waiting(room_id, by, None)

    async def _waiting(self, room_id: str, by: str, file_ids: list[str] | None) -> int:
        found: int = await self._database.fetchval(
            """
            SELECT count(*) FROM room_files
            WHERE room_id = $1 AND uploaded_by = $2 AND seq IS NULL AND ($3::text[] IS NULL OR file_id = ANY ($3))
            """,
            room_id,
            by,
            file_ids,
        )
        return found

    async def file(self, room_id: str, file_id: str) -> StoredRoomFile | None:
        """The file with its bytes; None for an id that is not of this room."""
        row = await self._database.fetchrow(
            "SELECT * FROM room_files WHERE room_id = $1 AND file_id = $2", room_id, file_id
        )
        return StoredRoomFile(file=RoomFile.model_validate(dict(row)), content=row["content"]) if row else None

    async def _opened(
        self,
        organisation: str,
        kind: RoomKind,
        name: str,
        people: tuple[str, ...],
        conversation_id: str | None,
        by: str,
        now: datetime,
    ) -> Room:
        row = await self._database.fetchrow(
            """
            WITH made AS (
                INSERT INTO rooms (room_id, organisation, kind, name, people, conversation_id, created_by, created_at,
                                   updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING RETURNING *
            )
            SELECT * FROM made UNION ALL SELECT * FROM rooms
            WHERE organisation = $2 AND kind = $3 AND name = $4 AND people = $5
                AND conversation_id IS NOT DISTINCT FROM $6
            LIMIT 1
            """,
            f"ro_{uuid4().hex}",
            organisation,
            kind,
            name,
            list(people),
            conversation_id,
            by,
            now,
        )
        if row is None:  # somebody made it in this very moment
            return await self._opened(organisation, kind, name, people, conversation_id, by, now)
        room = Room.model_validate(dict(row))
        await self._database.announce(_news(room))
        return room


def _news(room: Room) -> Notification:
    """Of a room: what two people write is told to these two."""
    return Notification(kind="room", organisation=room.organisation, room_id=room.room_id, people=room.people)
