"""What one line tells of a draft that waits."""

import pytest

from cli.approvals import substance

ANSWER = "When we cancel a sailing, you get the whole ticket back, and we tell you on the day before."
SOURCES = "More on this: Money back (https://www.ferry.example/refunds)"


@pytest.mark.parametrize(
    ("paragraphs", "told"),
    [
        (["Hello, thanks for getting in touch.", ANSWER, SOURCES], ANSWER),
        ([ANSWER, SOURCES], ANSWER),
        (["Hello.", ANSWER], ANSWER),
        ([ANSWER], ANSWER),
        (["Hello.", "One line\nand another."], "One line and another."),
        ([""], ""),
    ],
)
def test_the_list_shows_what_a_draft_says(paragraphs: list[str], told: str) -> None:
    assert substance("\n\n".join(paragraphs)) == told
