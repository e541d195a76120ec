import re
from dataclasses import replace

import pytest

from domain.language.person_words import LANGUAGES
from domain.language.person_words.language import CLASS, Language
from domain.language.wordings import GAPS

DUTCH_LIKE = Language(code="xx", classes={"reach": "spréken", "person": "mens een_collega kolleg*"}, asks="\n hàlo /\n")


def test_shared_wordings_count_where_the_language_has_the_words() -> None:
    assert DUTCH_LIKE.wordings == ("<reach> ... <person>", "halo /")
    assert "<call_me>" in replace(DUTCH_LIKE, classes={"call_me": "bel_me"}).wordings


def test_words_are_folded() -> None:
    assert DUTCH_LIKE.folded_classes["reach"] == "spreken"


def test_people_are_whole_words() -> None:
    assert DUTCH_LIKE.people == {"mens", "een_collega"}


def test_little_words_grow_onto_the_joined_classes_only() -> None:
    joined = replace(DUTCH_LIKE, proclitics="l h", joined=frozenset(["reach"]))
    assert joined.folded_classes["reach"].split() == ["spreken", "lspreken", "hspreken"]
    assert joined.folded_classes["person"] == DUTCH_LIKE.folded_classes["person"]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: f"{language.code}{language.script}")
def test_every_language_names_only_classes_that_it_has(language: Language) -> None:
    named = set(CLASS.findall(f"{language.asks} {language.other_senses}"))
    assert named <= language.classes.keys()
    assert language.joined <= language.classes.keys()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: f"{language.code}{language.script}")
def test_no_class_is_empty_and_no_word_of_it_has_marks(language: Language) -> None:
    for name, words in language.classes.items():
        assert words.split(), name
        assert not [word for word in words.split() if word in GAPS or re.search(r"[|<>!?/^.,]", word)], name
