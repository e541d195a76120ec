"""Word stems in the organisation's language, by the Snowball stemmers."""

from functools import lru_cache

import snowballstemmer

from domain.text import content_words

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


class Stemmer:
    """Stems of the content words of a text. An unknown language is left unstemmed."""

    def __init__(self, language: str) -> None:
        name = SNOWBALL_NAMES.get(language.split("-")[0].lower())
        self._stem = lru_cache(maxsize=50_000)(snowballstemmer.stemmer(name).stemWord if name else str)

    def stems(self, text: str) -> list[str]:
        return [self._stem(word) for word in content_words(text)]


@lru_cache(maxsize=16)
def stemmer_for(language: str) -> Stemmer:
    """One stemmer, and its memory of words, for each language."""
    return Stemmer(language)
