"""The knowledge base over the Markdown articles of one spec version, held in memory.

A passage's score is the share of the question's meaning that it covers: each word of the question counts by how rare
it is in the articles (inverse document frequency), and a passage earns a word in full from its title, nearly in full
from its heading and by frequency from its text. So a score means the same for every question, from 0 to 1.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from math import log

from domain.spec import Article
from integrations.knowledge.passages import sections_of
from integrations.llm.base import Passage
from integrations.stemming import Stemmer, stemmer_for

TITLE_WEIGHT = 1.0
HEADING_WEIGHT = 0.95
TEXT_SATURATION = 0.35
ELSEWHERE_WEIGHT = 0.35
UNKNOWN_WORD_SHARE = 0.5


class MarkdownKnowledge:
    """An inverted index; a search takes well under a millisecond for a few hundred passages."""

    def __init__(self, articles: Iterable[Article], language: str = "en") -> None:
        self._stemmer = stemmer_for(language)
        self._passages: list[Passage] = []
        self._topics: list[str] = []
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        for article in articles:
            self._add(article)
        self._rarity = {stem: self._rarity_of(len(found)) for stem, found in self._weights.items()}

    def search(self, question: str, *, topics: Collection[str] = (), limit: int = 5) -> tuple[Passage, ...]:
        """Best passages first; none that shares no word with the question."""
        asked = dict.fromkeys(self._stemmer.stems(question))
        meaning = sum(self._rarity.get(stem, self._unknown_rarity) for stem in asked)
        scores: dict[int, float] = defaultdict(float)
        for stem in asked:
            for number, weight in self._weights.get(stem, {}).items():
                scores[number] += self._rarity[stem] * weight
        allowed = [number for number in scores if not topics or self._topics[number] in topics]
        best = sorted(allowed, key=lambda number: (-scores[number], number))[:limit]
        return tuple(self._found(number, scores[number] / meaning, question) for number in best)

    @property
    def _unknown_rarity(self) -> float:
        return self._rarity_of(0) * UNKNOWN_WORD_SHARE

    def _rarity_of(self, passages_with_it: int) -> float:
        return log(1 + (len(self._passages) + 0.5) / (passages_with_it + 0.5))

    def _found(self, number: int, score: float, question: str) -> Passage:
        return self._passages[number].model_copy(update={"score": min(score, 1.0), "found_for": question})

    def _add(self, article: Article) -> None:
        sections = list(sections_of(article))
        everywhere = _stems(self._stemmer, (text for _, text in sections))
        title = set(self._stemmer.stems(article.title))
        for position, (heading, text) in enumerate(sections):
            number = len(self._passages)
            self._passages.append(
                Passage(
                    article_id=article.id,
                    title=article.title,
                    source=article.source,
                    heading=heading,
                    text=text,
                    score=0.0,
                    position=position,
                )
            )
            self._topics.append(article.topic)
            self._weigh(
                number, title, set(self._stemmer.stems(heading)), Counter(self._stemmer.stems(text)), everywhere
            )

    def _weigh(self, number: int, title: set[str], heading: set[str], text: Counter[str], article: set[str]) -> None:
        """A word of another section of the same article earns a little: the article is about it."""
        for stem in title | heading | article:
            weight = max(
                TITLE_WEIGHT * (stem in title),
                HEADING_WEIGHT * (stem in heading),
                text[stem] / (text[stem] + TEXT_SATURATION),
                ELSEWHERE_WEIGHT,
            )
            self._weights[stem][number] = weight


def _stems(stemmer: Stemmer, texts: Iterable[str]) -> set[str]:
    return {stem for text in texts for stem in stemmer.stems(text)}
