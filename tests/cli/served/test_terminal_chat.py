import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from cli import terminal_chat
from cli.terminal_chat import TerminalChat
from gateway.chat.sessions import ChatSession
from tests.gateway.cable import Cable, cable_to
from tests.gateway.conftest import Gateway, serve


class Screen(io.StringIO):
    """Tells those who wait when something is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = asyncio.Event()

    def write(self, text: str) -> int:
        self.printed.set()
        return super().write(text)

    async def shows(self, text: str) -> None:
        while text not in self.getvalue():
            self.printed.clear()
            await self.printed.wait()


@pytest.fixture
async def cable(platform: Gateway) -> AsyncIterator[Cable]:
    address = urlsplit(platform.url)
    async with cable_to(lambda: asyncio.open_connection(address.hostname, address.port)) as cable:
        yield cable


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Types into standard input; an empty text ends it."""
    reading, writing = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reading))

    def type_in(text: str) -> None:
        if text:
            os.write(writing, text.encode())
        else:
            os.close(writing)

    return type_in


async def test_what_is_typed_while_the_connection_is_lost_arrives_once(
    platform: Gateway, cable: Cable, keyboard: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_chat, "FIRST_PAUSE_SECONDS", 0.05)
    session = ChatSession.model_validate(await platform.session())
    screen = Screen()
    chat = TerminalChat(f"http://127.0.0.1:{cable.port}", session, Console(file=screen, width=120))
    running = asyncio.create_task(chat.run())
    keyboard("first\n")
    await screen.shows("You asked: first")
    await cable.cut()
    await screen.shows("connection lost, trying again")
    keyboard("second\n")
    await cable.mend()
    await screen.shows("You asked: second")
    keyboard("")
    await running
    viewer = await platform.key("viewer")
    record = (await platform.http.get(f"/v1/conversations/{session.conversation_id}", headers=viewer)).json()
    said = [message["text"] for message in record["messages"] if message["author"] == "customer"]
    assert said == ["first", "second"]


async def test_refusals_are_told(platform: Gateway, keyboard: Callable[[str], None]) -> None:
    session = ChatSession.model_validate(await platform.session())
    strict = platform.options.model_copy(update={"chat_messages_per_minute": 1})
    screen = Screen()
    async with serve(strict, platform.temporal) as url:
        running = asyncio.create_task(TerminalChat(url, session, Console(file=screen, width=120)).run())
        keyboard("x" * 20_001 + "\n")
        await screen.shows("at most 20000 characters")
        keyboard("one\ntwo\n")
        await screen.shows("Too many messages.")
        keyboard("\n")
        running.cancel()
        await asyncio.wait([running])
