import pytest

from domain.conversation.suggestions import Used, used_as
from domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("said", "text", "expected"),
    [
        ("as_is", None, "as_is"),
        ("edited", None, "edited"),
        ("ignored", None, "ignored"),
        ("as_is", "It  is\nhere.", "as_is"),
        ("edited", "It is here.", "as_is"),
        ("as_is", "It is there.", "edited"),
        ("edited", "It is there.", "edited"),
        ("ignored", "Something else.", "ignored"),
    ],
)
def test_what_was_sent_tells_whether_it_was_edited(said: Used, text: str | None, expected: Used) -> None:
    assert used_as(said, "It is here.", text) == expected


@pytest.mark.parametrize("said", ["as_is", "edited"])
def test_a_suggestion_without_text_can_only_be_ignored(said: Used) -> None:
    with pytest.raises(InvalidInputError, match="only be ignored"):
        used_as(said, " ", None)
    assert used_as("ignored", "", None) == "ignored"
