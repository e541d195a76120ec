"""Which articles answer which topics, learned from the topics' own examples.

Each example of a topic is looked up in the knowledge base. An article belongs to the topic whose examples lead to it
most; a message of that topic prefers it, and it takes up the words of the examples.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from domain.quality.topics import TopicPrediction
from domain.specification.organisation import Topic
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import Passage

LOOKED_AT = 10
LOOKED_AT_FOR_QUESTIONS = 60
SHARPNESS = 4
FULL_SHARE = 0.4
PREFERENCE = 0.5


class TopicSources:
    """Made once for each spec version."""

    def __init__(
        self, topics: Iterable[Topic], knowledge: KnowledgeBase, vectors: KnownVectors = NOTHING_KNOWN
    ) -> None:
        """`vectors` holds those of the topics' examples, or nothing."""
        self._topics = tuple(topic for topic in topics if not topic.escalate)
        self._knowledge = knowledge
        self._vectors = vectors
        self._shares = {topic.id: self._shares_of(topic.examples) for topic in self._topics}
        self.topic_of = _owners(self._shares)
        """The topic of each article, by article id; articles that no example leads to have none."""
        for article, topic_id in self.topic_of.items():
            self._shares[topic_id][article] = 1.0

    def preferred(self, passages: Iterable[Passage], prediction: TopicPrediction) -> list[Passage]:
        """Passages with a score that also counts how well their article fits the topic, best first."""
        fits = defaultdict[str, float](float)
        for topic in prediction.alternatives:
            for article, share in self._shares.get(topic.label, {}).items():
                fits[article] += topic.probability * share
        scored = [
            passage.model_copy(
                update={"score": min((1 - PREFERENCE) * passage.score + PREFERENCE * fits[passage.article_id], 1.0)}
            )
            for passage in passages
        ]
        return sorted(scored, key=lambda passage: -passage.score)

    def known_questions(self) -> dict[str, list[str]]:
        """Examples by the article that answers them: of the topic's articles, the one that fits best."""
        questions = defaultdict[str, list[str]](list)
        for topic in self._topics:
            articles = self.articles_of(topic.id)
            for example in topic.examples:
                found = (p.article_id for p in self._search(example, LOOKED_AT_FOR_QUESTIONS))
                best = next((article for article in found if article in articles), None)
                if best or len(articles) == 1:
                    questions[best or articles[0]].append(example)
        return dict(questions)

    def articles_of(self, topic_id: str) -> list[str]:
        """Ids of the articles that belong to a topic."""
        return [article for article, topic in self.topic_of.items() if topic == topic_id]

    def _shares_of(self, examples: Sequence[str]) -> dict[str, float]:
        """How much of a topic each article answers, 1 for an article that clearly does."""
        shares = defaultdict[str, float](float)
        for example in examples:
            best: dict[str, float] = {}
            for passage in self._search(example, LOOKED_AT):
                best.setdefault(passage.article_id, passage.score**SHARPNESS)
            for article, weight in best.items():
                shares[article] += weight / sum(best.values()) / len(examples)
        return {article: min(share / FULL_SHARE, 1.0) for article, share in shares.items()}

    def _search(self, example: str, limit: int) -> Sequence[Passage]:
        return self._knowledge.search(example, self._vectors.get(example), limit=limit)


def _owners(shares: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    articles = sorted({article for found in shares.values() for article in found})
    return {article: max(shares, key=lambda topic: shares[topic].get(article, 0.0)) for article in articles}
