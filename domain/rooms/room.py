"""Rooms: where colleagues write to each other, who belongs to one, and whom and what a message names."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.model import Frozen

RoomKind = Literal["team", "direct", "conversation"]
MAX_ROOM_MESSAGE_CHARACTERS = 8_000
MAX_MENTIONS = 50
MAX_NAMED_CONVERSATIONS = 50

_MENTION = re.compile(r"(?<![\w.~@-])@([A-Za-z0-9._~-]{1,64})")
_CONVERSATION = re.compile(r"(?<![A-Za-z0-9_-])conversations/([A-Za-z0-9_-]{8,64})(?![A-Za-z0-9_-])")
_TRAILING = ".~-_"


class Room(Frozen):
    """A channel of the organisation, two people, or the room of one conversation. `people`: the two."""

    room_id: str
    organisation: str
    kind: RoomKind
    name: str = ""
    people: tuple[str, ...] = ()
    conversation_id: str | None = None
    created_by: str
    created_at: datetime
    last_seq: int = 0
    updated_at: datetime

    def is_open_to(self, organisation: str, person_id: str) -> bool:
        """Whoever reads for the organisation reads its channels; what two people write, only these two."""
        return self.organisation == organisation and (self.kind != "direct" or person_id in self.people)


class RoomFile(Frozen):
    """A file of a colleague."""

    file_id: str
    name: str
    media_type: str
    size_bytes: int


class RoomMessage(Frozen):
    """`seq` counts from 1 without gaps within the room."""

    room_id: str
    seq: int
    author_id: str
    text: str
    mentions: tuple[str, ...] = ()
    conversation_id: str | None = Field(None, description="The conversation that it links to.")
    files: tuple[RoomFile, ...] = ()
    at: datetime


class RoomMessageToWrite(Frozen):
    """What `write_in_room` keeps. `about`: every conversation that it names."""

    room_id: str
    request_id: str
    author_id: str
    text: str
    mentions: tuple[str, ...] = ()
    conversation_id: str | None = None
    about: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class ListedRoom(Room):
    """With what a person has not read in it."""

    unread: int = 0
    mentioned: int = Field(0, description="How many of the unread messages name you.")


def mentioned_in(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Who is named by `@id`, of those who are known, in order. A full stop after a name is none of it."""
    found = (match for raw in _MENTION.findall(text) for match in (raw, raw.rstrip(_TRAILING)) if match in known)
    return tuple(dict.fromkeys(found))[:MAX_MENTIONS]


def conversations_named(text: str, linked: str | None = None) -> tuple[str, ...]:
    """The conversation that is linked, and those whose address stands in the text."""
    found = dict.fromkeys((*([linked] if linked else []), *_CONVERSATION.findall(text)))
    return tuple(found)[:MAX_NAMED_CONVERSATIONS]


def pair(one: str, other: str) -> tuple[str, str]:
    """Two people, whoever began."""
    return (one, other) if one <= other else (other, one)
