"""What `holdfast journeys` prints."""

import pytest

from cli.journeys import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (119.0, "119 s"),
        (120.0, "2.0 min"),
        (7199.0, "120.0 min"),
        (9000.0, "2.5 h"),
        (172800.0, "2.0 days"),
    ],
)
def test_a_duration_is_told_in_the_largest_unit_that_says_enough(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
