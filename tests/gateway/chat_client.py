"""A chat client for tests: says what it is told to, and keeps what it hears."""

import json
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect


class ChatClient:
    """One WebSocket. `heard` has every frame in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    @classmethod
    async def open(cls, base_url: str, session: dict[str, Any], *, last_seq: int = 0, **options: Any) -> Self:
        address = f"{base_url.replace('http', 'ws', 1)}/v1/chat/{session['conversation_id']}"
        client = cls(await connect(address, **options))
        await client.send(type="hello", token=session["token"], last_seq=last_seq)
        await client.until("welcome")
        return client

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def say(self, text: str, message_id: str | None = None, **fields: Any) -> str:
        message_id = message_id or uuid4().hex
        await self.send(type="message", id=message_id, text=text, **fields)
        return message_id

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.socket.recv())
        self.heard.append(frame)
        return frame

    async def until(self, frame_type: str, /, **fields: Any) -> dict[str, Any]:
        """The next frame of this type with these fields."""
        while True:
            frame = await self.next()
            if frame["type"] == frame_type and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def reply(self) -> dict[str, Any]:
        """The next message that is not the customer's."""
        while True:
            frame = await self.until("message")
            if frame["author"] != "customer":
                return frame

    def messages(self) -> list[dict[str, Any]]:
        """The transcript as this client knows it."""
        found: list[dict[str, Any]] = []
        for frame in self.heard:
            if frame["type"] == "welcome":
                found += frame["messages"]
            elif frame["type"] == "message":
                found.append(frame)
        return found

    async def close(self) -> None:
        await self.socket.close()
