"""One open chat: reads what the customer's client sends, one frame after the other, while a pusher sends news.

Each frame is answered before the next is read, so a client that floods is slowed down by TCP.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from time import perf_counter

from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.conversation.messages import Attachment, CustomerMessage
from domain.conversation.requests import StartConversation
from domain.errors import HoldfastError, InvalidInputError, NotFoundError, RetryableError
from gateway.chat.frames import (
    CLIENT_FRAME,
    AnyClientFrame,
    AnyServerFrame,
    CustomerTyping,
    ErrorFrame,
    MarkRead,
    Ping,
    Pong,
    Pushed,
    Received,
    SendMessage,
    Welcome,
)
from gateway.chat.incoming import RefusedFrameError, parse, receive
from gateway.chat.pusher import Pusher
from gateway.chat.transcript import Transcript
from gateway.problems import Problem, problem, problem_of
from gateway.services import Services
from gateway.tokens import ChatToken

SEND_WITHIN_SECONDS = 30.0
IDLE_LIMIT = timedelta(hours=1)
CLOSE_IDLE = 4408
CLOSE_FLOOD = 4429


class ChatConnection:
    """One socket of one conversation. Several may be open for the same one, each with its own position."""

    def __init__(self, socket: WebSocket, services: Services, token: ChatToken) -> None:
        self._socket = socket
        self._services = services
        self._token = token
        self._sending = asyncio.Lock()

    async def run(self, last_seq: int) -> None:
        """Serve until either side goes."""
        with (
            suppress(WebSocketDisconnect, TimeoutError),
            self._services.metrics.open_sockets.track_inprogress(),
            self._services.live.watch(self._token.conversation_id) as wake,
        ):
            await self._serve(wake, last_seq)

    async def _serve(self, wake: asyncio.Event, last_seq: int) -> None:
        transcript = Transcript(self._services.store.conversations)
        pusher = Pusher(self, transcript, wake, self._token.conversation_id, last_seq)
        await pusher.welcome()
        halves = [asyncio.create_task(pusher.run()), asyncio.create_task(self._read(pusher))]
        try:
            done, _ = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            for half in done:
                half.result()
        finally:
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)

    async def send(self, frame: AnyServerFrame) -> None:
        """One frame at a time; TimeoutError for a client that does not read."""
        async with self._sending, asyncio.timeout(SEND_WITHIN_SECONDS):
            await self._socket.send_text(frame.model_dump_json(exclude_none=True))
        pushed = len(frame.messages) if isinstance(frame, Welcome) else int(isinstance(frame, Pushed))
        self._services.metrics.messages_pushed.inc(pushed)

    async def _read(self, pusher: Pusher) -> None:
        while True:
            try:
                raw = await receive(self._socket, IDLE_LIMIT)
            except TimeoutError:
                await self._socket.close(CLOSE_IDLE, "Nothing was sent for an hour. Connect again.")
                return
            if raw is None:
                return
            if self._services.frame_limit.wait_seconds(self._token.conversation_id):
                await self._socket.close(CLOSE_FLOOD, "Too many frames. Wait a minute, then connect again.")
                return
            await self._take(raw, pusher)

    async def _take(self, raw: str | bytes, pusher: Pusher) -> None:
        message_id = None
        try:
            frame = parse(raw, CLIENT_FRAME)
            message_id = frame.id if isinstance(frame, SendMessage) else None
            await self._answer(frame, pusher)
        except RefusedFrameError as error:
            await self._refuse(error.problem, error.message_id, retry=False)
        except HoldfastError as error:
            await self._refuse(problem_of(error), message_id, retry=isinstance(error, RetryableError))

    async def _refuse(self, refusal: Problem, message_id: str | None, *, retry: bool) -> None:
        self._services.metrics.refused.labels(refusal.name).inc()
        await self.send(ErrorFrame(id=message_id, retry=retry, problem=refusal))

    async def _answer(self, frame: AnyClientFrame, pusher: Pusher) -> None:
        match frame:
            case SendMessage():
                await self._keep(frame, pusher)
            case MarkRead():
                await self._mark_read(frame.seq)
            case Ping():
                await self.send(Pong())
            case CustomerTyping():
                pass

    async def _mark_read(self, seq: int) -> None:
        """Best effort: the client says it again with the next message it shows."""
        with suppress(NotFoundError, RetryableError):
            await self._services.store.conversations.mark_read(self._token.conversation_id, seq, self._services.now())

    async def _keep(self, frame: SendMessage, pusher: Pusher) -> None:
        """Durable first, then "received"."""
        received_at, started = self._services.now(), perf_counter()
        wait = self._services.message_limit.wait_seconds(self._token.conversation_id)
        if wait:
            slow = problem("too-many-requests", f"Too many messages. This one can be sent in {wait:.0f} seconds.")
            await self._refuse(slow, frame.id, retry=True)
            return
        if not frame.text.strip() and not frame.attachments:
            raise InvalidInputError("The message is empty. Write a text or attach a file.")
        if self._token.conversation_id in frame.id:
            raise InvalidInputError("Ids that contain the conversation's id are the platform's own. Use another id.")
        message = CustomerMessage(
            message_id=frame.id,
            text=frame.text,
            received_at=received_at,
            attachments=await self._attachments(frame.attachments),
        )
        await self._services.conversations.receive(self._start(), message)
        self._services.metrics.acknowledgement_seconds.observe(perf_counter() - started)
        self._services.metrics.messages_received.labels(message.channel).inc()
        await self.send(Received(id=frame.id))
        pusher.expect_reply()

    def _start(self) -> StartConversation:
        return StartConversation(
            organisation=self._token.organisation,
            conversation_id=self._token.conversation_id,
            customer_id=self._token.customer_id,
        )

    async def _attachments(self, ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        if not ids:
            return ()
        found = await self._services.store.attachments.find(self._token.conversation_id, ids)
        if len(found) != len(set(ids)):
            raise InvalidInputError("An attachment is not known in this conversation. Upload the file again.")
        return tuple(found)
