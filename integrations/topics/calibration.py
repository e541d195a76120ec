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

ODDS_AT_MEDIAN = np.log(9)


@dataclass(frozen=True)
class Logistic:
    """`probability = 1 / (1 + exp(-(weights · features + bias)))`: Platt scaling over a few features."""

    weights: Floats
    bias: float

    def probability(self, features: Floats) -> Floats:
        """Shape (messages, features) in, (messages,) out."""
        return np.asarray(expit(features @ self.weights + self.bias), dtype=np.float64)

    @classmethod
    def fit(cls, features: Floats, happened: Flags, *, balanced: bool = False) -> Self:
        """`balanced` gives both outcomes equal weight, whatever their numbers."""
        mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
        # One average message of each outcome keeps a small or one-sided sample away from certainty.
        standard = np.vstack([(features - mean) / scale, np.zeros((2, features.shape[1]))])
        outcome = np.append(happened, [True, False])
        model = LogisticRegression(class_weight="balanced" if balanced else None).fit(standard, outcome)
        weights = model.coef_[0] / scale
        return cls(weights, float(model.intercept_[0] - mean @ weights))

    @classmethod
    def unfamiliar(cls, familiarity: Floats) -> Self:
        """Without any example of the opposite: 0.5 at the tenth percentile of `familiarity`, 0.1 at its median."""
        low, middle = np.quantile(familiarity, (0.1, 0.5))
        slope = ODDS_AT_MEDIAN / max(middle - low, 1e-6)
        return cls(np.array([-slope]), float(slope * low))


def fit_sharpness(scores: Floats, truth: NDArray[np.int64]) -> float:
    """The factor (inverse temperature) for which softmax(factor · scores) explains the true topics best."""

    def surprise(log_factor: float) -> float:
        return float(-log_softmax(np.exp(log_factor) * scores, axis=1)[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 4), method="bounded").x))
