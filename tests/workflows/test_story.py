"""What search attributes may hold."""

import pytest

from domain.conversation.ownership import Status
from domain.conversation.turn import Reason
from workflows.story import searchable


@pytest.mark.parametrize(
    "value", [*(one.value for one in Reason), *(one.value for one in Status), "web_chat", "ai-agent_2"]
)
def test_our_own_values_stay_as_they_are(value: str) -> None:
    assert searchable(value) == value


@pytest.mark.parametrize("mark", ['"', "'", "\\", "`", "\n", "\r", "\t", "\x00", "%", "’"])
def test_what_a_list_filter_cannot_find_is_replaced(mark: str) -> None:
    assert searchable(f"customer{mark}s wish") == "customer_s wish"


def test_letters_of_every_language_stay() -> None:
    assert searchable("Kündigung 解約 (später)") == "Kündigung 解約 (später)"
