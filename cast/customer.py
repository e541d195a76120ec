"""A customer, and the chat client of one: it behaves as the widget does, and keeps everything that it hears."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from pydantic import Field, TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from cast.saying import Say
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from gateway.chat.frames import (
    AnyServerFrame,
    ClientFrame,
    ConversationStatus,
    ErrorFrame,
    Hello,
    MarkRead,
    Pushed,
    Received,
    SendMessage,
    Welcome,
)
from gateway.chat.sessions import ChatSession
from invariants.records import Heard, Sent

SERVER_FRAME: TypeAdapter[AnyServerFrame] = TypeAdapter(Annotated[AnyServerFrame, Field(discriminator="type")])
RECONNECT_SECONDS = 0.5
RESEND_SECONDS = 2.0


class Customer:
    """One conversation from the customer's side. What was heard is in the order of the transcript."""

    def __init__(self, conversation_id: str = "") -> None:
        self.conversation_id = conversation_id
        self.sent: list[Sent] = []
        self.heard: list[Heard] = []
        self.status = Status.OPEN
        self.news = asyncio.Event()

    @property
    def last_seq(self) -> int:
        return self.heard[-1].seq if self.heard else 0

    async def run(self) -> None:
        """Listen until cancelled."""
        raise NotImplementedError

    async def say(self, action: Say) -> Sequence[Sent]:
        """Send one message for each text at once; returns what was sent without waiting."""
        raise NotImplementedError

    async def received(self, sent: Sequence[Sent]) -> None:
        """Wait until these messages were received."""

    def lose_connection(self) -> None:
        """Drop the connection, where there is one, as a tunnel would: no goodbye, nothing flushed."""

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something that was heard makes this true."""
        while not holds():
            self.news.clear()
            await self.news.wait()

    def seq_of(self, sent: Sequence[Sent]) -> int | None:
        """The place of the last of these messages; None while one of them is not in the transcript."""
        seqs = [heard.seq for heard in self.heard if any(one.is_in(heard) for one in sent)]
        return max(seqs) if len(seqs) >= len(sent) else None

    def first_after(self, seq: int) -> Heard | None:
        """The first message of the organisation behind this place."""
        return next((said for said in self.heard if said.seq > seq and said.author is not Author.CUSTOMER), None)


class ChatClient(Customer):
    """A message stays in the outbox until the gateway says "received" or shows it."""

    def __init__(self, gateway_url: str, session: ChatSession) -> None:
        super().__init__(session.conversation_id)
        self.connections = 0
        self._address = f"{gateway_url.replace('http', 'ws', 1)}/v1/chat/{session.conversation_id}"
        self._token = session.token
        self._outbox: dict[str, str] = {}
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(self._address, proxy=None) as socket:
                    await self._listen(socket)
            self._socket = None
            await asyncio.sleep(RECONNECT_SECONDS)

    async def say(self, action: Say) -> Sequence[Sent]:
        """Each frame as often as the action says, with one message id."""
        sent = [self.claim_sent(uuid4().hex, text) for text in action.texts]
        self._outbox |= {one.message_id: one.text for one in sent if one.message_id}
        for _ in range(action.copies):
            await self._submit_all(sent)
        return sent

    def claim_sent(self, message_id: str, text: str) -> Sent:
        """Note a message as sent."""
        self.sent.append(Sent(message_id=message_id, text=text))
        return self.sent[-1]

    async def received(self, sent: Sequence[Sent]) -> None:
        """What stays unacknowledged is sent again, with the same id."""
        while not self._all_received(sent):
            try:
                async with asyncio.timeout(RESEND_SECONDS):
                    await self.until(lambda: self._all_received(sent))
            except TimeoutError:
                await self._submit_all(sent)

    def lose_connection(self) -> None:
        if self._socket:
            self._socket.transport.abort()

    def _all_received(self, sent: Sequence[Sent]) -> bool:
        return not any(one.message_id in self._outbox for one in sent)

    async def _listen(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.connections += 1
        await self._send(Hello(type="hello", token=self._token, last_seq=self.last_seq))
        while True:
            await self._take(SERVER_FRAME.validate_json(await socket.recv()))
            self.news.set()

    async def _take(self, frame: AnyServerFrame) -> None:
        match frame:
            case Welcome():
                self.status = frame.conversation.status
                for message in frame.messages:
                    await self._hear(message)
                for message_id in list(self._outbox):
                    await self._submit(message_id)
            case Pushed():
                await self._hear(frame)
            case Received():
                self._outbox.pop(frame.id, None)
            case ConversationStatus():
                self.status = frame.status
            case ErrorFrame(id=str(message_id), retry=False):
                self._outbox.pop(message_id, None)

    async def _hear(self, message: Pushed) -> None:
        self.heard.append(heard_of(message, datetime.now(UTC)))
        self._outbox.pop(message.id, None)
        if message.author is not Author.CUSTOMER:
            await self._send(MarkRead(type="read", seq=message.seq))

    async def _submit_all(self, sent: Sequence[Sent]) -> None:
        for one in sent:
            await self._submit(one.message_id or "")

    async def _submit(self, message_id: str) -> None:
        if text := self._outbox.get(message_id):
            await self._send(SendMessage(type="message", id=message_id, text=text))

    async def _send(self, frame: ClientFrame) -> None:
        """Nothing while the connection is lost: what counts is in the outbox."""
        if self._socket:
            with suppress(ConnectionClosed):
                await self._socket.send(frame.model_dump_json())


def heard_of(pushed: Pushed, at: datetime) -> Heard:
    """What a client read of its socket, and when."""
    return Heard(
        seq=pushed.seq,
        message_id=pushed.id,
        author=pushed.author,
        kind=pushed.kind,
        text=pushed.text,
        at=at,
    )
