import random

import pytest

from answering.topics.reply_calibration import FEATURES, CheckedDraft, fit_calibration
from domain.conversation.confidence import Calibration, score
from domain.conversation.turn import Evidence


def checked(count: int, seed: int = 1) -> list[CheckedDraft]:
    """Drafts that are right as often as their retrieval says; grounding tells nothing."""
    draw = random.Random(seed)
    drafts = []
    for _ in range(count):
        features = {name: draw.random() for name in FEATURES}
        drafts.append(CheckedDraft(features=features, right=draw.random() < features["retrieval"]))
    return drafts


def test_confidence_comes_out_as_the_share_that_is_right() -> None:
    calibration = fit_calibration(checked(600))
    fresh = checked(2000, seed=2)
    told = [
        score(
            Evidence(
                **{name: draft.features[name] for name in FEATURES if name != "in_scope"},
                out_of_scope=1 - draft.features["in_scope"],
            ),
            calibration,
        )
        for draft in fresh
    ]
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        inside = [number for number, confidence in enumerate(told) if low <= confidence < high]
        claimed = sum(told[number] for number in inside) / len(inside)
        held = sum(fresh[number].right for number in inside) / len(inside)
        assert held == pytest.approx(claimed, abs=0.1)


def test_better_evidence_never_lowers_confidence() -> None:
    calibration = fit_calibration(checked(200))
    assert all(weight >= 0 for weight in calibration.weights.values())
    assert calibration.fitted_on == 200


def test_with_too_few_of_a_kind_the_defaults_stay() -> None:
    assert fit_calibration([draft.model_copy(update={"right": True}) for draft in checked(50)]) == Calibration()
    assert fit_calibration([]) == Calibration()


def test_equal_drafts_make_an_equal_calibration() -> None:
    assert fit_calibration(checked(100)) == fit_calibration(checked(100))
