"""How much two drafts say the same."""

import pytest

from domain.approvals.alike import likeness


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("We refund 20 EUR.", "we refund 20 eur", 1.0),
        ("We refund 20 EUR.", "We refund 30 EUR.", 0.75),
        ("We refund.", "Your parcel", 0.0),
        ("", "", 1.0),
        ("", "We refund.", 0.0),
        ("a a b", "a b b", 0.8),
    ],
)
def test_drafts_are_alike_by_their_words(one: str, other: str, alike: float) -> None:
    assert likeness(one, other) == pytest.approx(alike)
    assert likeness(other, one) == pytest.approx(alike)
