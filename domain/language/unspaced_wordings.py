"""Wordings in scripts that write no spaces between words, or write them as they please.

The notation is that of domain.language.wordings, over letters in place of words:

    话|話       either text, as it is       い?         may be there or not
    <person>    a class of texts            ..  ...     up to six, up to sixteen letters, no comma between
    !用|が      and not one of these next   /           the clause or the message ends here
    ^           the clause begins here      _           a space, which may be missing
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property

from domain.language.text import fold

MAYBE_SPACE = r"\s*"
STOPS = ".!?;\n。।"
CLAUSE_STOPS = STOPS + ",、،"
GAPS = {"..": f"[^{CLAUSE_STOPS}]{{0,6}}?", "...": f"[^{CLAUSE_STOPS}]{{0,16}}?"}
ENDS = {"/": rf"(?=\s*(?:$|[{CLAUSE_STOPS}]))", "^": rf"(?:^|(?<=[{CLAUSE_STOPS}]))\s*"}


def joined_letters(folded: str) -> str:
    """Folded text (domain.language.text.fold), each letter put together again, so that letters can be counted."""
    return unicodedata.normalize("NFC", folded)


class UnspacedWordings:
    """A table of wordings, one per line, with its classes of texts."""

    def __init__(self, table: str, classes: Mapping[str, str]) -> None:
        named = {name: joined_letters(fold(texts)).split() for name, texts in classes.items()}
        lines = (line.split() for line in joined_letters(fold(table)).splitlines())
        self._wordings = [_Wording(line, named) for line in lines if line]

    def found_in(self, text: str) -> bool:
        """Whether a wording stands in text as joined_letters returns it."""
        return any(wording.pattern.search(text) for wording in self._wordings if wording.may_stand_in(text))

    def removed_from(self, text: str) -> str:
        for wording in self._wordings:
            if wording.may_stand_in(text):
                text = wording.pattern.sub(" ", text)
        return text


class _Wording:
    """One line. Most lines are dismissed by looking for the texts that it cannot do without."""

    def __init__(self, parts: Sequence[str], classes: Mapping[str, Sequence[str]]) -> None:
        self._parts = parts
        self._classes = classes
        self._needs = [
            {text.split("_")[0] for text in self._texts(part)}
            for part in parts
            if part not in GAPS and part not in ENDS and part[0] != "!" and part[-1] != "?"
        ]

    def may_stand_in(self, text: str) -> bool:
        return all(any(needed in text for needed in texts) for texts in self._needs)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("".join(self._expression(part) for part in self._parts))

    def _expression(self, part: str) -> str:
        if part in GAPS or part in ENDS:
            return GAPS.get(part) or ENDS[part]
        if part.startswith("!"):
            return rf"(?!\s*{self._one_of(part[1:])})"
        return rf"\s*(?:{self._one_of(part[:-1])})?" if part.endswith("?") else rf"\s*{self._one_of(part)}"

    def _one_of(self, part: str) -> str:
        alternatives = "|".join(re.escape(text).replace("_", MAYBE_SPACE) for text in self._texts(part))
        return f"(?:{alternatives})"

    def _texts(self, part: str) -> list[str]:
        return [text for name in part.split("|") for text in self._named(name)]

    def _named(self, name: str) -> Sequence[str]:
        return self._classes[name[1:-1]] if name.startswith("<") else [name]
