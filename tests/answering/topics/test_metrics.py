"""Metrics against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.topics import metrics

CONFIDENCE = np.array([0.9, 0.8, 0.7, 0.6])
RIGHT = np.array([True, True, False, True])


def test_risk_and_coverage_follow_the_surest_messages_first() -> None:
    coverage, error = metrics.risk_coverage(CONFIDENCE[::-1], RIGHT[::-1])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert error == pytest.approx([0, 0, 1 / 3, 1 / 4])


def test_area_is_the_mean_error_over_coverages() -> None:
    assert metrics.area_under_risk_coverage(CONFIDENCE, RIGHT) == pytest.approx((1 / 3 + 1 / 4) / 4)


@pytest.mark.parametrize(("target", "threshold"), [(0.0, 0.8), (0.24, 0.8), (0.25, 0.6), (1.0, 0.6)])
def test_threshold_covers_as_much_as_the_target_error_allows(target: float, threshold: float) -> None:
    assert metrics.threshold_at_error(CONFIDENCE, RIGHT, target) == threshold


def test_no_threshold_accepts_nothing() -> None:
    threshold = metrics.threshold_at_error(np.array([0.9, 1.0]), np.array([True, False]), 0.1)
    assert metrics.accepted_error(np.array([1.0]), np.array([True]), threshold) == (0.0, 0.0)


def test_a_threshold_never_splits_equal_confidences() -> None:
    confidence, right = np.array([0.9, 0.9, 0.9]), np.array([True, True, False])
    assert metrics.threshold_at_error(confidence, right, 0.1) > 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.floats(0, 1))
def test_the_error_at_a_chosen_threshold_is_at_most_the_target(
    messages: list[tuple[float, bool]], target: float
) -> None:
    confidence, right = np.array([c for c, _ in messages]), np.array([r for _, r in messages])
    threshold = metrics.threshold_at_error(confidence, right, target)
    assert metrics.accepted_error(confidence, right, threshold)[1] <= target


def test_calibration_error_is_the_weighted_distance_from_the_diagonal() -> None:
    confidence, right = np.array([0.95, 0.95, 0.25, 0.25]), np.array([True, True, True, False])
    assert metrics.expected_calibration_error(confidence, right) == pytest.approx((0.05 + 0.25) / 2)


def test_reliability_leaves_out_empty_bins_and_includes_the_ends() -> None:
    mean, share, count = metrics.reliability(np.array([0.0, 1.0, 1.0]), np.array([False, True, False]))
    assert (mean.tolist(), share.tolist(), count.tolist()) == ([0.0, 1.0], [0.0, 0.5], [1, 2])


@pytest.mark.parametrize(
    ("lower", "higher", "area"), [([0.1, 0.2], [0.3], 1.0), ([0.3], [0.1, 0.2], 0.0), ([0.5, 0.1], [0.5], 0.75)]
)
def test_area_under_roc(lower: list[float], higher: list[float], area: float) -> None:
    assert metrics.area_under_roc(np.array(lower), np.array(higher)) == area


def test_threshold_at_acceptance_accepts_at_least_the_share() -> None:
    scores = np.linspace(0, 1, 11)
    assert (scores <= metrics.threshold_at_acceptance(scores, 0.9)).mean() >= 0.9
