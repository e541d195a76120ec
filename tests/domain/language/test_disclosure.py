"""The sentence that tells who writes, before the first reply of an AI agent."""

import pytest

from domain.language.disclosure import disclosed, still_to_disclose, undisclosed

AI = "You are writing with our AI agent."


@pytest.mark.parametrize(
    ("greeting", "still"),
    [
        ("", AI),
        ("Hello, this is the Bike Shop.", AI),
        ("Hello. You’re writing with our AI agent.", AI),
        (AI, ""),
        ("Hello, you are writing with our AI agent; a colleague joins whenever it is needed.", ""),
        ("Hello.\nYOU ARE WRITING WITH OUR *AI AGENT*", ""),
        ("You are writing with our AI agents.", AI),
        ("You are writing", AI),
    ],
)
def test_a_greeting_that_says_it_is_enough(greeting: str, still: str) -> None:
    assert still_to_disclose(AI, greeting) == still


@pytest.mark.parametrize("greeting", ["", "Hello."])
@pytest.mark.parametrize("disclosure", ["", "🤖"])
def test_what_holds_no_word_no_greeting_can_say(disclosure: str, greeting: str) -> None:
    assert still_to_disclose(disclosure, greeting) == disclosure


@pytest.mark.parametrize(
    ("text", "disclosure", "said"),
    [
        ("It is packed.", AI, f"{AI}\n\nIt is packed."),
        ("It is packed.", "", "It is packed."),
        ("", AI, ""),
        ("\n\nIt is packed.", "", "\n\nIt is packed."),
    ],
)
def test_it_stands_before_a_text_and_can_be_taken_off_again(text: str, disclosure: str, said: str) -> None:
    assert disclosed(text, disclosure) == said
    assert undisclosed(said, disclosure) == text


def test_what_was_never_put_before_is_not_taken_off() -> None:
    assert undisclosed(f"It is packed. {AI}", AI) == f"It is packed. {AI}"
