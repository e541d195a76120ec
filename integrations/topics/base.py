"""The topic port: what a message is about."""

from typing import Protocol

from domain.topics import TopicPrediction


class TopicModel(Protocol):
    """Classifies one message; fitted on the examples of one spec version."""

    def predict(self, text: str) -> TopicPrediction: ...
