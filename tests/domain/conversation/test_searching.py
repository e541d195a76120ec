import pytest

from domain.conversation.searching import BEGINS, ENDS, MAX_WORDS, TextPart, parts_of, prefix_query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("parcel", "'parcel':*"),
        ("  lost   parcel ", "'lost':* & 'parcel':*"),
        ("it's", "'it''s':*"),
        ("a\\b", "'a\\\\b':*"),
        ("a\x00b", "'a':* & 'b':*"),
        ("!& |", "'!&':* & '|':*"),
        ("  ", ""),
    ],
)
def test_every_word_is_quoted_and_may_be_a_beginning(text: str, query: str) -> None:
    assert prefix_query(text) == query


def test_only_the_first_words_count() -> None:
    assert prefix_query("a " * 50).count(":*") == MAX_WORDS


def _marked(text: str) -> str:
    return text.replace("[", BEGINS).replace("]", ENDS)


@pytest.mark.parametrize(
    ("headline", "parts"),
    [
        ("my [parcel] is lost", [("my ", False), ("parcel", True), (" is lost", False)]),
        ("[a][b]", [("a", True), ("b", True)]),
        ("<b>plain</b>", [("<b>plain</b>", False)]),
        ("", []),
        ("an end] alone", [("an end", True), (" alone", False)]),
        ("a [beginning", [("a ", False), ("beginning", False)]),
    ],
)
def test_what_is_found_is_shown_in_parts(headline: str, parts: list[tuple[str, bool]]) -> None:
    assert parts_of(_marked(headline)) == tuple(TextPart(text=text, hit=hit) for text, hit in parts)
