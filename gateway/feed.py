"""The feed of an organisation: what changed, told to everybody of it who has a live stream open.

A notification says what to read anew, hardly ever what is in it. Those that come within a moment melt into one: the
more readers, the longer the moment, so that all of them together cost little. What waits for a slow reader is bounded:
beyond that the reader is told to read everything anew.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from domain.errors import RetryableError
from domain.model import Frozen
from storage.views import Notification

MELTING_SECONDS, LONGEST_MELTING_SECONDS = 0.05, 1.0
CHUNKS_PER_SECOND = 100
"""To all readers together, as long as the longest moment allows it."""
WAITING_AT_MOST = 500
KNOWN_AT_MOST = 50_000

EventName = Literal["conversation", "presence", "typing", "room", "sending", "resync"]
_NAMES: Mapping[str, EventName] = {"presence": "presence", "typing": "typing", "room": "room", "sending": "sending"}
_UNTOLD = frozenset({"inbox", "resync"})


class Told(Frozen):
    """The data of an event: what it concerns. `kind`: in which way a conversation changed; None: in several."""

    conversation_id: str | None = None
    kind: str | None = None
    room_id: str | None = None
    person_id: str | None = None
    state: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LiveEvent:
    """An event, written once for all readers."""

    name: EventName
    told: Told

    @property
    def key(self) -> tuple[str | None, ...]:
        """Events with the same key melt."""
        name = "presence" if self.name == "typing" else self.name
        return (name, self.told.conversation_id, self.told.room_id, self.told.person_id)

    def after(self, earlier: "LiveEvent | None") -> "LiveEvent":
        """The two of them in one: the later one, which says no kind where they differ in theirs."""
        if earlier is None or earlier.told.kind == self.told.kind:
            return self
        return LiveEvent(self.name, self.told.model_copy(update={"kind": None}))

    @cached_property
    def encoded(self) -> bytes:
        return f"event: {self.name}\ndata: {self.told.model_dump_json(exclude_none=True)}\n\n".encode()


RESYNC = LiveEvent("resync", Told())


class FeedReader:
    """What waits for one stream."""

    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.ended = False
        self._waiting: dict[tuple[str | None, ...], LiveEvent] = {RESYNC.key: RESYNC}
        self._wake = asyncio.Event()
        self._wake.set()

    def take_in(self, event: LiveEvent) -> None:
        if RESYNC.key not in self._waiting:
            self._waiting[event.key] = event.after(self._waiting.pop(event.key, None))
            if event is RESYNC or len(self._waiting) > WAITING_AT_MOST:
                self._waiting = {RESYNC.key: RESYNC}
        self._wake.set()

    def end(self) -> None:
        self.ended = True
        self._wake.set()

    async def next(self, within_seconds: float) -> list[LiveEvent]:
        """What came since the last call, at the latest after so long; then perhaps nothing."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._wake.wait()
        except TimeoutError:
            return []
        self._wake.clear()
        waiting, self._waiting = list(self._waiting.values()), {}
        return waiting


class LiveFeed:
    """Whoever has a stream open in this process, by organisation."""

    def __init__(self, organisations_of: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]) -> None:
        """`organisations_of` looks up whose conversations these are."""
        self._organisations_of = organisations_of
        self._readers: dict[str, set[FeedReader]] = defaultdict(set)
        self._known: dict[str, str] = {}
        self._came: list[Notification] = []
        self._wake = asyncio.Event()
        self._stopped = False

    @contextmanager
    def open(self, organisation: str, person_id: str) -> Iterator[FeedReader]:
        """A reader for as long as the context lasts; the first thing it is told is to read everything."""
        reader = FeedReader(person_id)
        if self._stopped:
            reader.end()
        self._readers[organisation].add(reader)
        try:
            yield reader
        finally:
            self._readers[organisation].discard(reader)
            if not self._readers[organisation]:
                del self._readers[organisation]

    @property
    def open_streams(self) -> int:
        return sum(map(len, self._readers.values()))

    def put(self, notification: Notification) -> None:
        """Take one in; nobody waits for it to be told."""
        if not self._readers:
            return
        if notification.kind == "resync":
            self._came.clear()
            self._tell(None, RESYNC, ())
        elif notification.kind not in _UNTOLD:
            self._came.append(notification)
            self._wake.set()

    def stop(self) -> None:
        """End every stream, and each that is opened from now on."""
        self._stopped = True
        for readers in self._readers.values():
            for reader in readers:
                reader.end()

    async def run(self) -> None:
        """Tell what comes, until cancelled."""
        while True:
            await self._wake.wait()
            fair = self.open_streams / CHUNKS_PER_SECOND
            await asyncio.sleep(min(max(MELTING_SECONDS, fair), LONGEST_MELTING_SECONDS))
            self._wake.clear()
            came, self._came = self._came, []
            try:
                await self._learn(came)
            except RetryableError:  # the listener loses its connection, too, and then says resync
                self._tell(None, RESYNC, ())
                continue
            self._pass_on(came)

    async def _learn(self, came: Sequence[Notification]) -> None:
        """Whose conversations these are: it never changes, so each is asked for once."""
        unknown = {one.conversation_id for one in came if one.organisation is None} - {None, *self._known}
        if not unknown:
            return
        if len(self._known) > KNOWN_AT_MOST:
            self._known.clear()
        asked = {one.conversation_id for one in came if one.organisation is None} - {None, *self._known}
        self._known |= await self._organisations_of([str(one) for one in asked])

    def _pass_on(self, came: Sequence[Notification]) -> None:
        melted: dict[tuple[Any, ...], LiveEvent] = {}
        for notification in came:
            organisation = notification.organisation or self._known.get(notification.conversation_id or "")
            if organisation is not None:
                event = event_of(notification)
                key = (organisation, notification.people, event.key)
                melted[key] = event.after(melted.pop(key, None))
        for (organisation, people, _), event in melted.items():
            self._tell(organisation, event, people)

    def _tell(self, organisation: str | None, event: LiveEvent, people: Sequence[str]) -> None:
        """Everybody when no organisation is named; of an organisation everybody when no people are."""
        reached = self._readers.values() if organisation is None else [self._readers.get(organisation, set())]
        for readers in reached:
            for reader in readers:
                if not people or reader.person_id in people:
                    reader.take_in(event)


def event_of(notification: Notification) -> LiveEvent:
    """What people are told of it."""
    name = _NAMES.get(notification.kind, "conversation")
    return LiveEvent(
        name,
        Told(
            conversation_id=notification.conversation_id,
            kind=notification.kind if name == "conversation" else None,
            room_id=notification.room_id,
            person_id=notification.person_id,
            state=notification.state,
            until=notification.until,
        ),
    )
