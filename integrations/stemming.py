"""Words as a search sees them: stems in the organisation's language."""

from functools import lru_cache

import snowballstemmer

from domain.language.text import STOP_WORDS, words

SNOWBALL_NAMES = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "sv": "swedish",
}

MEANINGFUL = frozenset({"not"})
"""Stop words that a search needs: what does not work is another question than what does."""


class Stemmer:
    """Stems of the words that mean something. Unknown languages stay unstemmed."""

    def __init__(self, language: str) -> None:
        name = SNOWBALL_NAMES.get(language.split("-")[0].lower())
        self._stem = lru_cache(maxsize=50_000)(snowballstemmer.stemmer(name).stemWord if name else str)

    def stems(self, text: str) -> list[str]:
        """In order, repeated ones included."""
        return [self._stem(word) for word in words(text) if word in MEANINGFUL or word not in STOP_WORDS]


@lru_cache(maxsize=16)
def stemmer_for(language: str) -> Stemmer:
    """One stemmer, and its memory of words, for each language."""
    return Stemmer(language)
