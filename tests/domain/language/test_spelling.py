import pytest

from domain.language.spelling import Spelling

SPELLING = Spelling(["representative", "medewerker", "human"], known=["representation", "medewerkers"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a represenative please", "a representative please"),
        ("representtative", "representative"),
        ("repersentative", "representative"),
        ("representatibe", "representative"),
        ("een medwerker, graag", "een medewerker, graag"),
    ],
)
def test_one_slip_in_a_long_word_is_mended(written: str, meant: str) -> None:
    assert SPELLING.corrected(written) == meant


@pytest.mark.parametrize(
    "text", ["representation", "medewerkers", "humna", "presentative", "reprezentatyve", "kkk", "", "r" * 2000]
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert SPELLING.corrected(text) == text
