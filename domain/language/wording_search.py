"""Many tables of wordings searched at once: only a wording whose words all stand in the sentence is tried.

The tables use the notation of domain.language.wordings. A table of hundreds of lines costs one look-up per word of the
message and few regular expressions, each of which is compiled when it is first tried.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.language.text import WORD
from domain.language.wordings import GAPS, pattern_of

STEM_STARTS = 3
"""Stems are kept by so many of their first letters."""
MARKS = frozenset([*GAPS, "/", "^"])


@dataclass(frozen=True)
class Table:
    """Folded wordings of one language, one per line, with their classes of words."""

    language: str
    lines: tuple[str, ...]
    classes: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """One line of a table. `needs` are the numbers of the sets of words of which the sentence must have one each."""

    table: Table
    line: str
    needs: frozenset[int]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(pattern_of(self.line, self.table.classes))


class WordingSearch:
    """Which tables have a wording that stands in a sentence?"""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._numbers: dict[frozenset[str], int] = {}
        self._words: defaultdict[str, set[int]] = defaultdict(set)
        self._stems: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._wordings: defaultdict[int, list[Wording]] = defaultdict(list)
        for table in tables:
            for line in table.lines:
                self._add(table, line)

    @property
    def known_words(self) -> Iterable[str]:
        """The whole words that open a wording's parts, without stems."""
        return self._words.keys()

    def languages_in(self, sentence: str) -> Iterator[str]:
        """The language of every wording that stands in one folded sentence; a language may come twice."""
        present = self._present_in(WORD.findall(sentence))
        for number in present:
            for wording in self._wordings.get(number, ()):
                if wording.needs <= present and wording.pattern.search(sentence):
                    yield wording.table.language

    def _present_in(self, found: Iterable[str]) -> set[int]:
        present: set[int] = set()
        for word in set(found):
            present |= self._words.get(word, frozenset())
            stems = self._stems.get(word[:STEM_STARTS], ())
            present.update(number for stem, number in stems if word.startswith(stem))
        return present

    def _add(self, table: Table, line: str) -> None:
        numbers = [self._number(needed) for needed in needed_words(line, table.classes)]
        self._wordings[numbers[-1]].append(Wording(table, line, frozenset(numbers)))

    def _number(self, needed: frozenset[str]) -> int:
        if needed not in self._numbers:
            number = self._numbers[needed] = len(self._numbers)
            for word in needed:
                self._remember(word, number)
        return self._numbers[needed]

    def _remember(self, word: str, number: int) -> None:
        if not word.endswith("*"):
            self._words[word].add(number)
            return
        stem = word.removesuffix("*")
        if len(stem) < STEM_STARTS:
            raise ValueError(f"{word}: a stem has {STEM_STARTS} letters at least")
        self._stems[stem[:STEM_STARTS]].append((stem, number))


def needed_words(line: str, classes: Mapping[str, str]) -> list[frozenset[str]]:
    """For each part of a wording that must be there, the words or stems (`refund*`) it can begin with."""
    parts = [part for part in line.split() if part not in MARKS and not part.startswith("!") and not part.endswith("?")]
    return [frozenset(word.split("_")[0] for word in _alternatives(part, classes)) for part in parts]


def _alternatives(part: str, classes: Mapping[str, str]) -> Iterator[str]:
    for word in part.split("|"):
        yield from classes[word[1:-1]].split() if word.startswith("<") else [word]
