import pytest
from pydantic import ValidationError

from bench.peers.protocol import SAID, Answer, Approve, Call, Ready, Receive, Request, Resume, Stop

REQUESTS: list[Request] = [
    Receive(conversation_id="c", message_id="m", text="Hello\nthere \u2028 “you”", needs_approval=True),
    Approve(conversation_id="c", message_id="m"),
    Resume(),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.do)
def test_a_call_is_one_line_and_comes_back_as_it_was(request_: Request) -> None:
    line = Call(number=7, request=request_).model_dump_json()

    assert "\n" not in line
    assert Call.model_validate_json(line) == Call(number=7, request=request_)


@pytest.mark.parametrize("said", [Ready(versions={"dbos": "3.4.0"}), Answer(number=7)])
def test_what_a_program_says_comes_back_as_it_was(said: Ready | Answer) -> None:
    assert SAID.validate_json(said.model_dump_json()) == said


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ready",
        "{}",
        '{"say": "hello"}',
        '{"say": "answer"}',
        '{"say": "ready"}',
        '{"say": "answer", "number": "x"}',
    ],
)
def test_anything_else_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        SAID.validate_json(line)


@pytest.mark.parametrize(
    "stop", [{"point": "nowhere", "conversations": 1}, {"point": "after_reply", "conversations": 0}]
)
def test_a_stop_has_a_point_and_somebody_who_comes_there(stop: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Stop.model_validate(stop)
