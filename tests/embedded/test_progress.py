"""What people see while a platform starts."""

import pytest
from rich.console import Console

from embedded.processes import State
from embedded.progress import Progress


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("ready", "✓ worker-1     1.2 s"),
        ("crashed", "✗ worker-1     1.2 s"),
        ("stopped", "■ worker-1     stopped"),
        ("starting", ""),
    ],
)
def test_a_line_for_what_has_changed(state: State, shown: str) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        Progress(console)("worker-1", state, "1.2 s")
    assert captured.get().strip() == shown


def test_what_is_done_now_is_shown_by_the_spinner_alone() -> None:
    console = Console(width=80, force_terminal=True)
    progress = Progress(console)
    with console.capture() as captured:
        with progress.spinner("Starting …"):
            progress("postgres", "starting", "")
        progress.say("Nobody sees this.")
    assert "Nobody sees this." not in captured.get()


def test_why_a_part_crashed_is_shown_as_it_is() -> None:
    console = Console(width=200)
    with console.capture() as captured:
        Progress(console)("gateway", "crashed", "ended with code 1; see logs/gateway.log")
    assert "ended with code 1; see logs/gateway.log" in captured.get()
