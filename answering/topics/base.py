"""The topic port: what a message is about."""

from collections.abc import Sequence
from typing import Protocol

from domain.quality.topics import TopicPrediction
from integrations.embeddings.base import Vectors


class TopicModel(Protocol):
    """Trained on the labelled examples of one organisation."""

    @property
    def embedder(self) -> str:
        """The model whose vectors it was trained with; empty: it knows words only."""
        ...

    def classify_all(self, texts: Sequence[str], vectors: Vectors | None = None) -> list[TopicPrediction]:
        """One prediction for each text, in order; the empty text has low confidence. Milliseconds, no I/O.

        `vectors` are those of the texts, by the model that `embedder` names.
        """
        ...
