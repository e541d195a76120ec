from itertools import pairwise

import pytest

from domain.specification.modes import STRICTEST_FIRST, Mode, step_down, step_up, stricter


def test_every_mode_has_its_place() -> None:
    assert sorted(STRICTEST_FIRST) == sorted(Mode)


def test_steps_lead_up_and_down_one_mode_at_a_time() -> None:
    for lower, upper in pairwise(STRICTEST_FIRST):
        assert (step_up(lower), step_down(upper)) == (upper, lower)
    assert step_up(Mode.DELEGATION) is None
    assert step_down(Mode.CO_PILOT) is Mode.CO_PILOT


@pytest.mark.parametrize("one", Mode)
@pytest.mark.parametrize("other", Mode)
def test_the_stricter_one_asks_people_more(one: Mode, other: Mode) -> None:
    found = stricter(one, other)
    assert found in {one, other}
    assert STRICTEST_FIRST.index(found) == min(STRICTEST_FIRST.index(one), STRICTEST_FIRST.index(other))
    assert found is stricter(other, one)
