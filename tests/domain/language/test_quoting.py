"""Quoted lines are not the customer's words."""

import pytest

from domain.language.asks_for_person import asks_for_person
from domain.language.quoting import own_words

OURS = "> If this does not help, say that you want to talk to a human."


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Thanks.\n\n> Old\n>> older\nBye.", "Thanks.\n\nBye."),
        ("  > indented\nNew", "New"),
        ("5 > 3, is it not?", "5 > 3, is it not?"),
        ("> all of it", ""),
        ("", ""),
    ],
)
def test_quoted_lines_are_left_out(text: str, own: str) -> None:
    assert own_words(text) == own


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (f"Still broken.\n\n{OURS}\n\nWhat now?", False),
        (OURS, False),
        (f"{OURS}\nI want to talk to a human.", True),
        ("I want to talk to a human.", True),
    ],
)
def test_our_own_offer_in_a_quotation_asks_for_nobody(text: str, asks: bool) -> None:
    assert asks_for_person(own_words(text)) is asks
