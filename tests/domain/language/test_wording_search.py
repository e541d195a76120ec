import pytest

from domain.language.wording_search import Table, WordingSearch, needed_words

CLASSES = {"thing": "order parcel gift_card"}
SEARCH = WordingSearch(
    [
        Table("en", ("cancel .. <thing> !tomorrow", "want|get a? refund* /"), CLASSES),
        Table("de", ("storn* ... bestellung|paket", "will .. geld_zuruck"), {}),
    ]
)


@pytest.mark.parametrize(
    ("sentence", "languages"),
    [
        ("please cancel my gift card", {"en"}),
        ("i want refunds", {"en"}),
        ("ich mochte stornieren und zwar die bestellung", {"de"}),
        ("ich will mein geld zuruck", {"de"}),
        ("cancel the parcel, stornieren sie das paket", {"en", "de"}),
        ("cancel my order tomorrow", set()),
        ("i want a refund policy", set()),
        ("the order was to cancel", set()),
        ("geld will zuruck", set()),
        ("", set()),
    ],
)
def test_the_languages_of_all_wordings_in_a_sentence_are_found(sentence: str, languages: set[str]) -> None:
    assert set(SEARCH.languages_in(sentence)) == languages


def test_only_parts_that_must_be_there_are_needed() -> None:
    needed = needed_words("^ cancel .. <thing> soon? !tomorrow ... now|at_once /", CLASSES)
    assert needed == [{"cancel"}, {"order", "parcel", "gift"}, {"now", "at"}]


def test_whole_words_are_known_and_stems_are_not() -> None:
    assert {"cancel", "parcel", "gift"} <= set(SEARCH.known_words)
    assert not {"refund", "storn"} & set(SEARCH.known_words)


def test_a_stem_that_is_too_short_is_named() -> None:
    with pytest.raises(ValueError, match=r"go\*: a stem has 3 letters"):
        WordingSearch([Table("en", ("go* home",), {})])
