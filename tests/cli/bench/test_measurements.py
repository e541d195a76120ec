import pytest

from cli.bench.measurements import compared


@pytest.mark.parametrize(
    ("recorded", "answered", "lost", "doubled"),
    [(3, 3, 0, 0), (2, 2, 1, 0), (3, 2, 1, 0), (3, 4, 0, 1), (4, 3, 0, 1), (2, 4, 1, 1)],
)
def test_each_message_counts_once_in_and_once_out(recorded: int, answered: int, lost: int, doubled: int) -> None:
    found = compared(3, recorded=recorded, answered=answered)

    assert (found.lost, found.doubled) == (lost, doubled)
