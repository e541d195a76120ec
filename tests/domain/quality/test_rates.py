import pytest

from domain.quality.rates import rate


def test_the_interval_is_wilsons() -> None:
    found = rate(8, 10)
    assert found.share == 0.8
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)


def test_none_of_many_still_has_an_upper_end() -> None:
    found = rate(0, 100)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.0370, abs=1e-4)


def test_a_share_of_nothing_is_unknown() -> None:
    assert (rate(0, 0).low, rate(0, 0).high) == (0.0, 1.0)
