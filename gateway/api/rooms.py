"""`/v1/rooms`: where colleagues write to each other."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response, UploadFile
from pydantic import Field, StringConstraints

from domain.conversation.messages import ConversationId
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.rooms.room import (
    MAX_MENTIONS,
    MAX_ROOM_MESSAGE_CHARACTERS,
    ListedRoom,
    Room,
    RoomFile,
    RoomMessage,
    RoomMessageToWrite,
    conversations_named,
    mentioned_in,
)
from gateway.api.conversations import find_conversation
from gateway.api.requests import WITHOUT_NUL, Ask, ServicesDependency
from gateway.api.working_together import PersonId
from gateway.auth import Caller, HumanAgent, Viewer
from gateway.colleagues import require_known
from gateway.files import accepted, as_download
from gateway.services import Services

router = APIRouter(prefix="/v1/rooms", tags=["rooms"])

MAX_FILES_OF_MESSAGE = 10
MAX_WAITING_FILES = 20
LAST_SEQ = 2**31 - 1
ChannelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=WITHOUT_NUL)]
FileId = Annotated[str, StringConstraints(pattern=r"^rf_[0-9a-f]{32}$")]
RoomText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_ROOM_MESSAGE_CHARACTERS, pattern=WITHOUT_NUL)
]


class AskRoom(Ask):
    """Exactly what its kind needs: the name of a channel, the other person, or the conversation."""

    kind: Literal["team", "direct", "conversation"]
    name: ChannelName | None = None
    person_id: PersonId | None = None
    conversation_id: ConversationId | None = None


class AskRoomMessage(Ask):
    text: RoomText = ""
    mentions: tuple[PersonId, ...] = Field((), max_length=MAX_MENTIONS, description="Beside those named by @id.")
    conversation_id: ConversationId | None = Field(None, description="A conversation to link to.")
    files: tuple[FileId, ...] = Field((), max_length=MAX_FILES_OF_MESSAGE, description="Files that you sent before.")


class AskRead(Ask):
    seq: int = Field(ge=0, le=LAST_SEQ)


class RoomMessages(Frozen):
    """Messages, the earliest first. Those before: with `before` = the first `seq`."""

    messages: tuple[RoomMessage, ...]
    more: bool = Field(description="There are earlier ones.")


@router.get("")
async def list_rooms(
    caller: Viewer, services: ServicesDependency, limit: Annotated[int, Query(ge=1, le=500)] = 200
) -> list[ListedRoom]:
    """Channels, rooms of conversations, and your rooms with one other person; the latest first."""
    return await services.store.rooms.of_person(caller.organisation, caller.person.id, limit)


@router.post("")
async def open_room(caller: HumanAgent, services: ServicesDependency, body: AskRoom) -> ListedRoom:
    """The channel of a name, the room with a person, or that of a conversation; made when there is none yet."""
    rooms, now = services.store.rooms, services.now()
    by = caller.person.id
    match body:
        case AskRoom(kind="team", name=str(name), person_id=None, conversation_id=None):
            room = await rooms.open_channel(caller.organisation, name, by, now)
        case AskRoom(kind="direct", name=None, person_id=str(other), conversation_id=None) if other != by:
            await require_known(services, caller.organisation, (other,))
            room = await rooms.open_direct(caller.organisation, by, other, now)
        case AskRoom(kind="conversation", name=None, person_id=None, conversation_id=str(conversation_id)):
            await _require_words(services, caller, conversation_id)
            room = await rooms.open_about(caller.organisation, conversation_id, by, now)
        case _:
            raise InvalidInputError(
                "A room needs exactly one of: `name` for kind team, `person_id` of somebody else for kind direct, "
                "`conversation_id` for kind conversation."
            )
    return await _shown(services, caller, room.room_id)


@router.get("/{room_id}")
async def show_room(room_id: str, caller: Viewer, services: ServicesDependency) -> ListedRoom:
    """A room, with how much you have not read in it."""
    return await _shown(services, caller, room_id)


@router.get("/{room_id}/messages")
async def list_messages(
    room_id: str,
    caller: Viewer,
    services: ServicesDependency,
    before: Annotated[int, Query(ge=1, le=LAST_SEQ, description="Only those with a lower seq.")] = LAST_SEQ,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RoomMessages:
    """The last messages, the earliest first."""
    room = await _find(services, caller, room_id)
    found = await services.store.rooms.messages(room.room_id, before - 1, limit + 1)
    return RoomMessages(messages=tuple(found[-limit:]), more=len(found) > limit)


@router.post("/{room_id}/messages", status_code=201)
async def write_message(
    room_id: str, caller: HumanAgent, services: ServicesDependency, body: AskRoomMessage
) -> RoomMessage:
    """Write in a room. Whoever is named by @id, or in `mentions`, sees so; the same request is written once."""
    room = await _find(services, caller, room_id)
    if not (body.text or body.files or body.conversation_id):
        raise InvalidInputError("The message is empty. Write a text, link a conversation, or name a file.")
    linked = body.conversation_id or room.conversation_id
    if linked is not None:
        await _require_words(services, caller, linked)
    known = await require_known(services, caller.organisation, body.mentions)
    message = RoomMessageToWrite(
        room_id=room.room_id,
        request_id=body.request_id,
        author_id=caller.person.id,
        text=body.text,
        mentions=tuple(dict.fromkeys((*body.mentions, *mentioned_in(body.text, known)))),
        conversation_id=body.conversation_id,
        about=conversations_named(body.text, linked),
        files=await _unsent(services, caller, room, body),
    )
    return await services.store.rooms.write(room, message, services.now())


@router.put("/{room_id}/read")
async def mark_read(room_id: str, caller: HumanAgent, services: ServicesDependency, body: AskRead) -> ListedRoom:
    """You have read everything up to `seq`."""
    room = await _find(services, caller, room_id)
    await services.store.rooms.mark_read(room, caller.person.id, body.seq, services.now())
    return await _shown(services, caller, room_id)


@router.post("/{room_id}/files", status_code=201)
async def send_file(room_id: str, caller: HumanAgent, services: ServicesDependency, file: UploadFile) -> RoomFile:
    """Keep one file for your next message: images, PDF, plain text and CSV up to 5 MiB; the bytes decide."""
    room = await _find(services, caller, room_id)
    name, media_type, content = await accepted(file)
    if await services.store.rooms.waiting_files(room.room_id, caller.person.id) >= MAX_WAITING_FILES:
        raise ConflictError("Too many of your files wait for a message. Name them in one, or wait a day.")
    return await services.store.rooms.save_file(
        room.room_id, caller.person.id, name=name, media_type=media_type, content=content, now=services.now()
    )


@router.get("/{room_id}/files/{file_id}", response_class=Response)
async def read_file(room_id: str, file_id: str, caller: Viewer, services: ServicesDependency) -> Response:
    """The bytes, always as a download."""
    room = await _find(services, caller, room_id)
    stored = await services.store.rooms.file(room.room_id, file_id)
    if stored is None:
        raise NotFoundError("There is no such file in this room.")
    return as_download(stored.file.name, stored.file.media_type, stored.content)


async def _find(services: Services, caller: Caller, room_id: str) -> Room:
    """A room that the caller may read. NotFoundError for every other one."""
    found = await services.store.rooms.get(room_id)
    if found is None or not found.is_open_to(caller.organisation, caller.person.id):
        raise NotFoundError("There is no such room. List yours with GET /v1/rooms.")
    return found


async def _shown(services: Services, caller: Caller, room_id: str) -> ListedRoom:
    room = await _find(services, caller, room_id)
    shown = await services.store.rooms.shown(room.room_id, caller.person.id)
    return shown or ListedRoom.model_validate(room.model_dump())


async def _require_words(services: Services, caller: Caller, conversation_id: str) -> None:
    """About what was erased nothing new is written."""
    found = await find_conversation(services, caller, conversation_id)
    if found.is_erased:
        raise ConflictError("What was said in this conversation was erased, so nothing is written about it any more.")


async def _unsent(services: Services, caller: Caller, room: Room, body: AskRoomMessage) -> tuple[str, ...]:
    """The files, which must be the caller's own. A request that comes again has named them already."""
    files = tuple(dict.fromkeys(body.files))
    if files and await services.store.rooms.unsent(room.room_id, caller.person.id, files) != len(files):
        if await services.store.rooms.written(room.room_id, body.request_id):
            return files
        raise InvalidInputError("A file is not known in this room, or was sent already. Send it again.")
    return files
