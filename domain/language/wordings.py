"""A small notation for the many wordings of one intention, so that tables of them stay readable.

A wording is a line of tokens that follow each other within one sentence of folded text (domain.language.text.fold):

    talk|speak      either word            refund*      any word that begins so
    customer_care   two words in a row     please?      may be there or not
    <person>        a class of words       ..  ...      up to three, up to six other words, no comma between
    !role|for       and not one of these next          /   the clause or the message ends here
    ^               the message begins here
"""

import re
from collections.abc import Mapping

from domain.language.text import fold

BETWEEN = r"[^\w.!?;\n]+"
GAPS = {"..": r"(?:[^\w.!?;,\n]+\w+){0,3}?", "...": r"(?:[^\w.!?;,\n]+\w+){0,6}?"}
END = r"(?=\s*(?:$|[.!?,;:)\n]))"
NO_CLASSES: Mapping[str, str] = {}
START = r"\A\W*"


class Wordings:
    """A table of wordings, one per line, with its classes of words."""

    def __init__(self, table: str, **classes: str) -> None:
        lines = [line for line in table.splitlines() if line.strip()]
        self._pattern = re.compile("|".join(pattern_of(line, classes) for line in lines))

    def found_in(self, text: str) -> bool:
        return bool(self._pattern.search(fold(text)))

    def removed_from(self, text: str) -> str:
        """The folded text without these wordings."""
        return self._pattern.sub(" ", fold(text))


def pattern_of(wording: str, classes: Mapping[str, str] = NO_CLASSES) -> str:
    """The regular expression of one wording, without groups that capture."""
    return _compiled(wording.split(), classes)


def _compiled(tokens: list[str], classes: Mapping[str, str]) -> str:
    if tokens[0] == "^":
        return START + _compiled(tokens[1:], classes)
    return rf"\b{_words(tokens[0], classes)}" + "".join(_following(token, classes) for token in tokens[1:])


def _following(token: str, classes: Mapping[str, str]) -> str:
    if token in GAPS:
        return GAPS[token]
    if token == "/":  # noqa: S105 (a mark of the notation)
        return END
    if token.startswith("!"):
        return rf"(?!{BETWEEN}{_words(token[1:], classes)})"
    if token.endswith("?"):
        return rf"(?:{BETWEEN}{_words(token[:-1], classes)})?"
    return BETWEEN + _words(token, classes)


def _words(token: str, classes: Mapping[str, str]) -> str:
    named = "|".join("|".join(classes[part[1:-1]].split()) if part[0] == "<" else part for part in token.split("|"))
    return rf"(?:{'|'.join(_word(word) for word in named.split('|'))})\b"


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace("_", BETWEEN)
