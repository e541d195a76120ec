"""How good confidence is: risk and coverage, calibration, and telling two kinds of messages apart.

`confidence` has one number from 0 to 1 for each message, `right` says whether its label was right; both non-empty.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def risk_coverage(confidence: Floats, right: Flags) -> tuple[Floats, Floats]:
    """Coverage and error when the surest 1, 2, … n messages are accepted."""
    surest_first = np.argsort(-confidence, kind="stable")
    accepted = np.arange(1, len(right) + 1)
    return accepted / len(right), np.cumsum(~right[surest_first]) / accepted


def area_under_risk_coverage(confidence: Floats, right: Flags) -> float:
    """AURC: the mean error over all coverages (Geifman and El-Yaniv, 2017)."""
    return float(risk_coverage(confidence, right)[1].mean())


def threshold_at_error(confidence: Floats, right: Flags, target: float) -> float:
    """The lowest confidence to accept so that at most `target` of the accepted is wrong; above 1 if there is none."""
    _, error = risk_coverage(confidence, right)
    ordered = np.sort(confidence)[::-1]
    ends_a_tie = np.append(ordered[1:] < ordered[:-1], True)
    allowed = np.flatnonzero((error <= target) & ends_a_tie)
    return float(ordered[allowed[-1]]) if len(allowed) else 1.01


def accepted_error(confidence: Floats, right: Flags, threshold: float) -> tuple[float, float]:
    """Coverage and error at a threshold; the error of nothing accepted is 0."""
    accepted = confidence >= threshold
    return float(accepted.mean()), float((~right[accepted]).mean()) if accepted.any() else 0.0


def reliability(confidence: Floats, right: Flags, bins: int = 15) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean confidence, share right and number of messages of each bin of equal width that has any message."""
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    messages = np.bincount(bin_of, minlength=bins)
    filled = messages > 0
    mean = np.bincount(bin_of, weights=confidence, minlength=bins)[filled] / messages[filled]
    share = np.bincount(bin_of, weights=right, minlength=bins)[filled] / messages[filled]
    return mean, share, messages[filled]


def expected_calibration_error(confidence: Floats, right: Flags, bins: int = 15) -> float:
    """Mean distance of confidence and share right over the bins, weighted by messages (Guo et al., 2017)."""
    mean, share, messages = reliability(confidence, right, bins)
    return float(np.abs(mean - share) @ messages / messages.sum())


def area_under_roc(lower: Floats, higher: Floats) -> float:
    """The chance that a score of `higher` is above one of `lower`; ties count half."""
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, side="left") + np.searchsorted(ordered, higher, side="right")
    return float(below.mean() / 2 / len(lower))


def threshold_at_acceptance(scores: Floats, share: float) -> float:
    """The score that `share` of the messages do not exceed: at or below it a message is accepted as in scope."""
    return float(np.quantile(scores, share, method="higher"))
