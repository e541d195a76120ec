"""Phrases of a specification in the words of customers."""

import re
from collections.abc import Iterable
from functools import lru_cache

from domain.language.text import fold, words

WORDS_BETWEEN = r"\W+(?:\w+\W+){0,2}?"


def phrases_in(text: str, phrases: Iterable[str]) -> frozenset[str]:
    """Those that the text contains.

    Up to two other words may stand between the words of a phrase: `delete account` finds `delete my old account`.
    """
    folded = fold(text)
    return frozenset(phrase for phrase in phrases if _pattern(phrase).search(folded))


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(r"\b" + WORDS_BETWEEN.join(re.escape(word) for word in words(phrase)) + r"\b")
