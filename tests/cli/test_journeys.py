"""What `holdfast journeys` prints."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.journeys import duration, stands
from storage.journeys import JourneyView

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"state": "under_way"}, "under way"),
        ({"state": "left", "ended_at": NOW}, "left"),
        ({"state": "left", "ended_at": NOW, "reason": "merged"}, "left: merged"),
    ],
)
def test_where_a_journey_stands_is_told_with_its_reason(fields: dict[str, Any], text: str) -> None:
    view = {
        "organisation": "acme",
        "run_id": "r",
        "workflow_id": "w",
        "conversation_id": "cv_1",
        "journey": "way",
        "spec_hash": "0",
        "entered_by": "anna",
        "began_at": NOW,
        "ended_at": None,
    }
    assert stands(JourneyView.model_validate(view | fields)) == text
