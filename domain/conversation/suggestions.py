"""Co-pilot: what a person did with a draft that only they see."""

from datetime import datetime
from typing import Literal

from domain.errors import InvalidInputError
from domain.model import Frozen

Used = Literal["as_is", "edited", "ignored"]


class SuggestionUse(Frozen):
    """What counts: the first that was said of it."""

    used: Used
    used_by: str
    at: datetime


def used_as(said: Used, suggestion: str, text: str | None) -> Used:
    """What is recorded. Where the text that was sent is given, it tells whether it was edited, whatever was said.

    Raises InvalidInputError where something was sent and nothing could be: the suggestion is empty.
    """
    if said == "ignored":
        return said
    if not suggestion.strip():
        raise InvalidInputError("This suggestion has no text, so it can only be ignored.")
    if text is None:
        return said
    return "as_is" if text.split() == suggestion.split() else "edited"
