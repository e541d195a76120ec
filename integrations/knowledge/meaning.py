"""How near a question's meaning is to each passage.

Compared are the passage as a whole, its heading, its nearest sentence, and the nearest question that its article is
known to answer.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from domain.language.text import sentences
from integrations.embeddings.base import KnownVectors, Vector, Vectors
from integrations.llm.base import Passage


def wordings_of(passage: Passage) -> list[str]:
    """The texts of a passage that are compared: the whole, its heading, then each sentence with the heading before."""
    heading = passage.heading or passage.title
    whole = f"{passage.title}. {passage.heading}. {passage.text}" if passage.heading else f"{heading}. {passage.text}"
    return [whole, heading, *(f"{heading}: {sentence}" for sentence in sentences(passage.text))]


class PassageMeanings:
    """Vectors of passages, at least one; a comparison takes well under a millisecond for a few hundred."""

    def __init__(
        self, passages: Sequence[Passage], known_questions: Mapping[str, Sequence[str]], vectors: KnownVectors
    ) -> None:
        wordings = [wordings_of(passage) for passage in passages]
        self._wholes = vectors.of([texts[0] for texts in wordings])
        self._headings = vectors.of([texts[1] for texts in wordings])
        self._sentences = _Groups([texts[2:] or texts[:1] for texts in wordings], vectors)
        self._asked = _Groups(
            [known_questions.get(p.article_id) or texts[:1] for p, texts in zip(passages, wordings, strict=True)],
            vectors,
        )

    def nearness(self, question: Vector) -> Vectors:
        """The mean of the four cosines for each passage, shape (passages,)."""
        one_by_one = (self._wholes + self._headings) @ question
        together = one_by_one + self._sentences.nearest(question) + self._asked.nearest(question)
        return (together / 4).astype(np.float32)


class _Groups:
    """Groups of texts, each kept once."""

    def __init__(self, groups: Sequence[Sequence[str]], vectors: KnownVectors) -> None:
        number = {text: row for row, text in enumerate(dict.fromkeys(text for group in groups for text in group))}
        self._vectors = vectors.of(list(number))
        self._rows = np.array([number[text] for group in groups for text in group], dtype=np.intp)
        self._starts = np.cumsum([0, *(len(group) for group in groups[:-1])])

    def nearest(self, question: Vector) -> Vectors:
        """The highest cosine of each group."""
        highest: Vectors = np.maximum.reduceat((self._vectors @ question)[self._rows], self._starts)
        return highest
