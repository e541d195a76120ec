"""Probabilities from scores."""

import numpy as np
import pytest

from answering.topics.calibration import USUAL_SHARPNESS, Logistic, fit_sharpness

NO, YES = (-1.0,), (1.0,)


def test_logistic_finds_the_curve_that_made_the_outcomes() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(20_000, 1))
    happened = random.random(20_000) < 1 / (1 + np.exp(-(2 * features[:, 0] + 1)))
    fitted = Logistic.fit(features, happened, unlikely=NO, likely=YES)
    assert (fitted.weights[0], fitted.bias) == pytest.approx((2, 1), abs=0.1)


@pytest.mark.parametrize("outcome", [True, False])
def test_a_one_sided_sample_is_never_certain_and_keeps_the_direction(outcome: bool) -> None:
    fitted = Logistic.fit(np.array([[0.1], [0.2]]), np.array([outcome, outcome]), unlikely=NO, likely=YES)
    low, high = fitted.probability(np.array([[-1.0], [1.0]]))
    assert 0.05 < low < high < 0.95


def test_without_any_message_the_two_anchors_decide() -> None:
    fitted = Logistic.fit(np.empty((0, 1)), np.empty(0, dtype=bool), unlikely=NO, likely=YES)
    low, middle, high = fitted.probability(np.array([[-1.0], [0.0], [1.0]]))
    assert low < middle < high
    assert middle == pytest.approx(0.5)


def test_balanced_outcomes_ignore_how_rare_one_is() -> None:
    features = np.concatenate([np.zeros(1_000), np.ones(10)])[:, np.newaxis]
    fitted = Logistic.fit(features, features[:, 0] == 1, balanced=True, unlikely=NO, likely=YES)
    assert fitted.probability(np.array([[0.0], [1.0]])) == pytest.approx([0.1, 0.9], abs=0.1)


def test_unfamiliar_is_even_at_the_tenth_percentile_and_a_tenth_at_the_median() -> None:
    familiarity = np.linspace(0, 1, 10_001)
    fitted = Logistic.unfamiliar(familiarity)
    assert fitted.probability(np.array([[0.1], [0.5]])) == pytest.approx([0.5, 0.1], abs=0.01)


def test_unfamiliar_with_equal_values_stays_finite() -> None:
    assert np.isfinite(Logistic.unfamiliar(np.full(5, 0.3)).probability(np.array([[0.2], [0.4]]))).all()


def test_sharpness_is_the_one_that_explains_the_topics() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(5_000, 4))
    shares = np.exp(3 * scores) / np.exp(3 * scores).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(4, p=share) for share in shares])
    assert fit_sharpness(scores, truth) == pytest.approx(3, rel=0.1)


def test_sharpness_of_nothing_is_the_usual_one() -> None:
    assert fit_sharpness(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == pytest.approx(USUAL_SHARPNESS, rel=0.01)
