"""How what a customer sent is found again in what was recorded."""

from datetime import timedelta

import pytest

from domain.conversation.messages import Author
from invariants.records import Exchange, Posted, Sent, words
from tests.invariants.records import START, stored


class TestSent:
    @pytest.mark.parametrize(
        ("message_id", "text", "is_found"),
        [("m1", "How many?", True), ("m2", "How many?", False), ("m1", "How much?", False)],
    )
    def test_by_its_own_id_and_its_text(self, message_id: str, text: str, is_found: bool) -> None:
        said = stored(1, Author.CUSTOMER, "How many?")
        assert Sent(message_id=message_id, text=text).is_in(said) is is_found

    @pytest.mark.parametrize(
        ("recorded", "is_found"),
        [
            ("How many?", True),
            ("Seats\n\nHow many?", True),
            ("How many?\n\nRegards", False),
            ("How many? Regards", False),
            ("Seats\nHow many?", False),
            ("", False),
        ],
    )
    def test_by_its_text_alone_where_the_vendor_gives_the_id(self, recorded: str, is_found: bool) -> None:
        assert Sent(message_id=None, text="How many?").is_in(stored(1, Author.CUSTOMER, recorded)) is is_found

    @pytest.mark.parametrize("author", [Author.AI_AGENT, Author.HUMAN_AGENT, Author.SYSTEM])
    def test_what_somebody_else_said_is_not_the_customers(self, author: Author) -> None:
        assert not Sent(message_id=None, text="How many?").is_in(stored(1, author, "How many?"))


@pytest.mark.parametrize(("seconds", "expected"), [(0, 0.0), (0.0015, 1.5), (61, 61_000.0)])
def test_a_response_time_is_in_milliseconds(seconds: float, expected: float) -> None:
    exchange = Exchange(sent_at=START, answered_at=START + timedelta(seconds=seconds))
    assert exchange.response_ms == pytest.approx(expected)


def test_a_posted_line_belongs_to_nothing_unless_it_says_so() -> None:
    line = Posted(channel="phone", id="", text="Hello")
    assert (line.part_of, line.threads) == (None, True)


@pytest.mark.parametrize("text", ["one two", "one\n\n two ", "\tone two"])
def test_spoken_texts_are_compared_by_their_words(text: str) -> None:
    assert words(text) == ["one", "two"]
