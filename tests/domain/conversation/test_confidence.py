"""Confidence: between 0 and 1, rising with the evidence, capped by the validator, calibrated by a curve."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.conversation.confidence import MISSING_SOURCE_PENALTY, Calibration, features_of, losses, score
from domain.conversation.turn import Evidence

PLAIN = Calibration()
GOOD = Evidence(topic_confidence=0.9, retrieval=0.9, retrieval_margin=0.5, grounding=1.0)


def test_features_are_the_evidence_in_numbers() -> None:
    evidence = Evidence(
        topic_confidence=0.1,
        retrieval=0.2,
        retrieval_margin=0.3,
        search_lead=0.6,
        precedents=0.7,
        precedents_lead=0.9,
        grounding=0.4,
        out_of_scope=0.25,
        from_facts=True,
    )
    assert features_of(evidence) == {
        "topic_confidence": 0.1,
        "retrieval": 0.2,
        "retrieval_margin": 0.3,
        "search_lead": 0.6,
        "precedents": 0.7,
        "precedents_lead": 0.9,
        "grounding": 0.4,
        "in_scope": 0.75,
        "from_facts": 1.0,
    }


def test_the_logistic_part_is_a_sigmoid() -> None:
    calibration = Calibration(bias=-1.0, weights={"retrieval": 2.0})
    assert score(Evidence(retrieval=0.5), calibration) == pytest.approx(0.5)
    assert score(Evidence(retrieval=1.0), calibration) == pytest.approx(0.7310585786)


@pytest.mark.parametrize(("bias", "expected"), [(-1e9, 0.0), (1e9, 1.0)])
def test_extreme_weights_saturate(bias: float, expected: float) -> None:
    assert score(GOOD, Calibration(bias=bias)) == expected


def test_an_abstained_draft_has_no_confidence() -> None:
    assert score(GOOD.model_copy(update={"abstained": True}), PLAIN) == 0.0


def test_a_missing_source_costs() -> None:
    complete, missing = score(GOOD, PLAIN), score(GOOD.model_copy(update={"missing_sources": ("crm",)}), PLAIN)
    assert missing == pytest.approx(complete - MISSING_SOURCE_PENALTY)


def test_the_penalty_stops_at_zero() -> None:
    assert score(Evidence(missing_sources=("crm",)), Calibration(bias=-9.0)) == 0.0


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        pytest.param(((0.0, 0.0), (1.0, 1.0)), 0.5, id="identity"),
        pytest.param(((0.0, 0.2), (1.0, 0.4)), 0.3, id="between two points"),
        pytest.param(((0.0, 0.0), (0.5, 0.8), (1.0, 1.0)), 0.8, id="on a point"),
        pytest.param(((0.6, 0.3), (1.0, 1.0)), 0.3, id="left of the curve"),
        pytest.param(((0.0, 0.0), (0.4, 0.7)), 0.7, id="right of the curve"),
        pytest.param(((0.0, 0.1), (0.5, 0.1), (0.5, 0.9), (1.0, 0.9)), 0.9, id="on a step"),
        pytest.param(((0.5, 0.42),), 0.42, id="a single point"),
    ],
)
def test_the_curve_is_linear_between_its_points(curve: tuple[tuple[float, float], ...], expected: float) -> None:
    half = Calibration(bias=0.0, weights={}, curve=curve)
    assert score(GOOD, half) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(1.0, 0.75), (0.5, 0.5), (0.45, 0.475), (0.2, 0.3), (0.0, 0.1)],
    ids=["supports", "agrees", "near", "doubts", "rejects"],
)
def test_a_validator_moves_the_score_and_caps_it(verdict: float, expected: float) -> None:
    calibration = Calibration(bias=0.0, weights={}, validator_weight=0.5)
    assert score(GOOD.model_copy(update={"validator": verdict}), calibration) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ({"curve": ((0.0, 0.9), (1.0, 0.1))}, "must rise"),
        ({"curve": ((0.5, 0.1), (0.4, 0.2))}, "must rise"),
        ({"curve": ()}, "at least 1 item"),
        ({"curve": ((0.0, 0.0), (1.0, 1.5))}, "less than or equal to 1"),
        ({"weights": {"mood": 1.0}}, "no such feature: mood"),
        ({"weights": {"retrieval": float("nan")}}, "finite number"),
        ({"bias": float("inf")}, "finite number"),
        ({"validator_weight": 1.1}, "less than or equal to 1"),
    ],
)
def test_a_calibration_that_makes_no_sense_is_refused(mistake: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Calibration(**mistake)


shares = st.floats(0, 1)
evidences = st.builds(
    Evidence,
    topic_confidence=shares,
    retrieval=shares,
    retrieval_margin=shares,
    grounding=shares,
    out_of_scope=shares,
    from_facts=st.booleans(),
    validator=st.none() | shares,
    missing_sources=st.sampled_from(((), ("crm",))),
)
curves = st.lists(shares, min_size=2, max_size=8).map(
    lambda ys: tuple((index / (len(ys) - 1), y) for index, y in enumerate(sorted(ys)))
)
calibrations = st.builds(
    Calibration,
    bias=st.floats(-20, 20),
    weights=st.dictionaries(st.sampled_from(sorted(features_of(Evidence()))), st.floats(0, 20)),
    validator_weight=shares,
    curve=curves,
)


@given(evidences, calibrations)
def test_a_score_is_a_probability(evidence: Evidence, calibration: Calibration) -> None:
    assert 0.0 <= score(evidence, calibration) <= 1.0


@given(evidences, calibrations, st.sampled_from(("topic_confidence", "retrieval", "grounding", "validator")), shares)
def test_better_evidence_never_scores_lower(
    evidence: Evidence, calibration: Calibration, name: str, value: float
) -> None:
    before = getattr(evidence, name)
    if before is not None:
        better = evidence.model_copy(update={name: max(before, value)})
        assert score(better, calibration) >= score(evidence, calibration) - 1e-12


@given(evidences, calibrations, shares)
def test_a_validators_verdict_caps_the_score(evidence: Evidence, calibration: Calibration, verdict: float) -> None:
    assert score(evidence.model_copy(update={"validator": verdict}), calibration) <= verdict + 0.1


def test_what_lowered_a_confidence_is_told_by_what_each_would_have_changed() -> None:
    sure = Evidence(topic_confidence=1, retrieval=1, retrieval_margin=1, grounding=1)
    assert losses(sure, Calibration()) == ()
    unsure = sure.model_copy(update={"retrieval": 0.1, "grounding": 0.9, "missing_sources": ("crm",)})
    found = losses(unsure, Calibration())
    assert [one.feature for one in found] == ["retrieval", "missing_sources", "grounding"]
    assert found[1].points == pytest.approx(MISSING_SOURCE_PENALTY)
    better = unsure.model_copy(update={"retrieval": 1.0})
    assert found[0].points == pytest.approx(score(better, Calibration()) - score(unsure, Calibration()))
    assert found[0].value == 0.1


def test_a_validator_lowers_a_confidence_and_an_abstention_takes_all_of_it() -> None:
    sure = Evidence(topic_confidence=1, retrieval=1, retrieval_margin=1, grounding=1)
    assert [one.feature for one in losses(sure.model_copy(update={"validator": 0.2}), Calibration())] == ["validator"]
    (only,) = losses(sure.model_copy(update={"abstained": True}), Calibration())
    assert (only.feature, only.points) == ("abstained", 1.0)


def test_a_feature_that_speaks_against_a_draft_is_best_when_it_is_absent() -> None:
    against = Calibration(bias=0.0, weights={"from_facts": -2.0, "in_scope": 2.0})
    found = losses(Evidence(from_facts=True, out_of_scope=0.5), against)
    assert [one.feature for one in found] == ["from_facts", "in_scope"]
