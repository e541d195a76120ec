"""Which articles answer which topics, learned from the topics' own examples.

Each example of a topic is looked up in the knowledge base, and the articles that its examples lead to again and again
are the topic's sources. A message of that topic prefers them, and they take up the words of the examples.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from domain.spec import Topic
from domain.topics import TopicPrediction
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import Passage

LOOKED_AT = 10
SHARPNESS = 4
FULL_SHARE = 0.4
PREFERENCE = 0.4
MAIN_SHARE = 0.85
LOOKED_AT_FOR_QUESTIONS = 60


class TopicSources:
    """Made once for each spec version."""

    def __init__(self, topics: Iterable[Topic], knowledge: KnowledgeBase) -> None:
        self._shares = {topic.id: _shares(topic.examples, knowledge) for topic in topics}

    def preferred(self, passages: Iterable[Passage], prediction: TopicPrediction) -> list[Passage]:
        """Passages with a score that also counts how well their article fits the topic, best first."""
        preference = self._preference(prediction)
        scored = [
            passage.model_copy(
                update={"score": (1 - PREFERENCE) * passage.score + PREFERENCE * preference.get(passage.article_id, 0)}
            )
            for passage in passages
        ]
        return sorted(scored, key=lambda passage: -passage.score)

    def _preference(self, prediction: TopicPrediction) -> dict[str, float]:
        preference = defaultdict[str, float](float)
        for topic in prediction.alternatives:
            for article, share in self._shares.get(topic.label, {}).items():
                preference[article] += topic.probability * share
        return preference


def _shares(examples: Sequence[str], knowledge: KnowledgeBase) -> dict[str, float]:
    """How much of a topic each article answers, 1 for an article that clearly does."""
    shares = defaultdict[str, float](float)
    for example in examples:
        best: dict[str, float] = {}
        for passage in knowledge.search(example, limit=LOOKED_AT):
            best.setdefault(passage.article_id, passage.score**SHARPNESS)
        for article, weight in best.items():
            shares[article] += weight / sum(best.values()) / len(examples)
    return {article: min(share / FULL_SHARE, 1.0) for article, share in shares.items()}


def known_questions(topics: Iterable[Topic], knowledge: KnowledgeBase) -> dict[str, list[str]]:
    """Examples of topics by the article that answers them: the best of the topic's main articles."""
    questions = defaultdict[str, list[str]](list)
    for topic in topics:
        main = {article for article, share in _shares(topic.examples, knowledge).items() if share >= MAIN_SHARE}
        for example in () if topic.escalate else topic.examples:
            found = (p.article_id for p in knowledge.search(example, limit=LOOKED_AT_FOR_QUESTIONS))
            best = next((article for article in found if article in main), None)
            if best or len(main) == 1:
                questions[best or min(main)].append(example)
    return dict(questions)
