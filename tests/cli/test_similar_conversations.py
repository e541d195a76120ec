"""What `holdfast conversations similar` prints."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

from rich.console import Console, Group

from cli.similar_conversations import similar_lines
from domain.conversation.similar import SimilarConversation, SimilarConversations


def printed(**changes: Any) -> str:
    fields = {"model": "m", "compared": 2, "not_compared_yet": 0, "conversations": ()}
    console = Console(width=200, file=StringIO())
    with console.capture() as capture:
        console.print(Group(*similar_lines(SimilarConversations.model_validate({**fields, **changes}))))
    return capture.get()


def past(**changes: Any) -> SimilarConversation:
    fields: dict[str, Any] = {
        "conversation_id": "cv_password",
        "likeness": 0.875,
        "channel": "email",
        "resolved_at": datetime(2026, 3, 2, tzinfo=UTC),
        "resolved_by": "silence",
        "topic": "sign_in",
        "question": "How can I [b]sign in[/b]?",
        "answer": "Reset it.",
        "answered_by": "ai_agent",
        "answered_by_id": "service",
        "rating": "good",
    }
    return SimilarConversation.model_validate({**fields, **changes})


def test_a_similar_conversation_on_three_lines() -> None:
    assert [line.rstrip() for line in printed(conversations=(past(),)).splitlines()] == [
        "0.88  cv_password  2026-03-02, email, sign in, answered by service, rated good",
        "  asked     How can I [b]sign in[/b]?",
        "  answered  Reset it.",
    ]


def test_what_is_not_known_is_left_out() -> None:
    nothing = past(topic=None, answer=None, answered_by=None, answered_by_id=None, rating=None)
    lines = [line.rstrip() for line in printed(conversations=(nothing,)).splitlines()]
    assert lines[0] == "0.88  cv_password  2026-03-02, email"
    assert lines[2] == "  answered  nothing in writing"


def test_nothing_alike_and_what_was_not_compared_are_said() -> None:
    told = printed(not_compared_yet=31)
    assert "None of 2 resolved conversations is like this one." in told
    assert "31 older ones were not compared yet." in told
