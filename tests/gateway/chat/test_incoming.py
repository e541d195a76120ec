import json

import pytest

from gateway.chat.frames import CLIENT_FRAME, MAX_FRAME_BYTES, MarkRead, SendMessage
from gateway.chat.incoming import RefusedFrameError, parse


def _refusal(raw: str | bytes) -> RefusedFrameError:
    with pytest.raises(RefusedFrameError) as caught:
        parse(raw, CLIENT_FRAME)
    return caught.value


def test_frames_are_read() -> None:
    assert parse('{"type":"message","id":"m1","text":"hi"}', CLIENT_FRAME) == SendMessage(
        type="message", id="m1", text="hi"
    )
    assert parse('{"type":"read","seq":3}', CLIENT_FRAME) == MarkRead(type="read", seq=3)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"\x00\x01", "unsupported-media-type"),
        ("not json", "invalid-input"),
        ("x" * (MAX_FRAME_BYTES + 1), "too-large"),
        ("ü" * (MAX_FRAME_BYTES // 2 + 1), "too-large"),
        ("[]", "validation"),
        ("{}", "validation"),
        ('{"type":"shout"}', "validation"),
        ('{"type":"read","seq":-1}', "validation"),
        ('{"type":"read","seq":2147483648}', "validation"),
        ('{"type":"ping","more":1}', "validation"),
        ('{"type":"message","text":"no id"}', "validation"),
        ('{"type":"message","id":"request:1","text":"colon"}', "validation"),
    ],
)
def test_everything_else_is_refused_with_a_reason(raw: str | bytes, name: str) -> None:
    assert _refusal(raw).problem.name == name


def test_a_mistake_of_the_whole_frame_says_so() -> None:
    assert _refusal("[]").problem.detail.startswith("the frame: ")


def test_a_refused_message_is_named_and_its_text_is_not_repeated() -> None:
    text = "my secret " * 2001
    refusal = _refusal(json.dumps({"type": "message", "id": "m7", "text": text}))
    assert refusal.message_id == "m7"
    assert "20000 characters" in refusal.problem.detail
    assert "secret" not in refusal.problem.detail


def test_deeply_nested_json_is_refused() -> None:
    assert _refusal("[" * 30_000).problem.name == "invalid-input"
