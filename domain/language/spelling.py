"""Misspelt long words: one letter missing, added, wrong, or swapped with the next."""

from collections.abc import Iterable, Iterator

from domain.language.text import WORD

LONG_ENOUGH = 8
"""Shorter words (letters) have too many neighbours that are words of their own."""


class Spelling:
    """Finds words again where one letter of them went wrong. What is `known` is a word of its own and stays."""

    def __init__(self, words: Iterable[str], known: Iterable[str] = ()) -> None:
        expected = frozenset(words)
        self._known = expected | frozenset(known)
        long_words = sorted(word for word in expected if len(word) >= LONG_ENOUGH)
        self._longest = 1 + max(map(len, long_words), default=0)
        self._nearly = {slip: word for word in long_words for slip in (word, *_without_one_letter(word))}

    def corrected(self, text: str) -> str:
        """The folded text with the known words in place of their misspellings."""
        return WORD.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        if not LONG_ENOUGH - 1 <= len(word) <= self._longest or word in self._known:
            return word
        near = (self._nearly.get(slip) for slip in (word, *_without_one_letter(word)))
        return next((known for known in near if known), word)


def _without_one_letter(word: str) -> Iterator[str]:
    """The word without its second letter, without its third, and so on; the first letter is hardly ever missed."""
    return (word[:index] + word[index + 1 :] for index in range(1, len(word)))
