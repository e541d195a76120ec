"""Does the customer ask for a person? In any wording, in the languages of domain.language.person_words."""

import re
from functools import cache

from domain.language.person_words import LANGUAGES
from domain.language.spelling import Spelling
from domain.language.text import WORD, fold
from domain.language.unspaced_wordings import UnspacedWordings, fold_unspaced
from domain.language.wording_search import Table, WordingSearch
from domain.language.wordings import Wordings

STOPS_OF_OTHER_SCRIPTS = str.maketrans("؟،؛।", "?,;.")
SENTENCE_END = re.compile(r"[.!?;\n]+")
BY_CODE = {language.code: language for language in LANGUAGES}
SPACED = tuple(language for language in LANGUAGES if language.spaced)
UNSPACED = tuple(language for language in LANGUAGES if not language.spaced)


def asks_for_person(text: str) -> bool:
    """True when the customer wants a person instead of the AI agent."""
    plain = fold(text.translate(STOPS_OF_OTHER_SCRIPTS))
    return (
        _only_names_one(plain)
        or any(_asks_in_words(sentence) for sentence in SENTENCE_END.split(plain))
        or _asks_in_letters(text)
    )


def _only_names_one(plain: str) -> bool:
    found = set(WORD.findall(plain))
    return any(found & alone and found <= alone | beside for alone, beside in _words_alone())


def _asks_in_words(sentence: str) -> bool:
    corrected = _spelling().corrected(sentence)
    return _asks_as_spelled(sentence) or (corrected != sentence and _asks_as_spelled(corrected))


def _asks_as_spelled(sentence: str) -> bool:
    codes = set(_search().languages_in(sentence))
    return any(code in _search().languages_in(_other_senses(code).removed_from(sentence)) for code in codes)


def _asks_in_letters(text: str) -> bool:
    letters = fold_unspaced(text)
    return any(asks.found_in(other.removed_from(letters)) for asks, other in _unspaced() if asks.found_in(letters))


@cache
def _words_alone() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple(
        (frozenset(fold(language.alone).replace("_", " ").split()), frozenset(fold(language.beside).split()))
        for language in LANGUAGES
        if language.alone
    )


@cache
def _search() -> WordingSearch:
    return WordingSearch(Table(language.code, language.wordings, language.folded_classes) for language in SPACED)


@cache
def _spelling() -> Spelling:
    people = (word for language in SPACED for phrase in language.people for word in phrase.split("_"))
    return Spelling(people, known=_search().known_words)


@cache
def _other_senses(code: str) -> Wordings:
    return Wordings(BY_CODE[code].other_wordings, **BY_CODE[code].folded_classes)


@cache
def _unspaced() -> tuple[tuple[UnspacedWordings, UnspacedWordings], ...]:
    return tuple(
        (UnspacedWordings(language.asks, language.classes), UnspacedWordings(language.other_senses, language.classes))
        for language in UNSPACED
    )
