"""What the Slack stand-in remembers and refuses: people, channels, messages, files."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

TEAM, CUSTOMER_TEAM = "T0HOLDFAST", "T0CUSTOMER"
BOT_USER, BOT_ID, APP_ID = "U0HOLDFAST", "B0HOLDFAST", "A0HOLDFAST"
MICROSECONDS = 1_000_000
MAX_CHARACTERS = 40_000
MASS_MENTION = re.compile(r"<!(channel|here|everyone)(\|[^>]*)?>|<!subteam\^\w+(\|[^>]*)?>")
PLAIN_MENTION = re.compile(r"@(channel|here|everyone)\b")


class RefusedCallError(Exception):
    """A call that Slack answers with `ok: false` and this code; HTTP 200 all the same."""

    def __init__(self, code: str, **more: str) -> None:
        super().__init__(code)
        self.answer = {"ok": False, "error": code, **more}


class Arguments(BaseModel):
    """Base of the arguments of a method; Slack takes no notice of those that it does not know."""

    model_config = ConfigDict(frozen=True)


class Metadata(Arguments):
    event_type: str = Field(min_length=1, max_length=255)
    event_payload: dict[str, str | int | float | bool | list[Any] | dict[str, Any]]


class PostMessage(Arguments):
    """Arguments of chat.postMessage."""

    channel: str
    text: str = ""
    thread_ts: str | None = None
    link_names: bool = False
    parse: Literal["none", "full"] = "none"
    metadata: Metadata | None = None
    blocks: Any = None


class UpdateMessage(Arguments):
    """Arguments of chat.update."""

    channel: str
    ts: str
    text: str = ""
    metadata: Metadata | None = None
    blocks: Any = None


class Reading(Arguments):
    """Arguments of conversations.history and conversations.replies."""

    channel: str
    ts: str = ""
    cursor: str = ""
    limit: int = Field(100, ge=1, le=999)
    include_all_metadata: bool = False


class Person(BaseModel):
    """Somebody who writes; with `bot_id` an app."""

    id: str
    team_id: str = TEAM
    real_name: str = ""
    email: str | None = None
    bot_id: str | None = None


class Room(BaseModel):
    """A channel (C…, G…) or a direct message channel with the app (D…)."""

    id: str
    is_ext_shared: bool = False
    is_archived: bool = False
    is_member: bool = True


class StoredFile(BaseModel):
    """A file. With `hidden` an event tells its id alone, as in channels that are shared with other workspaces."""

    id: str
    name: str
    mimetype: str
    content: bytes
    hidden: bool = False
    is_external: bool = False


class Workspace:
    """One workspace with its people and messages. No two messages have the same time, not even after a restart."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest = 0
        self.reset()

    def reset(self) -> None:
        self.people = {BOT_USER: Person(id=BOT_USER, real_name="Holdfast", bot_id=BOT_ID)}
        self.rooms: dict[str, Room] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, StoredFile] = {}
        self.mass_mentions: list[str] = []

    def now(self) -> str:
        self._latest = max(self._latest + 1, int(self._clock() * MICROSECONDS))
        return f"{self._latest // MICROSECONDS}.{self._latest % MICROSECONDS:06d}"

    def add(self, *things: Person | Room | StoredFile) -> None:
        for thing in things:
            match thing:
                case Person():
                    self.people[thing.id] = thing
                case Room():
                    self.rooms[thing.id] = thing
                case StoredFile():
                    self.files[thing.id] = thing

    def room(self, channel: str) -> Room:
        if channel not in self.rooms:
            raise RefusedCallError("channel_not_found")
        return self.rooms[channel]

    def person(self, user: str) -> Person:
        if user not in self.people:
            raise RefusedCallError("user_not_found")
        return self.people[user]

    def file(self, file_id: str) -> StoredFile:
        if file_id not in self.files:
            raise RefusedCallError("file_not_found")
        return self.files[file_id]

    def write(self, room: Room, author: Person, text: str, thread_ts: str | None = None) -> dict[str, Any]:
        """Keep a message as Slack would store it."""
        message: dict[str, Any] = {"type": "message", "user": author.id, "team": author.team_id}
        message |= {"text": text, "ts": self.now()}
        if thread_ts is not None:
            message["thread_ts"] = self._thread(room, thread_ts)
            self.find(room.id, thread_ts)["thread_ts"] = thread_ts
        if author.bot_id:
            message |= {"bot_id": author.bot_id, "app_id": APP_ID}
        self.messages.setdefault(room.id, []).append(message)
        return message

    def find(self, channel: str, ts: str) -> dict[str, Any]:
        found = [message for message in self.messages.get(channel, []) if message["ts"] == ts]
        if not found:
            raise RefusedCallError("message_not_found")
        return found[0]

    def remove(self, channel: str, ts: str) -> dict[str, Any]:
        message = self.find(channel, ts)
        self.messages[channel].remove(message)
        return message

    def bury(self, channel: str, ts: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The first message of a thread with answers, and the tombstone that now stands there; None for any other."""
        messages = self.messages.get(channel, [])
        answers = [one for one in messages if one.get("thread_ts") == ts != one["ts"]]
        if not answers:
            return None
        message = self.find(channel, ts)
        stone: dict[str, Any] = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
        stone |= {"text": "This message was deleted.", "ts": ts, "thread_ts": ts, "reply_count": len(answers)}
        messages[messages.index(message)] = stone
        return message, stone

    def post(self, arguments: PostMessage, blocks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """chat.postMessage by the app; `blocks` are checked already."""
        room = self.room(arguments.channel)
        if room.is_archived:
            raise RefusedCallError("is_archived")
        if not room.is_member:
            raise RefusedCallError("not_in_channel")
        if not arguments.text and not blocks:
            raise RefusedCallError("no_text")
        if len(arguments.text) > MAX_CHARACTERS:
            raise RefusedCallError("msg_too_long")
        plain = PLAIN_MENTION if arguments.link_names or arguments.parse == "full" else MASS_MENTION
        said = arguments.text + json.dumps(blocks or [])
        self.mass_mentions += [found[0] for pattern in {MASS_MENTION, plain} for found in pattern.finditer(said)]
        message = self.write(room, self.people[BOT_USER], arguments.text, arguments.thread_ts)
        if arguments.metadata:
            message["metadata"] = arguments.metadata.model_dump()
        if blocks:
            message["blocks"] = blocks
        return message

    def update(self, arguments: UpdateMessage, blocks: list[dict[str, Any]] | None) -> dict[str, Any]:
        """chat.update: an app changes what it wrote, and nothing else."""
        self.room(arguments.channel)
        message = self.find(arguments.channel, arguments.ts)
        if message.get("bot_id") != BOT_ID:
            raise RefusedCallError("cant_update_message")
        if not arguments.text and not blocks:
            raise RefusedCallError("no_text")
        self.mass_mentions += [found[0] for found in MASS_MENTION.finditer(arguments.text + json.dumps(blocks or []))]
        message |= {"text": arguments.text, "blocks": blocks or []}
        message |= {"metadata": arguments.metadata.model_dump()} if arguments.metadata else {}
        message["edited"] = {"user": BOT_USER, "ts": self.now()}
        return message

    def direct(self, user: str) -> Room:
        """The direct messages of the app with a person, made when somebody asks for them first."""
        person = self.person(user)
        return self.rooms.setdefault(f"D{person.id[1:]}", Room(id=f"D{person.id[1:]}"))

    def history(self, arguments: Reading) -> dict[str, Any]:
        """conversations.history: what stands in the channel itself, the newest first."""
        room = self.room(arguments.channel)
        messages = self.messages.get(room.id, [])
        top = [message for message in messages if message.get("thread_ts", message["ts"]) == message["ts"]]
        return _page(arguments, reversed(top))

    def replies(self, arguments: Reading) -> dict[str, Any]:
        """conversations.replies: a thread, the oldest first."""
        room = self.room(arguments.channel)
        root = self._thread(room, arguments.ts)
        messages = self.messages[room.id]
        return _page(arguments, (message for message in messages if root in (message["ts"], message.get("thread_ts"))))

    def _thread(self, room: Room, ts: str) -> str:
        if not any(message["ts"] == ts for message in self.messages.get(room.id, [])):
            raise RefusedCallError("thread_not_found")
        return ts


def arguments_of(kind: type[Any], given: Mapping[str, Any]) -> Any:
    """The arguments of a call. Raises RefusedCallError as Slack would."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        codes = {"limit": "invalid_limit", "metadata": "invalid_metadata_format", "channel": "channel_not_found"}
        raise RefusedCallError(codes.get(field, "invalid_arguments")) from None


def file_fields(file: StoredFile, files_url: str) -> dict[str, Any]:
    """A file as the Web API shows it."""
    where = "https://drive.example/" if file.is_external else files_url
    return {
        "id": file.id,
        "name": file.name,
        "mimetype": file.mimetype,
        "size": len(file.content),
        "mode": "external" if file.is_external else "hosted",
        "is_external": file.is_external,
        "url_private": f"{where}{file.id}/{file.name}",
        "url_private_download": f"{where}{file.id}/{file.name}",
        "permalink": f"https://holdfast.slack.example/files/{file.id}",
    }


def _page(arguments: Reading, messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Pages as Slack cuts them; `cursor` is the number of messages before this page."""
    if not arguments.cursor.isdecimal() and arguments.cursor:
        raise RefusedCallError("invalid_cursor")
    start = int(arguments.cursor or 0)
    everything = list(messages)
    kept = set() if arguments.include_all_metadata else {"metadata"}
    shown = [
        {key: value for key, value in message.items() if key not in kept}
        for message in everything[start : start + arguments.limit]
    ]
    more = start + arguments.limit < len(everything)
    following = {"response_metadata": {"next_cursor": str(start + arguments.limit)}} if more else {}
    return {"ok": True, "messages": shown, "has_more": more, **following}
