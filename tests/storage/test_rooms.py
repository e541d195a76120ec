import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.rooms.room import Room, RoomMessageToWrite
from storage.erasing import ErasingRepository
from storage.rooms import FORGOTTEN_AFTER, RoomRepository
from tests.storage.secrets import say_in, told
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, later


@pytest.fixture
def rooms(stage: Stage) -> RoomRepository:
    return RoomRepository(stage.database)


@pytest.fixture
async def channel(rooms: RoomRepository) -> Room:
    return await rooms.open_channel(ORGANISATION, "returns", "anna", NOW)


async def write(rooms: RoomRepository, room: Room, by: str, text: str, **more: Any) -> int:
    fields = {"room_id": room.room_id, "request_id": f"{by}-{text}", "author_id": by, "text": text, **more}
    return (await rooms.write(room, RoomMessageToWrite.model_validate(fields), NOW)).seq


async def unread(rooms: RoomRepository, room: Room, person: str) -> tuple[int, int]:
    shown = await rooms.shown(room.room_id, person)
    assert shown
    return shown.unread, shown.mentioned


async def test_each_room_is_made_once(rooms: RoomRepository, channel: Room) -> None:
    assert await rooms.open_channel(ORGANISATION, "returns", "bo", later(1)) == channel
    pairs = await asyncio.gather(
        *(rooms.open_direct(ORGANISATION, *who, NOW) for who in [("anna", "bo"), ("bo", "anna"), ("anna", "bo")])
    )
    assert len({room.room_id for room in pairs}) == 1
    assert pairs[0].people == ("anna", "bo")
    about = await rooms.open_about(ORGANISATION, CONVERSATION, "anna", NOW)
    assert await rooms.open_about(ORGANISATION, CONVERSATION, "bo", NOW) == about
    other = await rooms.open_channel("other", "returns", "anna", NOW)
    assert len({other.room_id, channel.room_id, about.room_id, pairs[0].room_id}) == 4
    assert await rooms.get(channel.room_id) == channel
    assert await rooms.get("unknown") is None
    assert await rooms.shown("unknown", "anna") is None


async def test_a_list_has_the_rooms_of_a_person(rooms: RoomRepository, channel: Room) -> None:
    direct = await rooms.open_direct(ORGANISATION, "anna", "bo", later(1))
    await rooms.open_channel("other", "returns", "anna", NOW)

    async def listed(person: str) -> list[str]:
        return [room.room_id for room in await rooms.of_person(ORGANISATION, person, 50)]

    assert await listed("anna") == await listed("bo") == [direct.room_id, channel.room_id]
    assert await listed("cy") == [channel.room_id]


async def test_messages_are_numbered_and_written_once(rooms: RoomRepository, channel: Room) -> None:
    seqs = await asyncio.gather(*(write(rooms, channel, "anna", str(number)) for number in range(5)))
    assert sorted(seqs) == [1, 2, 3, 4, 5]
    assert await write(rooms, channel, "anna", "3") == seqs[3]
    assert [one.seq for one in await rooms.messages(channel.room_id, 99, 3)] == [3, 4, 5]
    assert [one.seq for one in await rooms.messages(channel.room_id, 2, 9)] == [1, 2]
    assert await rooms.written(channel.room_id, "anna-3")
    assert not await rooms.written(channel.room_id, "anna-9")


async def test_what_a_person_has_not_read_is_counted(rooms: RoomRepository, channel: Room) -> None:
    await write(rooms, channel, "anna", "hello")
    await write(rooms, channel, "anna", "look, @bo", mentions=("bo",))
    assert await unread(rooms, channel, "anna") == (0, 0)
    assert await unread(rooms, channel, "bo") == (2, 1)
    await rooms.mark_read(channel, "bo", 1, NOW)
    assert await unread(rooms, channel, "bo") == (1, 1)
    await rooms.mark_read(channel, "bo", 2**31 - 1, NOW)
    await rooms.mark_read(channel, "bo", 1, NOW)
    assert await unread(rooms, channel, "bo") == (0, 0)
    await write(rooms, channel, "anna", "more")
    assert await unread(rooms, channel, "bo") == (1, 0)


async def test_a_file_belongs_to_the_message_that_names_it(rooms: RoomRepository, channel: Room) -> None:
    await say_in(rooms, channel, "m-1", "with a file")
    (message,) = await rooms.messages(channel.room_id, 1, 1)
    (file,) = message.files
    stored = await rooms.file(channel.room_id, file.file_id)
    assert stored
    assert (stored.file, stored.content) == (file, b"with a file")
    assert await rooms.unsent(channel.room_id, "anna", [file.file_id]) == 0
    assert await rooms.file("another", file.file_id) is None


async def test_a_file_that_nobody_named_is_forgotten(rooms: RoomRepository, channel: Room) -> None:
    async def save(by: str, at: timedelta = timedelta()) -> str:
        words: dict[str, Any] = {"name": "a.txt", "media_type": "text/plain", "content": b"a"}
        return (await rooms.save_file(channel.room_id, by, now=NOW + at, **words)).file_id

    first = await save("anna")
    assert await rooms.waiting_files(channel.room_id, "anna") == 1
    assert await rooms.unsent(channel.room_id, "bo", [first]) == 0
    assert await rooms.unsent(channel.room_id, "anna", [first, "rf_other"]) == 1
    await save("bo", FORGOTTEN_AFTER + timedelta(seconds=1))
    assert await rooms.file(channel.room_id, first) is None


async def test_what_names_an_erased_conversation_is_erased_with_it(
    stage: Stage, rooms: RoomRepository, channel: Room
) -> None:
    id = await told(stage)
    await say_in(rooms, channel, "m-1", "about it", about=(id,))
    await say_in(rooms, channel, "m-2", "something else", about=(CONVERSATION,))
    await ErasingRepository(stage.database).erase(id, later(7200), later(7200))
    first, second = await rooms.messages(channel.room_id, 9, 9)
    assert (first.text, first.files, first.author_id) == ("[erased]", (), "anna")
    assert (second.text, len(second.files)) == ("something else", 1)
