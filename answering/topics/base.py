"""The topic port: what a message is about."""

from typing import Protocol

from domain.quality.topics import TopicPrediction
from integrations.embeddings.base import Vector


class TopicModel(Protocol):
    """Trained on the labelled examples of one organisation."""

    @property
    def embedder(self) -> str:
        """The model whose vectors it was trained with; empty: it knows words only."""
        ...

    def classify(self, text: str, vector: Vector | None = None) -> TopicPrediction:
        """Any text is answered, the empty one with low confidence; milliseconds, no I/O.

        `vector` is that of the text, by the model that `embedder` names.
        """
        ...
