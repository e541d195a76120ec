"""From raw scores to probabilities, fitted on held-out messages only."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Evidence = tuple[float, ...]

NO, YES = -1.0, 1.0
"""The scores at which a support vector machine is sure."""
ODDS_AT_MEDIAN = np.log(9)
USUAL_SHARPNESS = 4.0


@dataclass(frozen=True)
class Logistic:
    """`probability = 1 / (1 + exp(-(weights · features + bias)))`: Platt scaling over a few features."""

    weights: Floats
    bias: float

    def probability(self, features: Floats) -> Floats:
        """Shape (messages, features) in, (messages,) out."""
        return np.asarray(expit(features @ self.weights + self.bias), dtype=np.float64)

    @classmethod
    def fit(
        cls, features: Floats, happened: Flags, *, unlikely: Evidence, likely: Evidence, balanced: bool = False
    ) -> Self:
        """Count `unlikely` as one more message where it did not happen and `likely` as one where it did.

        They keep small and one-sided samples away from certainty. `balanced` gives both outcomes equal weight.
        """
        known = np.vstack([features, [unlikely, likely]])
        outcome = np.append(happened, [False, True])
        mean, scale = known.mean(axis=0), known.std(axis=0)
        model = LogisticRegression(class_weight="balanced" if balanced else None)
        weights = model.fit((known - mean) / scale, outcome).coef_[0] / scale
        return cls(weights, float(model.intercept_[0] - mean @ weights))

    @classmethod
    def unfamiliar(cls, familiarity: Floats) -> Self:
        """Without any example of the opposite: 0.5 at the tenth percentile of `familiarity`, 0.1 at its median."""
        low, middle = np.quantile(np.append(familiarity, [NO, YES]), (0.1, 0.5))
        slope = ODDS_AT_MEDIAN / max(middle - low, 1e-6)
        return cls(np.array([-slope]), float(slope * low))


def fit_sharpness(scores: Floats, truth: NDArray[np.int64]) -> float:
    """The factor (inverse temperature) for which softmax(factor · scores) explains the true topics best."""

    def surprise(log_factor: float) -> float:
        misfit = -log_softmax(np.exp(log_factor) * scores, axis=1)[np.arange(len(truth)), truth].sum()
        return float(misfit + (log_factor - np.log(USUAL_SHARPNESS)) ** 2)

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 4), method="bounded").x))
