import pytest

from domain.language.cannot_do import cannot_do_hit
from tests.organisation import SERVICE


@pytest.mark.parametrize("text", ["Please delete account", "delete my old account!", "Can you close my account?"])
def test_a_phrase_is_found_with_words_between(text: str) -> None:
    assert cannot_do_hit(text, SERVICE) == "delete an account"


@pytest.mark.parametrize("text", ["How do I delete a photo from the account page?", "undelete account", "my account"])
def test_other_messages_hit_nothing(text: str) -> None:
    assert cannot_do_hit(text, SERVICE) is None
