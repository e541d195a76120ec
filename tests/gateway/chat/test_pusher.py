"""The outgoing half of a chat over a real store: everything once and in order, whatever wakes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from domain.conversation.ownership import Status
from gateway.chat.frames import AnyServerFrame, ConversationStatus, Pushed, Read, Typing, Welcome
from gateway.chat.pusher import Pusher
from gateway.chat.transcript import Transcript
from storage.database import Database
from tests.storage.stage import (
    CONVERSATION,
    NOW,
    Stage,
    generate,
    later,
    message,
    ownership,
    reply,
    staged,
    status_change,
)


class Browser:
    """Keeps every frame; takes none while `may_go_on` is not set."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[AnyServerFrame] = asyncio.Queue()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def send(self, frame: AnyServerFrame) -> None:
        await self.may_go_on.wait()
        self.frames.put_nowait(frame)

    async def next(self) -> AnyServerFrame:
        async with asyncio.timeout(20):
            return await self.frames.get()

    async def seqs(self, count: int) -> list[int]:
        """The numbers of the next so many messages; other frames are passed over."""
        found: list[int] = []
        while len(found) < count:
            frame = await self.next()
            if isinstance(frame, Pushed):
                found.append(frame.seq)
        return found


class Chat:
    """A browser with its pusher."""

    def __init__(self, stage: Stage, last_seq: int = 0) -> None:
        self.browser, self.wake = Browser(), asyncio.Event()
        transcript = Transcript(stage.conversations)
        self.pusher = Pusher(self.browser, transcript, self.wake, CONVERSATION, last_seq)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Welcome]:
        await self.pusher.welcome()
        first = await self.browser.next()
        assert isinstance(first, Welcome)
        task = asyncio.create_task(self.pusher.run())
        try:
            yield first
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await staged(database)


async def answered(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(), later(1))


async def customer_writes(stage: Stage, *ids: str, revision: int = 1) -> None:
    drafting = generate(f"draft-{revision}", *(message(one) for one in ids), revision=revision)
    await stage.turns.begin_draft(drafting, NOW)


async def test_a_welcome_has_what_was_not_seen(stage: Stage) -> None:
    await answered(stage)
    for last_seq, seqs in ((0, [1, 2]), (1, [2]), (2, [])):
        async with Chat(stage, last_seq).running() as welcome:
            assert [said.seq for said in welcome.messages] == seqs
            assert (welcome.read_seq, welcome.conversation.status) == (1, Status.OPEN)


async def test_what_comes_later_is_pushed_once_however_often_it_wakes(stage: Stage) -> None:
    chat = Chat(stage)
    async with chat.running():
        await customer_writes(stage, "a", "b", "c")
        for _ in range(5):
            chat.wake.set()
        assert await chat.browser.seqs(3) == [1, 2, 3]
        await customer_writes(stage, "d", revision=2)
        chat.wake.set()
        assert await chat.browser.seqs(1) == [4]


async def test_a_slow_browser_misses_nothing(stage: Stage) -> None:
    chat = Chat(stage)
    async with chat.running():
        chat.browser.may_go_on.clear()
        for revision in range(1, 4):
            await customer_writes(stage, f"m-{revision}", revision=revision)
            chat.wake.set()
        chat.browser.may_go_on.set()
        assert await chat.browser.seqs(3) == [1, 2, 3]


async def test_typing_is_shown_from_a_message_until_something_leaves(stage: Stage) -> None:
    chat = Chat(stage)
    async with chat.running():
        chat.pusher.expect_reply()
        assert await chat.browser.next() == Typing(active=True)
        await answered(stage)
        chat.wake.set()
        assert await chat.browser.seqs(2) == [1, 2]
        assert await chat.browser.next() == Read(seq=1)
        assert await chat.browser.next() == Typing(active=False)


async def test_where_a_person_answers_nobody_is_said_to_type(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(), NOW)
    chat = Chat(stage)
    async with chat.running() as welcome:
        assert welcome.conversation.owner_kind == "human_agent"
        chat.pusher.expect_reply()
        await stage.conversations.change_status(status_change("resolved", Status.RESOLVED), NOW)
        chat.wake.set()
        assert isinstance(await chat.browser.next(), ConversationStatus)


async def test_a_change_of_owner_is_told_once(stage: Stage) -> None:
    await answered(stage)
    chat = Chat(stage)
    async with chat.running():
        await stage.conversations.change_ownership(ownership(), NOW)
        chat.wake.set()
        told = await chat.browser.next()
        assert told == ConversationStatus(status=Status.WITH_HUMAN, owner_kind="human_agent")
        await customer_writes(stage, "more", revision=2)
        chat.wake.set()
        assert isinstance(await chat.browser.next(), Pushed)
