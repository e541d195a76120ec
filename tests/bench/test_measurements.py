import pytest

from bench.measurements import compared


@pytest.mark.parametrize(
    ("transcript", "lost", "doubled"),
    [
        ("customer reply customer reply", 0, 0),
        ("customer reply customer notice reply", 0, 0),
        ("customer reply", 1, 0),
        ("customer reply customer", 1, 0),
        ("customer customer reply", 1, 0),
        ("customer reply customer reply reply", 0, 1),
        ("customer customer reply reply", 1, 1),
        ("customer reply customer reply customer", 0, 1),
    ],
)
def test_each_of_two_messages_has_one_reply_right_behind_it(transcript: str, lost: int, doubled: int) -> None:
    found = compared(2, transcript.split())

    assert (found.lost, found.doubled) == (lost, doubled)


@pytest.mark.parametrize(
    ("written", "transcript", "expected"),
    [
        (0, "", (0, 0, 0, 0)),
        (1, "", (0, 0, 1, 0)),
        (0, "customer reply", (1, 1, 0, 1)),
        (1, "notice customer notice reply notice", (1, 1, 0, 0)),
        (1, "reply customer reply", (1, 1, 0, 1)),
        (1, "customer human_reply", (1, 0, 1, 0)),
    ],
)
def test_of_any_number_of_messages(written: int, transcript: str, expected: tuple[int, int, int, int]) -> None:
    found = compared(written, transcript.split())

    assert found.written == written
    assert (found.recorded, found.answered, found.lost, found.doubled) == expected
