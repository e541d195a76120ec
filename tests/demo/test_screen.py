"""What a spectator of the demo sees."""

import io
from dataclasses import dataclass
from typing import Any, cast

import pytest
from rich.console import Console

from demo.playing import Player
from demo.report import DemoReport, Summary, report_of
from demo.screen import Screen, check_table, conversation_table, journey_table, summary_lines
from domain.identity.directory import Contact
from embedded.processes import State
from invariants.checks import Check
from tests.invariants.records import ID, JOURNEY, played, sound

ANNA = Contact(id="c-1", account="shop", name="Anna Lindner", email="anna@shop.example")
HELD, BROKEN = Check(ok=True, detail="6 of 6"), Check(ok=False, detail="1 lost")
SUMMARY = Summary(
    conversations=4,
    messages_in=10,
    messages_out=11,
    automated=3,
    escalated=1,
    approvals=2,
    calm=(100.0, 200.0, 300.0),
    disturbed=(),
)


@dataclass
class Spectated:
    """Of a player, what the screen looks at."""

    name: str
    state: str = "talking"
    said: int = 0
    turns: int = 2
    waiting: bool = False


def shown(content: Any, width: int = 160) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(content)
    return captured.get()


def told(*happened: tuple[str, State, str], players: list[Spectated] | None = None) -> str:
    """What is printed when this is reported, with these players on the stage."""
    written = io.StringIO()
    screen = Screen(Console(file=written, width=160))
    if players is None:
        for part, state, detail in happened:
            screen(part, state, detail)
        return written.getvalue()
    with screen.playing(cast(list[Player], players)):
        for part, state, detail in happened:
            screen(part, state, detail)
    return written.getvalue()


def test_the_start_is_told_line_by_line() -> None:
    assert "✓ postgres     1.0 s" in told(("postgres", "ready", "1.0 s"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("crashed", "worker-1 is gone; the supervisor starts it again"),
        ("ready", "worker-1 runs again"),
    ],
)
def test_while_scenarios_play_a_crash_is_told_in_words(state: State, words: str) -> None:
    assert words in told(("worker-1", state, "killed"), players=[Spectated("Anna")])


@pytest.mark.parametrize("state", ["starting", "stopped"])
def test_and_what_nobody_needs_to_know_is_not(state: State) -> None:
    assert "worker-1" not in told(("worker-1", state, ""), players=[Spectated("Anna")])


def test_the_picture_counts_who_is_where() -> None:
    written = io.StringIO()
    screen = Screen(Console(file=written, width=160, force_terminal=True))
    many = [Spectated(f"Person {number}", "with a person") for number in range(5)]
    players = [Spectated("Anna", "finished", said=2), Spectated("Bo", waiting=True), *many]
    with screen.playing(cast(list[Player], players)):
        pass
    picture = written.getvalue()
    assert "1 of 7 conversations finished" in picture
    assert "waiting for a reply: 1" in picture
    assert "waiting for approval: nobody" in picture
    assert "with a person: Person 0, Person 1, Person 2 and 2 more" in picture


def test_a_conversation_is_one_line() -> None:
    rows = report_of([sound()], {}).conversations
    text = shown(conversation_table(rows, {"c-1": ANNA}))
    for part in (f"{ID[:8]}…", "web chat", "Anna Lindner", "approved", "0.90 0.90", "ai_agent:billing", "500", "40"):
        assert part in text, part


def test_without_a_reply_of_the_ai_agent_there_is_no_time() -> None:
    rows = report_of([played(sound(), exchanges=())], {}).conversations
    assert "–" in shown(conversation_table(rows, {"c-1": ANNA}))


def test_checks_say_whether_they_hold_and_why() -> None:
    lines = shown(check_table({"no_message_lost": HELD, "no_reply_sent_twice": BROKEN})).splitlines()
    assert [line.split() for line in lines] == [
        ["✓", "no", "message", "lost", "6", "of", "6"],
        ["✗", "no", "reply", "sent", "twice", "1", "lost"],
    ]


def test_the_summary_in_words() -> None:
    report = DemoReport(ok=False, checks={"a": HELD, "b": BROKEN}, conversations=())
    text = " ".join(shown(summary_lines(SUMMARY, report, 42.4)).split())
    assert "4 conversations in 42 s, 10 messages in" in text
    assert "3 conversations without a person (75%)" in text
    assert "1 escalations, 2 approvals asked for" in text
    assert "p50 200 ms, p95 290 ms of 3 replies; around the faults not measured" in text
    assert "1 of 2 hold" in text


def test_a_journey_is_shown_step_by_step_with_who_carried_it() -> None:
    under_way = JOURNEY.steps[-1].model_copy(update={"outcome": None, "ended_at": None})
    lines = shown(journey_table(JOURNEY.model_copy(update={"steps": (*JOURNEY.steps[:-1], under_way)}))).splitlines()
    assert lines[0].split()[:3] == ["Journey", "onboarding", "completed"]
    assert [line.split() for line in lines[1:]] == [
        ["welcome", "message", "ai_agent:onboarding", "done", "0.6"],
        ["ask", "question", "ai_agent:onboarding", "done", "1.9"],
        ["tour", "ai", "agent", "ai_agent:onboarding", "done", "0.9"],
        ["done", "message", "ai_agent:onboarding", "done", "0.9"],
        ["check_in", "check", "in", "approver", "under", "way", "–"],
    ]
