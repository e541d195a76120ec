"""What several commands tell in the same way."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from cli.formatting import acknowledged, entry, listed, since, suggested
from domain.conversation.ownership import Suggestion

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(0), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_how_long_it_was(passed: timedelta, told: str) -> None:
    assert since(NOW, NOW + passed) == told


def test_without_an_end_it_lasts_until_now() -> None:
    assert since(datetime.now(UTC) - timedelta(days=3)) == "3 days"


def test_a_long_value_is_folded_and_never_cut_off() -> None:
    console, digest = Console(width=30), "0123456789abcdef" * 4
    with console.capture() as captured:
        console.print(listed([("Digest", digest), ("Rule", "[bold]as it is[/]")]))
    shown = captured.get()
    assert digest in "".join(part for part in shown.split() if part != "Digest").partition("Rule")[0]
    assert "[bold]as it is[/]" in shown


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("acknowledged", "Done."),
        ("accepted", "Accepted as rq_1. No worker is there: it is carried out as soon as one is."),
    ],
)
def test_what_was_only_kept_is_not_said_to_be_done(state: str, told: str) -> None:
    console = Console(width=200)
    with console.capture() as captured:
        acknowledged(console, f'{{"request_id": "rq_1", "state": "{state}"}}'.encode(), "Done.")
    assert captured.get().strip() == told


def test_the_best_of_the_people_is_told_first() -> None:
    bo = Suggestion(person="bo", reasons=("has the skill law", "holds no open conversation"))
    cy = Suggestion(person="cy", reasons=("lacks the skill law",))
    assert list(suggested((bo, cy))) == [
        ("Suggested", "bo: has the skill law; holds no open conversation"),
        ("or", "cy: lacks the skill law"),
    ]
    assert list(suggested(())) == []


@pytest.mark.parametrize("width", [40, 80, 200])
def test_an_id_of_a_list_stands_whole_at_the_beginning_of_a_line(width: int) -> None:
    console, conversation_id = Console(width=width), "cv_ZdtL1xwq5aGvbJ4SH6erJQ"
    with console.capture() as captured:
        console.print(entry(conversation_id, ("with_human", "", "asked for person"), "human_agent:queue · [web_chat]"))
    shown = captured.get()
    assert shown.startswith(conversation_id)
    assert " ".join(shown.split()) == (
        f"{conversation_id} with_human · asked for person human_agent:queue · [web_chat]"
    )


def test_an_id_wider_than_the_terminal_is_folded_and_never_cut_off() -> None:
    console, event_id = Console(width=40), "mail-" + "0123456789" * 12
    with console.capture() as captured:
        console.print(entry(event_id, ("email", "automatic"), "An automatic answer."))
    assert "".join(captured.get().split()).startswith(event_id)
