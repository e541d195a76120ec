"""The outgoing half of a chat: what is committed in the store after the last seq sent, in order, once.

There is no queue: the pusher reads pages from the store, so a client that is slow to read holds back only itself.
"""

import asyncio
from time import monotonic
from typing import Protocol

from domain.conversation.ownership import Status
from domain.errors import RetryableError
from gateway.chat.frames import AnyServerFrame, ConversationStatus, Read, Typing, Welcome
from gateway.chat.transcript import Transcript, TranscriptUpdate

RETRY_STORE_SECONDS = 1.0
MAX_PREPARING_SECONDS = 45.0


class Sink(Protocol):
    """Where frames go, one at a time."""

    async def send(self, frame: AnyServerFrame) -> None: ...


class Pusher:
    """The position of one client in one conversation. Raises ErasedConversationError when that is erased."""

    def __init__(
        self, sink: Sink, transcript: Transcript, wake: asyncio.Event, conversation_id: str, last_seq: int
    ) -> None:
        self._sink = sink
        self._transcript = transcript
        self._wake = wake
        self._conversation_id = conversation_id
        self._last_seq = last_seq
        self._read_seq = 0
        self._status = ConversationStatus()
        self._typing = False
        self._preparing_until = 0.0

    async def welcome(self) -> None:
        """Everything the client has not seen; while the store is away nothing, and it follows later."""
        update = await self._read_update() or TranscriptUpdate()
        self._note(update)
        await self._sink.send(Welcome(conversation=update.status, read_seq=update.read_seq, messages=update.messages))

    async def run(self) -> None:
        """Push until cancelled."""
        while True:
            await self._wait()
            update = await self._read_update()
            if update:
                await self._push(update)
            await self._show_typing()

    def expect_reply(self) -> None:
        """A message has been received: a reply is likely being prepared."""
        self._preparing_until = monotonic() + MAX_PREPARING_SECONDS
        self._wake.set()

    async def _wait(self) -> None:
        """Until woken; while typing is shown, not longer than it may be."""
        left = self._preparing_until - monotonic() if self._typing else None
        try:
            async with asyncio.timeout(left):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _read_update(self) -> TranscriptUpdate | None:
        try:
            return await self._transcript.after(self._conversation_id, self._last_seq)
        except RetryableError:
            asyncio.get_running_loop().call_later(RETRY_STORE_SECONDS, self._wake.set)
            return None

    async def _push(self, update: TranscriptUpdate) -> None:
        for message in update.messages:
            await self._sink.send(message)
        if update.status != self._status:
            await self._sink.send(update.status)
        if update.read_seq != self._read_seq:
            await self._sink.send(Read(seq=update.read_seq))
        self._note(update)

    def _note(self, update: TranscriptUpdate) -> None:
        self._status = update.status
        self._read_seq = update.read_seq
        if not update.messages:
            return
        self._last_seq = update.messages[-1].seq
        waiting = update.messages[-1].author == "customer"
        self._preparing_until = monotonic() + MAX_PREPARING_SECONDS if waiting else 0.0

    # Typing is a guess made without asking the workflow: from a message received until something leaves.
    async def _show_typing(self) -> None:
        answers = self._status.owner_kind == "ai_agent" and self._status.status in {Status.OPEN, Status.RESOLVED}
        active = answers and self._preparing_until > monotonic()
        if active != self._typing:
            self._typing = active
            await self._sink.send(Typing(active=active))
