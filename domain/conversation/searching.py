"""What people search for, and how a found place is shown: as text in parts, never as markup."""

from collections.abc import Iterator

from domain.model import Frozen

MAX_WORDS = 10
BEGINS, ENDS = "\ue000", "\ue001"
"""Characters of private use around what was found; nobody types them."""


class TextPart(Frozen):
    """`hit`: this part is what was looked for."""

    text: str
    hit: bool = False


def prefix_query(text: str) -> str:
    """For to_tsquery: every word must occur, or begin a word. Empty when nothing is asked for."""
    return " & ".join(f"{_quoted(word)}:*" for word in text.replace("\x00", " ").split()[:MAX_WORDS])


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def parts_of(headline: str) -> tuple[TextPart, ...]:
    """A text with marks, taken apart."""
    return tuple(_parts(headline))


def _parts(headline: str) -> Iterator[TextPart]:
    for piece in headline.split(BEGINS):
        found, mark, after = piece.partition(ENDS)
        if mark:
            yield from (TextPart(text=found, hit=True),) if found else ()
        rest = after if mark else found
        if rest:
            yield TextPart(text=rest)
