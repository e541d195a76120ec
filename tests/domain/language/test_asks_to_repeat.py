"""Asking for the last answer again, against asking for something else to be repeated."""

import pytest

from domain.language.asks_to_repeat import asks_to_repeat


@pytest.mark.parametrize(
    "said",
    [
        "Could you repeat that, please?",
        "Sorry, say that again.",
        "Pardon?",
        "What did you say?",
        "One more time.",
        "I didn't catch that.",
        "Können Sie das bitte wiederholen?",
        "Wie bitte?",
        "Pouvez-vous répéter, s'il vous plaît ?",
        "¿Puede repetir, por favor?",
        "Può ripetere, per favore?",
        "Kunt u dat herhalen?",
    ],
)
def test_asks_for_the_answer_again(said: str) -> None:
    assert asks_to_repeat(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "...",
        "Please",
        "Bitte",
        "Can you repeat my last order?",
        "It happened again.",
        "What is your answer to my complaint?",
        "I want to say that the invoice is wrong again.",
        "Das ist mir nochmal passiert.",
    ],
)
def test_says_something_else(said: str) -> None:
    assert not asks_to_repeat(said)
