"""Confidence: evidence in, calibrated probability out. Plain arithmetic, so workflow code may do it."""

from bisect import bisect_right
from itertools import pairwise
from math import tanh

from pydantic import Field, FiniteFloat, field_validator

from domain.conversation.turn import Evidence
from domain.model import Frozen
from domain.specification.organisation import Probability

MISSING_SOURCE_PENALTY = 0.1
LEAST_LOSS = 0.005
"""Less than half a point of a hundred is not told."""


class Calibration(Frozen):
    """A logistic model over evidence, then an isotonic curve; fitted when a specification is published.

    `curve` maps a raw score to the share of replies with that score that were right, linear between its points.
    """

    bias: FiniteFloat = -3.0
    weights: dict[str, FiniteFloat] = {
        "topic_confidence": 2.0,
        "retrieval": 3.0,
        "retrieval_margin": 0.5,
        "grounding": 1.5,
    }
    validator_weight: Probability = Field(0.5, description="Share of the verdict of a validator, when there is one.")
    curve: tuple[tuple[Probability, Probability], ...] = Field(((0.0, 0.0), (1.0, 1.0)), min_length=1)
    fitted_on: int = Field(0, description="Number of labelled examples; 0 means uncalibrated defaults.")
    fitted_from: str = Field(
        "", description="SHA-256 (hex) of what this and the topic model beside it were fitted from; empty: not known."
    )

    @field_validator("weights")
    @classmethod
    def _weights_known_features(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(weights.keys() - features_of(Evidence()).keys())
        if unknown:
            raise ValueError(f"no such feature: {', '.join(unknown)}")
        return weights

    @field_validator("curve")
    @classmethod
    def _rises(cls, curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if any(x1 < x0 or y1 < y0 for (x0, y0), (x1, y1) in pairwise(curve)):
            raise ValueError("the calibration curve must rise")
        return curve


def features_of(evidence: Evidence) -> dict[str, float]:
    """The numbers that the logistic model may use, each between 0 and 1."""
    return {
        "topic_confidence": evidence.topic_confidence,
        "retrieval": evidence.retrieval,
        "retrieval_margin": evidence.retrieval_margin,
        "search_lead": evidence.search_lead,
        "precedents": evidence.precedents,
        "precedents_lead": evidence.precedents_lead,
        "grounding": evidence.grounding,
        "in_scope": 1.0 - evidence.out_of_scope,
        "from_facts": float(evidence.from_facts),
    }


def score(evidence: Evidence, calibration: Calibration) -> float:
    """Probability that the draft is right, between 0 and 1."""
    if evidence.abstained:
        return 0.0
    features = features_of(evidence)
    logit = calibration.bias + sum(weight * features[name] for name, weight in calibration.weights.items())
    probability = _interpolate((1 + tanh(logit / 2)) / 2, calibration.curve)
    if evidence.validator is not None:
        share = calibration.validator_weight
        probability = min((1 - share) * probability + share * evidence.validator, evidence.validator + 0.1)
    penalty = MISSING_SOURCE_PENALTY if evidence.missing_sources else 0.0
    return min(max(probability - penalty, 0.0), 1.0)


class Loss(Frozen):
    """What lowered the confidence of a draft: a feature below its best, and how much it would be higher with that."""

    feature: str
    value: float
    points: float = Field(description="Of confidence, 0 to 1. Those of several features do not add up.")


def losses(evidence: Evidence, calibration: Calibration) -> tuple[Loss, ...]:
    """Everything that lowered the confidence, the most first: what each alone would have changed at its best."""
    if evidence.abstained:
        return (Loss(feature="abstained", value=1.0, points=1.0),)
    reached, features = score(evidence, calibration), features_of(evidence)
    better = {name: _better(evidence, name, weight) for name, weight in calibration.weights.items()}
    if evidence.validator is not None:
        better["validator"] = evidence.model_copy(update={"validator": 1.0})
    better["missing_sources"] = evidence.model_copy(update={"missing_sources": ()})
    values = features | {
        "validator": evidence.validator or 0.0,
        "missing_sources": float(len(evidence.missing_sources)),
    }
    found = (
        Loss(feature=name, value=values[name], points=score(changed, calibration) - reached)
        for name, changed in better.items()
    )
    return tuple(sorted((one for one in found if one.points >= LEAST_LOSS), key=lambda one: -one.points))


def _better(evidence: Evidence, feature: str, weight: float) -> Evidence:
    """With the feature at its best, which is 1 where it speaks for the draft."""
    best = float(weight > 0)
    if feature == "in_scope":
        return evidence.model_copy(update={"out_of_scope": 1.0 - best})
    return evidence.model_copy(update={feature: bool(best) if feature == "from_facts" else best})


def _interpolate(x: float, curve: tuple[tuple[float, float], ...]) -> float:
    xs = [point[0] for point in curve]
    right = bisect_right(xs, x)
    if right == 0:
        return curve[0][1]
    if right == len(curve):
        return curve[-1][1]
    (x0, y0), (x1, y1) = curve[right - 1], curve[right]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
