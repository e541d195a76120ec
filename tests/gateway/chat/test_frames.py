"""The bounds of what a chat client may send, which the widget and other clients rely on."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.conversation.messages import MAX_ATTACHMENTS_PER_MESSAGE, MAX_MESSAGE_CHARACTERS
from gateway.chat.frames import CLIENT_FRAME, MAX_SEQ, Hello, Pushed, Welcome
from tests.storage.stage import NOW

MESSAGE: dict[str, Any] = {"type": "message", "id": "m-1", "text": "Hello"}


@pytest.mark.parametrize(
    "frame",
    [
        MESSAGE,
        MESSAGE | {"id": "a" * 128},
        MESSAGE | {"id": "A-Z.a~z_09"},
        MESSAGE | {"text": "x" * MAX_MESSAGE_CHARACTERS},
        MESSAGE | {"text": "", "attachments": ["at_1"] * MAX_ATTACHMENTS_PER_MESSAGE},
        {"type": "read", "seq": 0},
        {"type": "read", "seq": MAX_SEQ},
    ],
)
def test_at_its_bounds_a_frame_is_taken(frame: dict[str, Any]) -> None:
    assert CLIENT_FRAME.validate_python(frame).type == frame["type"]


@pytest.mark.parametrize(
    "frame",
    [
        MESSAGE | {"id": ""},
        MESSAGE | {"id": "a" * 129},
        MESSAGE | {"id": "a b"},
        MESSAGE | {"id": "a/b"},
        MESSAGE | {"id": "a\n"},
        MESSAGE | {"id": "ä"},
        MESSAGE | {"text": "x" * (MAX_MESSAGE_CHARACTERS + 1)},
        MESSAGE | {"attachments": ["at_1"] * (MAX_ATTACHMENTS_PER_MESSAGE + 1)},
        MESSAGE | {"author": "ai_agent"},
        {"type": "read", "seq": -1},
        {"type": "read", "seq": MAX_SEQ + 1},
        {"type": "hello", "token": "t"},
        {"type": "received", "id": "m-1"},
    ],
)
def test_beyond_them_it_is_refused(frame: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CLIENT_FRAME.validate_python(frame)


@pytest.mark.parametrize(("length", "seq", "is_taken"), [(2000, MAX_SEQ, True), (2001, 0, False), (1, -1, False)])
def test_a_hello(length: int, seq: int, is_taken: bool) -> None:
    frame = {"type": "hello", "token": "t" * length, "last_seq": seq}
    if is_taken:
        assert Hello.model_validate(frame).last_seq == seq
        return
    with pytest.raises(ValidationError):
        Hello.model_validate(frame)


def test_what_a_client_is_told_says_what_it_is() -> None:
    pushed = Pushed(seq=1, id="m-1", author="customer", kind="customer", text="Hello", at=NOW)
    told = Welcome(conversation={"status": "open"}, messages=(pushed,)).model_dump(mode="json")
    assert (told["type"], told["conversation"]["type"], told["messages"][0]["type"]) == ("welcome", "status", "message")
    assert told["messages"][0]["at"] == "2026-03-02T09:00:00Z"
