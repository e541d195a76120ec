"""The knowledge base over the Markdown articles of one spec version, held in memory.

A passage's score is the share of the question's meaning that it covers: each word of the question counts by how rare
it is in the articles (inverse document frequency), and a passage earns a word in full from its title, nearly in full
from its heading and by frequency from its text. So a score means the same for every question, from 0 to 1.

Customers rarely use the words of an article. Questions that are known to be answered by an article lend it theirs; and
where there are vectors, the score is for the most part how near the meanings are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.specification.organisation import Article
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors, Vector
from integrations.knowledge.meaning import PassageMeanings
from integrations.knowledge.passages import sections_of
from integrations.llm.base import Passage
from integrations.stemming import stemmer_for

TITLE_WEIGHT = 1.0
HEADING_WEIGHT = 0.95
TEXT_SATURATION = 0.35
KNOWN_QUESTION_WEIGHT = 0.6
KNOWN_QUESTION_SATURATION = 0.5
ELSEWHERE_WEIGHT = 0.35
UNKNOWN_WORD_SHARE = 0.5
SHARE_OF_WORDS = 0.2
UNRELATED, SAME = 0.15, 0.75
"""Of the mean of cosines and the score by words: what texts reach that have nothing to do with each other, and what a
question reaches that an article answers nearly in its own words."""


Scores = NDArray[np.float64]
"""Shape (passages,), 0 to 1."""


class _ArticleWords(NamedTuple):
    """Stems of an article's title, of all its text, and of known questions with the number of those."""

    title: set[str]
    anywhere: set[str]
    asked: Counter[str]


def _by_both(by_words: Scores, nearness: Vector) -> Scores:
    together = (1 - SHARE_OF_WORDS) * nearness + SHARE_OF_WORDS * by_words
    return np.clip((together - UNRELATED) / (SAME - UNRELATED), 0.0, 1.0)


class MarkdownKnowledge:
    """An inverted index; a search takes well under a millisecond for a few hundred passages."""

    def __init__(
        self,
        articles: Iterable[Article],
        language: str = "en",
        known_questions: Mapping[str, Sequence[str]] | None = None,
        vectors: KnownVectors = NOTHING_KNOWN,
    ) -> None:
        """`known_questions` are customers' questions by the id of the article that answers them.

        `vectors` holds those of the known questions and of each passage's wordings, or nothing.
        """
        self._stems = stemmer_for(language).stems
        self._passages: list[Passage] = []
        self._topics: list[str] = []
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        for article in articles:
            self._add(article, (known_questions or {}).get(article.id, ()))
        meant = vectors.model and self._passages
        self._meanings = PassageMeanings(self._passages, known_questions or {}, vectors) if meant else None
        self._rarity = {stem: self._rarity_of(len(found)) for stem, found in self._weights.items()}

    def search(
        self, question: str, vector: Vector | None = None, *, topics: Collection[str] = (), limit: int = 5
    ) -> tuple[Passage, ...]:
        """Best passages first; none that has nothing to do with the question."""
        scores = self._by_words(question)
        if self._meanings is not None and vector is not None and question.strip():
            scores = _by_both(scores, self._meanings.nearness(vector))
        allowed = np.isin(self._topics, list(topics)) if topics else True
        found = np.flatnonzero((scores > 0) & allowed)
        best = found[np.argsort(-scores[found], kind="stable")][:limit]
        return tuple(self._found(number, float(scores[number]), question) for number in best.tolist())

    @property
    def passages(self) -> Sequence[Passage]:
        """All of them, in the order of the articles, found for nothing."""
        return self._passages

    def _by_words(self, question: str) -> Scores:
        """The score of each passage: 0 of one that shares no word with the question."""
        asked = dict.fromkeys(self._stems(question))
        meaning = sum(self._rarity.get(stem, self._unknown_rarity) for stem in asked)
        scores = np.zeros(len(self._passages))
        for stem in asked:
            for number, weight in self._weights.get(stem, {}).items():
                scores[number] += self._rarity[stem] * weight
        return np.minimum(scores / meaning, 1.0) if asked else scores

    @property
    def _unknown_rarity(self) -> float:
        return self._rarity_of(0) * UNKNOWN_WORD_SHARE

    def _rarity_of(self, passages_with_it: int) -> float:
        return log(1 + (len(self._passages) + 0.5) / (passages_with_it + 0.5))

    def _found(self, number: int, score: float, question: str) -> Passage:
        return self._passages[number].model_copy(update={"score": score, "found_for": question})

    def _add(self, article: Article, questions: Sequence[str]) -> None:
        sections = list(sections_of(article))
        words = _ArticleWords(
            title=set(self._stems(article.title)),
            anywhere={stem for _, text in sections for stem in self._stems(text)},
            asked=Counter(stem for question in questions for stem in set(self._stems(question))),
        )
        for position, (heading, text) in enumerate(sections):
            passage = Passage(
                article_id=article.id,
                title=article.title,
                source=article.source,
                heading=heading,
                text=text,
                score=0.0,
                position=position,
            )
            self._weigh(words, set(self._stems(heading)), Counter(self._stems(text)))
            self._passages.append(passage)
            self._topics.append(article.topic)

    def _weigh(self, words: _ArticleWords, heading: set[str], text: Counter[str]) -> None:
        """The weight of each word for the next passage: the best of the reasons to give it any."""
        for stem in words.title | heading | words.anywhere | words.asked.keys():
            asked = words.asked[stem]
            self._weights[stem][len(self._passages)] = max(
                TITLE_WEIGHT * (stem in words.title),
                HEADING_WEIGHT * (stem in heading),
                text[stem] / (text[stem] + TEXT_SATURATION),
                KNOWN_QUESTION_WEIGHT * asked / (asked + KNOWN_QUESTION_SATURATION),
                ELSEWHERE_WEIGHT * (stem in words.anywhere),
            )
