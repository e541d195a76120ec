"""Does the customer ask for a person? In any wording, in the languages of domain.language.person_words."""

import re
from dataclasses import dataclass
from functools import cache

from domain.language.person_words import LANGUAGES
from domain.language.spelling import Spelling
from domain.language.text import WORD, fold
from domain.language.unspaced_wordings import UnspacedWordings, joined_letters
from domain.language.wording_search import Table, WordingSearch
from domain.language.wordings import Wordings

STOPS_OF_OTHER_SCRIPTS = str.maketrans("؟،؛।", "?,;.")
SENTENCE_END = re.compile(r"[.!?;\n]+")
SPACED = tuple(language for language in LANGUAGES if not language.script)
UNSPACED = tuple(language for language in LANGUAGES if language.script)
BY_CODE = {language.code: language for language in SPACED}


@dataclass(frozen=True)
class UnspacedLanguage:
    """A language that is read by the letter."""

    script: re.Pattern[str]
    asks: UnspacedWordings
    other_senses: UnspacedWordings

    def asks_in(self, text: str) -> bool:
        return self.asks.found_in(text) and self.asks.found_in(self.other_senses.removed_from(text))


def asks_for_person(text: str) -> bool:
    """True when the customer wants a person instead of the AI agent."""
    plain = fold(text.translate(STOPS_OF_OTHER_SCRIPTS))
    return (
        _only_names_one(plain)
        or any(_asks_in_words(sentence) for sentence in SENTENCE_END.split(plain))
        or _asks_in_letters(plain)
    )


def _only_names_one(plain: str) -> bool:
    found = set(WORD.findall(plain))
    return any(found & alone and found <= alone | beside for alone, beside in _words_alone())


def _asks_in_words(sentence: str) -> bool:
    corrected = _spelling().corrected(sentence)
    return _asks_as_spelled(sentence) or (corrected != sentence and _asks_as_spelled(corrected))


def _asks_as_spelled(sentence: str) -> bool:
    return any(_asks_in_language(code, sentence) for code in set(_search().languages_in(sentence)))


def _asks_in_language(code: str, sentence: str) -> bool:
    """Whether the wording still stands once the language's other senses are taken out."""
    rest = _other_senses(code).removed_from(sentence)
    return rest == sentence or code in _search().languages_in(rest)


def _asks_in_letters(plain: str) -> bool:
    if plain.isascii():
        return False
    text = joined_letters(plain)
    return any(language.script.search(text) and language.asks_in(text) for language in _letters())


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
def _letters() -> tuple[UnspacedLanguage, ...]:
    return tuple(
        UnspacedLanguage(
            re.compile(f"[{language.script}]"),
            UnspacedWordings(language.asks, language.classes),
            UnspacedWordings(language.other_senses, language.classes),
        )
        for language in UNSPACED
    )
