"""Which sentences of a passage answer a question."""

import re

from domain.text import sentences
from integrations.llm.base import Passage
from integrations.stemming import stemmer_for

LONGEST_ANSWER_WORDS = 90
LIST_ITEM = re.compile(r"^(?:- |\d{1,2}\. )")


def answer_from(passage: Passage, question: str, language: str, longest_words: int = LONGEST_ANSWER_WORDS) -> str:
    """The passage itself when it is short, else its sentences that fit the question, in their order, verbatim."""
    if len(passage.text.split()) <= longest_words:
        return passage.text
    asked = set(stemmer_for(language).stems(question))
    units = _units(passage.text)
    fit = [len(asked & set(stemmer_for(language).stems(unit))) / (len(asked) or 1) for unit in units]
    chosen: set[int] = set()
    budget = longest_words
    for number in sorted(range(len(units)), key=lambda number: (-fit[number], number)):
        length = len(units[number].split())
        if not chosen or length <= budget:
            chosen.add(number)
            budget -= length
    return "\n".join(units[number] for number in sorted(chosen))


def _units(text: str) -> list[str]:
    """Sentences, with a whole list and the line that introduces it as one unit."""
    units: list[str] = []
    for line in text.split("\n"):
        continues = (
            LIST_ITEM.match(line) and units and (LIST_ITEM.search(units[-1].split("\n")[-1]) or units[-1].endswith(":"))
        )
        if continues:
            units[-1] += f"\n{line}"
        else:
            units.extend([line] if LIST_ITEM.match(line) else sentences(line))
    return units
