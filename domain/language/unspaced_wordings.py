"""Wordings in scripts that write no spaces between words, or write them as they please.

The notation is that of domain.language.wordings, over letters in place of words:

    话|話       either text, as it is       い?         may be there or not
    <person>    a class of texts            ..  ...     up to six, up to sixteen letters, no comma between
    !用|が      and not one of these next   /           the clause or the message ends here
    ^           the clause begins here      _           a space, which may be missing
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property

from domain.language.text import fold

MAYBE_SPACE = r"\s*"
STOPS = ".!?;\n。।"
CLAUSE_STOPS = STOPS + ",、،"
GAPS = {"..": f"[^{CLAUSE_STOPS}]{{0,6}}?", "...": f"[^{CLAUSE_STOPS}]{{0,16}}?"}
ENDS = {"/": rf"(?=\s*(?:$|[{CLAUSE_STOPS}]))", "^": rf"(?:^|(?<=[{CLAUSE_STOPS}]))\s*"}


def fold_unspaced(text: str) -> str:
    """Folded like other text, but with the parts of a letter put together again, so that letters can be counted."""
    return unicodedata.normalize("NFC", fold(text))


class UnspacedWordings:
    """A table of wordings, one per line, with its classes of texts."""

    def __init__(self, table: str, classes: Mapping[str, str]) -> None:
        self._lines = [line.split() for line in fold_unspaced(table).splitlines() if line.strip()]
        self._classes = {name: fold_unspaced(texts).split() for name, texts in classes.items()}

    def found_in(self, text: str) -> bool:
        """Whether a wording stands in text that fold_unspaced has folded."""
        return bool(self._lines and self._pattern.search(text))

    def removed_from(self, text: str) -> str:
        return self._pattern.sub(" ", text) if self._lines else text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join("".join(self._part(part) for part in line) for line in self._lines))

    def _part(self, part: str) -> str:
        if part in GAPS or part in ENDS:
            return GAPS.get(part) or ENDS[part]
        if part.startswith("!"):
            return rf"(?!\s*{self._one_of(part[1:])})"
        return rf"\s*(?:{self._one_of(part[:-1])})?" if part.endswith("?") else rf"\s*{self._one_of(part)}"

    def _one_of(self, part: str) -> str:
        texts = [text for name in part.split("|") for text in self._texts(name)]
        alternatives = "|".join(re.escape(text).replace("_", MAYBE_SPACE) for text in texts)
        return f"(?:{alternatives})"

    def _texts(self, name: str) -> list[str]:
        return self._classes[name[1:-1]] if name.startswith("<") else [name]
