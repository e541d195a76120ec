import pytest

from domain.language.text import content_words, fold, sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t STOP", "dont stop"),
        ("Größe", "grosse"),
        ("Człowiek", "czlowiek"),
        ("ig\u200bnore", "ignore"),
        ("naïve café", "naive cafe"),
    ],
)
def test_folding_leaves_plain_letters(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_words_and_content_words() -> None:
    assert words("How do I reset my pass-word, please?") == ["how", "do", "i", "reset", "my", "pass", "word", "please"]
    assert content_words("How do I reset my pass-word, please?") == ["reset", "pass", "word"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Use a plan, e.g. Team. Then pay.", ["Use a plan, e.g. Team.", "Then pay."]),
        ("Line one\nline two", ["Line one", "line two"]),
        ("It costs 4.90 EUR. Fine.", ["It costs 4.90 EUR.", "Fine."]),
        ("  ", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
