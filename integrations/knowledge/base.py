"""The knowledge port: which passages may answer a question."""

from collections.abc import Collection
from typing import Protocol

from integrations.llm.base import Passage


class KnowledgeBase(Protocol):
    """Searches the articles of one spec version."""

    def search(self, question: str, *, topics: Collection[str] = (), limit: int = 5) -> tuple[Passage, ...]:
        """Best passages first. `topics` narrows to articles of these topics; empty means all."""
        ...
