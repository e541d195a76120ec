"""Which sentences of a passage answer a question, word for word."""

import re
from collections.abc import Sequence

from domain.language.questions import asks_how
from domain.language.text import sentences
from integrations.llm.base import Passage
from integrations.stemming import stemmer_for

MAX_ANSWER_WORDS = 90
COMPANION_SHARE = 0.8
LIST_ITEM = re.compile(r"^(?:- |\d{1,2}\. )")
NUMBERED_LINE = re.compile(r"^\d{1,2}\. ", re.MULTILINE)


def answer_from(passage: Passage, question: str, language: str, longest_words: int = MAX_ANSWER_WORDS) -> str:
    """The passage itself when it is short, else its sentences that fit the question, in their order."""
    asked = frozenset(stemmer_for(language).stems(question))
    units = [_rows_asked_for(unit, asked, language) for unit in _units(passage.text)]
    fit = [len(asked.intersection(stemmer_for(language).stems(unit))) for unit in units]
    chosen: set[int] = set()
    room = longest_words
    for number in sorted(range(len(units)), key=lambda number: (-fit[number], number)):
        length = len(units[number].split())
        if not chosen or length <= room:
            chosen.add(number)
            room -= length
    return _joined([units[number] for number in sorted(chosen)])


def passages_for_answer(found: Sequence[Passage], question: str) -> list[Passage]:
    """The best passage with what completes it: steps for `how do I`, the introduction before bare steps.

    `found` is what one search found, best first.
    """
    best = found[0]
    close = [p for p in found if p.article_id == best.article_id and p.score >= COMPANION_SHARE * best.score]
    chosen = [best]
    if asks_how(question) and not NUMBERED_LINE.search(best.text):
        chosen += [passage for passage in close if NUMBERED_LINE.search(passage.text)][:1]
    if all(NUMBERED_LINE.match(passage.text) for passage in chosen):
        chosen += [passage for passage in close if passage.position == 0 and passage not in chosen]
    return sorted(chosen, key=lambda passage: passage.position)


def _units(text: str) -> list[str]:
    """Sentences; a list is one unit with the line that introduces it."""
    units: list[str] = []
    for line in text.split("\n"):
        if not LIST_ITEM.match(line):
            units.extend(sentences(line))
        elif units and (units[-1].endswith(":") or LIST_ITEM.match(units[-1].split("\n")[-1])):
            units[-1] += f"\n{line}"
        else:
            units.append(line)
    return units


def _rows_asked_for(unit: str, asked: frozenset[str], language: str) -> str:
    """Of a list without order, such as the rows of a table, the entries that the question names, if it names some."""
    lines = unit.split("\n")
    rows = [line for line in lines if line.startswith("- ")]
    stems = [frozenset(stemmer_for(language).stems(row)) for row in rows]
    telling = {stem for stem in asked if 0 < sum(stem in row for row in stems) <= len(rows) / 2}
    named = {row for row, found in zip(rows, stems, strict=True) if telling & found}
    if not named or len(rows) < 2:
        return unit
    return "\n".join(line for line in lines if line in named or not line.startswith("- "))


def _joined(units: Sequence[str]) -> str:
    """Sentences in one line; a list on lines of its own, with an empty one after it."""
    text = ""
    for unit in units:
        after_list, is_list = LIST_ITEM.match(text.split("\n")[-1]), LIST_ITEM.match(unit)
        between = "\n" if is_list else "\n\n" if after_list else " "
        text += f"{between}{unit}" if text else unit
    return text
