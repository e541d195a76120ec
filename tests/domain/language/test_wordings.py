import pytest

from domain.language.wordings import Wordings

TABLE = Wordings(
    """
    cancel .. <thing> !tomorrow
    want|get a? refund* /
    pay|settle it
    by_next_week
    ^ stop
    """,
    thing="order parcel gift_card",
)


@pytest.mark.parametrize(
    "text",
    [
        "Cancel my order",
        "cancel the one big PARCEL today",
        "cancel my gift-card",
        "I want a refund",
        "I get refunds, now",
        "Settle it!",
        "ready by next week?",
        "… stop that",
    ],
)
def test_a_wording_is_found(text: str) -> None:
    assert TABLE.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "cancel. My order is here",
        "cancel one two three four orders",
        "cancel my order tomorrow",
        "the refund policy",
        "repay it",
        "by next month",
        "do not stop",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not TABLE.found_in(text)


def test_wordings_can_be_taken_out() -> None:
    assert TABLE.removed_from("Please pay it or leave").split() == ["please", "or", "leave"]
