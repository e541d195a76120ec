"""The sentence that tells customers that they write with an AI: said once, before the first reply of an AI agent."""

from domain.language.text import words


def still_to_disclose(disclosure: str, greeting: str) -> str:
    """The sentence; nothing where the greeting, which the customer has read, holds its words."""
    told, said = words(disclosure), words(greeting)
    held = any(said[at : at + len(told)] == told for at in range(len(said)))
    return "" if told and held else disclosure


def disclosed(text: str, disclosure: str) -> str:
    """A text with the sentence before it; of no text nothing becomes."""
    return f"{disclosure}\n\n{text}" if text and disclosure else text


def undisclosed(text: str, disclosure: str) -> str:
    """The text as it was before."""
    return text.removeprefix(f"{disclosure}\n\n") if disclosure else text
