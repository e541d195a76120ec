"""The knowledge port: which passages may answer a question."""

from collections.abc import Collection
from typing import Protocol

from integrations.embeddings.base import Vector
from integrations.llm.base import Passage


class KnowledgeBase(Protocol):
    """Searches the articles of one spec version."""

    def search(
        self, question: str, vector: Vector | None = None, *, topics: Collection[str] = (), limit: int = 5
    ) -> tuple[Passage, ...]:
        """Best passages first. `vector` is that of the question; without it words alone decide.

        `topics` narrows to articles of these topics; empty means all.
        """
        ...
