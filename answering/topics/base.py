"""The topic port: what a message is about."""

from typing import Protocol

from domain.quality.topics import TopicPrediction


class TopicModel(Protocol):
    """Trained on the labelled examples of one organisation."""

    def classify(self, text: str) -> TopicPrediction:
        """Any text is answered, the empty one with low confidence; milliseconds, no I/O."""
        ...
