import pytest

from domain.language.little_words import LITTLE_WORDS
from domain.language.text import words
from domain.specification.languages import LANGUAGE_NAMES


@pytest.mark.parametrize("language", LITTLE_WORDS)
def test_little_words_are_told_as_messages_are_read(language: str) -> None:
    """Folded, or no message would have them."""
    assert language in LANGUAGE_NAMES
    assert LITTLE_WORDS[language].split() == words(LITTLE_WORDS[language])
