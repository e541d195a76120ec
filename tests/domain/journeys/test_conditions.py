"""What compares how."""

from typing import Any

import pytest

from domain.journeys.conditions import holds
from domain.specification.journeys import Condition


@pytest.mark.parametrize(
    ("compared", "value", "expected"),
    [
        ({"equals": "Gold"}, "gold ", True),
        ({"equals": "Gold"}, "silver", False),
        ({"equals": 5}, "5.0", True),
        ({"equals": 5}, "five", False),
        ({"equals": True}, True, True),
        ({"equals": True}, "true", True),
        ({"equals": "no"}, False, True),
        ({"equals": True}, False, False),
        ({"above": 10}, "10.5", True),
        ({"above": 10}, 10.0, False),
        ({"below": 10}, 9.9, True),
        ({"below": 10}, "many", False),
        ({"below": 10}, True, False),
        ({"above": 1, "below": 5}, 3.0, True),
        ({"above": 1, "below": 5}, 6.0, False),
        ({"one_of": ["red", 7]}, "7", True),
        ({"one_of": ["red", 7]}, "RED", True),
        ({"one_of": ["red", 7]}, "blue", False),
        ({"equals": "x"}, None, False),
        ({"below": 10}, None, False),
    ],
)
def test_what_a_condition_says(compared: dict[str, Any], value: Any, expected: bool) -> None:
    condition = Condition.model_validate({"answer": "q", "next": "s"} | compared)
    assert holds(condition, value) is expected
