"""How customers fare on a step."""

import pytest

from domain.journeys.funnel import StepFunnel


@pytest.mark.parametrize(("came", "left", "share"), [(0, 0, 0.0), (4, 1, 0.25), (2, 2, 1.0)])
def test_the_share_of_those_who_left_there(came: int, left: int, share: float) -> None:
    counted = StepFunnel(
        step="a", kind="message", owner="platform", came=came, done=0, under_way=0, skipped=0, came_to_nothing=0,
        dropped_off=left,
    )  # fmt: skip
    assert counted.drop_off == share
