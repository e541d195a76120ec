"""Reading a chat socket: one frame at a time, everything that is not one refused with a reason."""

import asyncio
from datetime import timedelta
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.websockets import WebSocket

from gateway.chat.frames import MAX_FRAME_BYTES
from gateway.problems import Problem, problem

Frame = TypeVar("Frame")


class RefusedFrameError(Exception):
    """A frame that cannot be taken; the connection goes on. `id` is that of the message, where one was given."""

    def __init__(self, refusal: Problem, *, message_id: str | None = None) -> None:
        super().__init__(refusal.detail)
        self.problem = refusal
        self.message_id = message_id


async def receive(socket: WebSocket, within: timedelta) -> str | bytes | None:
    """The next frame as it came; None when the client has gone. TimeoutError when it says nothing for so long."""
    async with asyncio.timeout(within.total_seconds()):
        event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        return None
    text: str | None = event.get("text")
    data: bytes | None = event.get("bytes")
    return text if text is not None else data or b""


def parse(raw: str | bytes, shape: TypeAdapter[Frame]) -> Frame:
    """The frame; RefusedFrameError for anything else."""
    if isinstance(raw, bytes):
        raise RefusedFrameError(
            problem(
                "unsupported-media-type", "Frames are JSON texts. Send files to …/files and name them in a message."
            )
        )
    if len(raw) > MAX_FRAME_BYTES or len(raw.encode()) > MAX_FRAME_BYTES:
        raise RefusedFrameError(
            problem("too-large", f"A frame has at most {MAX_FRAME_BYTES} bytes. Send less at once.")
        )
    try:
        content = from_json(raw)
    except ValueError as error:
        raise RefusedFrameError(problem("invalid-input", "The frame is not valid JSON.")) from error
    try:
        return shape.validate_python(content, strict=False)
    except ValidationError as error:
        raise RefusedFrameError(_mistakes(error), message_id=_id_of(content)) from error


def _mistakes(error: ValidationError) -> Problem:
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    named = (".".join(map(str, mistake["loc"])) or "the frame" for mistake in mistakes)
    told = (f"{name}: {mistake['msg']}" for name, mistake in zip(named, mistakes, strict=True))
    return problem("validation", "; ".join(told))


def _id_of(content: object) -> str | None:
    named = content.get("id") if isinstance(content, dict) else None
    return named if isinstance(named, str) and len(named) <= 200 else None
