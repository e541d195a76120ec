"""Looking up what answers each question of a message."""

from collections.abc import Sequence
from dataclasses import dataclass

from answering.precedents import NOTHING_ALIKE, Likeness
from answering.topic_sources import TopicSources
from domain.quality.topics import TopicPrediction
from domain.specification.organisation import AiAgentSpec
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import Passage

PASSAGES_SEARCHED = 30
PASSAGES_PER_QUESTION = 4


@dataclass(frozen=True)
class Asked:
    """One question, and what it looks like before anything is searched."""

    text: str
    prediction: TopicPrediction
    likeness: Likeness = NOTHING_ALIKE


@dataclass(frozen=True)
class Retrieved:
    """What was found for one question, best first."""

    ranked: Sequence[Passage]
    coverage: float
    """Share of the question's meaning that one passage covers, 0 to 1, whatever its topic."""

    search_lead: float = 0.0
    """How much better the best passage's article fits by the search alone, as 0 to 1: 0.5 is level with the next."""

    @property
    def passages(self) -> Sequence[Passage]:
        """Those that a writer gets."""
        return self.ranked[:PASSAGES_PER_QUESTION]

    @property
    def fit(self) -> float:
        return self.ranked[0].score if self.ranked else 0.0

    @property
    def best_articles(self) -> Sequence[Passage]:
        """The best passage of each article, best first."""
        best = dict[str, Passage]()
        for passage in self.ranked:
            best.setdefault(passage.article_id, passage)
        return list(best.values())

    @property
    def lead(self) -> float:
        """How much better the best passage fits than the best of any other article."""
        others = (passage.score for passage in self.ranked if passage.article_id != self.ranked[0].article_id)
        return self.fit - max(others, default=0.0)


class Retrieval:
    """Searches the knowledge that an AI agent may cite, with preference for the topic's sources."""

    def __init__(self, knowledge: KnowledgeBase, sources: TopicSources) -> None:
        self._knowledge = knowledge
        self._sources = sources

    def look_up(self, asked: Asked, ai_agent: AiAgentSpec, vectors: KnownVectors = NOTHING_KNOWN) -> Retrieved:
        """`vectors` holds that of the question, or nothing."""
        passages = self._knowledge.search(
            asked.text, vectors.get(asked.text), topics=ai_agent.knowledge_topics, limit=PASSAGES_SEARCHED
        )
        ranked = _with_precedents(self._sources.preferred(passages, asked.prediction), asked.likeness)
        if not ranked:
            return Retrieved(ranked, 0.0)
        own, others = (
            [p.score for p in passages if (p.article_id == ranked[0].article_id) is same] for same in (True, False)
        )
        return Retrieved(ranked, passages[0].score, (1 + max(own) - max(others, default=0.0)) / 2)

    def for_instruction(
        self, instruction: str, ai_agent: AiAgentSpec, vectors: KnownVectors = NOTHING_KNOWN
    ) -> Sequence[Passage]:
        """Passages that say what a reviewer or colleague asked for."""
        if not instruction:
            return ()
        return self._knowledge.search(
            instruction, vectors.get(instruction), topics=ai_agent.knowledge_topics, limit=PASSAGES_PER_QUESTION
        )


def _with_precedents(passages: Sequence[Passage], likeness: Likeness) -> list[Passage]:
    """An article that answered such messages fits as far as they are alike, whatever the search says."""
    scored = [
        passage.model_copy(update={"score": 1 - (1 - passage.score) * (1 - likeness.share(passage.article_id))})
        for passage in passages
    ]
    return sorted(scored, key=lambda passage: -passage.score)
