"""The chat protocol in a terminal: prints what comes, sends what is typed, survives a lost connection."""

import asyncio
import io
import sys
from contextlib import suppress
from threading import Thread
from typing import Annotated
from uuid import uuid4

from pydantic import Field, TypeAdapter
from rich.console import Console, RenderableType
from rich.control import Control
from rich.markdown import Markdown
from rich.padding import Padding
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from cli.gateway_client import GatewayError, is_here, not_running
from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, Author
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
    Typing,
    Welcome,
)
from gateway.chat.sessions import ChatSession

PROMPT = "you › "
SESSION_ENDED = frozenset({4401, 4404})
FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 10.0
RESEND_SECONDS = 3.0
LAST_ANSWER_SECONDS = 60.0
NAMES = {
    Author.CUSTOMER: ("you", "bold"),
    Author.AI_AGENT: ("AI assistant", "bold cyan"),
    Author.HUMAN_AGENT: ("colleague", "bold magenta"),
    Author.SYSTEM: ("", "dim"),
}
STATUS_TEXTS = {
    Status.AWAITING_APPROVAL: "a colleague is checking the answer",
    Status.WITH_HUMAN: "a person answers from here on",
    Status.SNOOZED: "they will come back to you",
    Status.RESOLVED: "closed; write to open it again",
    Status.OPEN: "the AI assistant answers",
}
SERVER_FRAME: TypeAdapter[AnyServerFrame] = TypeAdapter(Annotated[AnyServerFrame, Field(discriminator="type")])


class TerminalChat:
    """One conversation. What is typed is kept until the gateway has received it, and sent again with the same id."""

    def __init__(self, url: str, session: ChatSession, console: Console) -> None:
        self._url = url
        self._address = f"{url.replace('http', 'ws', 1)}/v1/chat/{session.conversation_id}"
        self._session = session
        self._console = console
        self._socket: ClientConnection | None = None
        self._outbox: dict[str, str] = {}
        self._last_seq = 0
        self._status: ConversationStatus | None = None
        self._unseen: set[str] = set()
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Until the customer leaves. Raises GatewayError when there is no gateway, or the session has ended."""
        self._answered.set()
        talking = asyncio.create_task(self._talk())
        typing = asyncio.create_task(self._type())
        try:
            await asyncio.wait({talking, typing}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (talking, typing):
                if ended.done():
                    ended.result()
        finally:
            for task in (talking, typing):
                task.cancel()
            await asyncio.gather(talking, typing, return_exceptions=True)

    # What comes.

    async def _talk(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with connect(self._address, proxy=None if is_here(self._url) else True) as socket:
                    await self._listen(socket)
            except (OSError, WebSocketException) as error:
                self._give_up_if_final(error)
            self._socket = None
            self._say("connection lost, trying again", "yellow")
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)

    def _give_up_if_final(self, error: Exception) -> None:
        if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code in SESSION_ENDED:
            raise GatewayError(error.rcvd.reason) from error
        if self._status is None:
            raise GatewayError(not_running(self._url)) from error

    async def _listen(self, socket: ClientConnection) -> None:
        self._socket = socket
        await self._send(Hello(type="hello", token=self._session.token, last_seq=self._last_seq))
        while True:
            await self._take(SERVER_FRAME.validate_json(await socket.recv()))

    async def _take(self, frame: AnyServerFrame) -> None:
        match frame:
            case Welcome():
                await self._welcome(frame)
            case Pushed():
                await self._show(frame)
            case Received():
                self._outbox.pop(frame.id, None)
            case ConversationStatus():
                self._status = frame
                self._say(STATUS_TEXTS[frame.status])
            case Typing(active=True):
                self._say("…")
            case ErrorFrame():
                self._refused(frame)

    async def _welcome(self, frame: Welcome) -> None:
        first = self._status is None
        self._status = frame.conversation
        for message in frame.messages:
            await self._show(message, own_too=first)
        if first and not frame.messages and self._session.greeting:
            self._print(_with_name(Author.AI_AGENT, Markdown(self._session.greeting)))
        for message_id in list(self._outbox):
            await self._submit(message_id)

    async def _show(self, message: Pushed, *, own_too: bool = False) -> None:
        self._last_seq = message.seq
        own = message.author is Author.CUSTOMER
        if own:
            self._outbox.pop(message.id, None)
            self._unseen.discard(message.id)
        else:
            if not self._unseen:
                self._answered.set()
            await self._send(MarkRead(type="read", seq=message.seq))
        if not own or own_too:
            self._print(_with_name(message.author, Markdown(message.text)))
            for file in message.attachments:
                self._say(f"file: {file.name}, {file.size_bytes:,} bytes")
            for citation in message.citations:
                self._say(f"source: {citation.title} {citation.source}".rstrip())

    def _refused(self, frame: ErrorFrame) -> None:
        self._say(frame.problem.detail, "red")
        if frame.id and frame.retry:
            asyncio.get_running_loop().call_later(RESEND_SECONDS, self._resend, frame.id)
        elif frame.id:
            self._outbox.pop(frame.id, None)
            self._answered.set()

    def _resend(self, message_id: str) -> None:
        self._resending = asyncio.ensure_future(self._submit(message_id))

    # What is typed.

    async def _type(self) -> None:
        lines: asyncio.Queue[str] = asyncio.Queue()
        Thread(target=_read_lines, args=(asyncio.get_running_loop(), lines), daemon=True).start()
        self._prompt()
        while text := (await lines.get()).strip():
            if len(text) <= MAX_MESSAGE_CHARACTERS:
                await self._accept(text)
            else:
                self._say(f"A message has at most {MAX_MESSAGE_CHARACTERS} characters. Write less at once.", "red")
            self._prompt()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._answered.wait(), 0 if sys.stdin.isatty() else LAST_ANSWER_SECONDS)

    async def _accept(self, text: str) -> None:
        message_id = uuid4().hex
        self._outbox[message_id] = text
        self._unseen.add(message_id)
        self._answered.clear()
        await self._submit(message_id)

    async def _submit(self, message_id: str) -> None:
        if message_id in self._outbox:
            await self._send(SendMessage(type="message", id=message_id, text=self._outbox[message_id]))

    async def _send(self, frame: ClientFrame) -> None:
        """Nothing while the connection is lost: what counts is in the outbox."""
        if self._socket:
            with suppress(ConnectionClosed):
                await self._socket.send(frame.model_dump_json())

    # The screen.

    def _say(self, text: str, style: str = "dim") -> None:
        self._print(Text(text, style=style))

    def _print(self, content: RenderableType) -> None:
        self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        self._console.print(content)
        self._prompt()

    def _prompt(self) -> None:
        if sys.stdin.isatty():
            self._console.print(PROMPT, end="", style="bold")


def _with_name(author: Author, content: RenderableType) -> RenderableType:
    name, style = NAMES[author]
    grid = Table.grid(padding=(0, 2))
    grid.add_row(Text(name, style=style), content)
    return Padding(grid, (0, 0, 1, 0))


def _read_lines(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str]") -> None:
    """A thread of its own: a terminal cannot be read otherwise without waiting. An empty line means the end."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is no text becomes a sign that says so
    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        for line in iter(sys.stdin.readline, ""):
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")
