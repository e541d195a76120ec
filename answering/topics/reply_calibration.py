"""How much confidence evidence deserves: a logistic model and a rising curve, fitted to drafts known right or wrong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from domain.conversation.confidence import Calibration
from domain.model import Frozen

Floats = NDArray[np.float64]

FEATURES = (
    "topic_confidence",
    "retrieval",
    "retrieval_margin",
    "search_lead",
    "precedents",
    "precedents_lead",
    "grounding",
    "in_scope",
)
FEWEST_OF_A_KIND = 10
FOLDS = 5
LEAST_PER_GROUP = 20
PULL_TO_LOGISTIC = 20
FURTHEST = 0.98


class CheckedDraft(Frozen):
    """What `domain.conversation.confidence.features_of` says of a draft, and whether sending it would be right."""

    features: dict[str, float]
    right: bool


def fit_calibration(checked: Sequence[CheckedDraft]) -> Calibration:
    """The calibration that fits best; the uncalibrated defaults with fewer than 10 right or 10 wrong drafts."""
    right = np.array([draft.right for draft in checked], dtype=bool)
    if min(right.sum(), (~right).sum()) < FEWEST_OF_A_KIND:
        return Calibration()
    features = np.array([[draft.features[name] for name in FEATURES] for draft in checked])
    used = _rising(features, right)
    model = LogisticRegression(C=10.0).fit(features[:, used], right)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, features[:, used], right, cv=folds, method="predict_proba")[:, 1]
    return Calibration(
        bias=float(model.intercept_[0]),
        weights={FEATURES[column]: float(weight) for column, weight in zip(used, model.coef_[0], strict=True)},
        curve=_curve(held_out, right),
        fitted_on=len(checked),
    )


def _rising(features: Floats, right: NDArray[np.bool_]) -> list[int]:
    """The columns that speak for a draft: one whose weight comes out negative would reward worse evidence."""
    used = list(range(features.shape[1]))
    while len(used) > 1:
        weights = LogisticRegression(C=10.0).fit(features[:, used], right).coef_[0]
        if weights.min() >= 0:
            break
        used.pop(int(weights.argmin()))
    return used


def _curve(raw: Floats, right: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """The share that was right in groups of neighbouring scores, drawn towards the logistic score and made to rise.

    A few dozen drafts say little about a group on their own: its share alone would put steps where there are none.
    """
    order = np.argsort(raw, kind="stable")
    groups = np.array_split(order, max(len(order) // LEAST_PER_GROUP, 2))
    middle = np.array([raw[group].mean() for group in groups])
    sizes = np.array([len(group) for group in groups])
    hits = np.array([right[group].sum() for group in groups])
    share = (hits + PULL_TO_LOGISTIC * middle) / (sizes + PULL_TO_LOGISTIC)
    risen = IsotonicRegression().fit(middle, share, sample_weight=sizes).predict(middle)
    points = [(float(x), float(y)) for x, y in zip(middle, risen, strict=True)]
    return ((0.0, 0.0), *points, (1.0, max(points[-1][1], FURTHEST)))
