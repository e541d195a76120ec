import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from domain.errors import UnavailableError
from gateway.feed import WAITING_AT_MOST, FeedReader, LiveFeed, event_of
from storage.views import Notification

OWNERS = {"conversation-1": "acme", "conversation-2": "other"}
WITHIN = 10.0


class Lookup:
    """Whose conversations these are, and how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.away = False

    async def __call__(self, ids: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(list(ids))
        if self.away:
            raise UnavailableError("away")
        return {id: OWNERS[id] for id in ids if id in OWNERS}


@pytest.fixture
def lookup() -> Lookup:
    return Lookup()


@pytest.fixture
async def feed(lookup: Lookup) -> AsyncIterator[LiveFeed]:
    feed = LiveFeed(lookup)
    running = asyncio.create_task(feed.run())
    yield feed
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def message(conversation_id: str = "conversation-1") -> Notification:
    return Notification(kind="message", conversation_id=conversation_id)


def room(*people: str) -> Notification:
    return Notification(kind="room", organisation="acme", room_id="r-1", people=people)


async def names(reader: FeedReader) -> list[str]:
    return [event.name for event in await reader.next(WITHIN)]


async def test_a_reader_is_first_told_to_read_everything(feed: LiveFeed) -> None:
    with feed.open("acme", "anna") as reader:
        assert await names(reader) == ["resync"]
        assert await reader.next(0.0) == []
        assert feed.open_streams == 1
    assert feed.open_streams == 0


async def test_only_the_organisation_is_told(feed: LiveFeed, lookup: Lookup) -> None:
    with feed.open("acme", "anna") as ours, feed.open("other", "olga") as theirs:
        await names(ours), await names(theirs)
        for _ in range(3):
            feed.put(message())
        feed.put(message("unknown-1"))
        (event,) = await ours.next(WITHIN)
        assert event.encoded == b'event: conversation\ndata: {"conversation_id":"conversation-1","kind":"message"}\n\n'
        assert await theirs.next(0.0) == []
        feed.put(message())
        feed.put(message("conversation-2"))
        assert await names(theirs) == ["conversation"]
        assert sorted(lookup.asked[0]) == ["conversation-1", "unknown-1"]
        assert lookup.asked[1:] == [["conversation-2"]]


async def test_what_changed_in_several_ways_is_told_once_and_says_none(feed: LiveFeed) -> None:
    with feed.open("acme", "anna") as quick, feed.open("acme", "bo") as slow:
        await names(quick), await names(slow)
        for kind in ("message", "status"):
            feed.put(Notification(kind=kind, conversation_id="conversation-1"))
        (event,) = await quick.next(WITHIN)
        assert (event.name, event.told.kind, event.told.conversation_id) == ("conversation", None, "conversation-1")
        feed.put(message())
        assert (await quick.next(WITHIN))[0].told.kind == "message"
        (melted,) = await slow.next(WITHIN)
        assert melted.told.kind is None


async def test_what_two_people_write_is_told_to_these_two(feed: LiveFeed) -> None:
    with feed.open("acme", "anna") as anna, feed.open("acme", "cy") as cy:
        await names(anna), await names(cy)
        feed.put(room("anna", "bo"))
        assert await names(anna) == ["room"]
        assert await cy.next(0.0) == []
        feed.put(room())
        assert await names(cy) == ["room"]


async def test_what_a_slow_reader_does_not_take_is_bounded(feed: LiveFeed) -> None:
    with feed.open("acme", "anna") as slow, feed.open("acme", "bo") as quick:
        await names(slow), await names(quick)
        for number in range(WAITING_AT_MOST + 1):
            feed.put(Notification(kind="room", organisation="acme", room_id=f"r-{number}"))
        assert await names(quick) == ["resync"]
        feed.put(room())
        assert await names(quick) == ["room"]
        assert await names(slow) == ["resync"]


async def test_a_state_replaces_the_one_before(feed: LiveFeed) -> None:
    def said(state: str) -> Notification:
        return Notification(
            kind="typing" if state == "typing" else "presence",
            organisation="acme",
            conversation_id="conversation-1",
            person_id="bo",
            state=state,
            until=datetime(2026, 3, 2, tzinfo=UTC),
        )

    with feed.open("acme", "anna") as reader:
        await names(reader)
        for state in ("looking", "typing", "looking", "away"):
            feed.put(said(state))
        (event,) = await reader.next(WITHIN)
        assert (event.name, event.told.state, event.told.person_id) == ("presence", "away", "bo")
        assert event_of(said("typing")).name == "typing"


async def test_after_a_gap_everybody_reads_anew(feed: LiveFeed, lookup: Lookup) -> None:
    with feed.open("acme", "anna") as ours, feed.open("other", "olga") as theirs:
        await names(ours), await names(theirs)
        feed.put(Notification(kind="resync"))
        assert await names(ours) == await names(theirs) == ["resync"]
        lookup.away = True
        feed.put(message())
        assert await names(ours) == ["resync"]


async def test_while_nobody_reads_nothing_is_asked(feed: LiveFeed, lookup: Lookup) -> None:
    feed.put(message())
    with feed.open("acme", "anna") as reader:
        await names(reader)
        feed.put(Notification(kind="inbox", conversation_id="conversation-1"))
        feed.put(room())
        assert await names(reader) == ["room"]
    assert lookup.asked == []


async def test_when_the_server_stops_every_stream_ends(feed: LiveFeed) -> None:
    with feed.open("acme", "anna") as before:
        await names(before)
        feed.stop()
        await before.next(WITHIN)
        assert before.ended
    with feed.open("acme", "anna") as after:
        assert after.ended
