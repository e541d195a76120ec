"""How messages like this one were dealt with: answered by an AI agent, or by a person."""

from collections.abc import Sequence

import numpy as np

from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import OrganisationSpec
from integrations.embeddings.base import KnownVectors, Vector

SHARPNESS = 18.0
"""How much more a nearer precedent counts: 0.1 of cosine is a factor of 6."""
DOUBT = 0.45
"""A cosine at which a precedent counts as much as not knowing."""

Precedent = tuple[str, bool]
"""A message, and whether an AI agent may answer it."""


def precedents_of(specification: OrganisationSpec, labelled: Sequence[LabelledMessage]) -> list[Precedent]:
    """Examples of topics and of what is out of scope, and labelled messages; vague ones say nothing either way."""
    examples = [(text, not topic.escalate) for topic in specification.topics for text in topic.examples]
    outside = [(text, False) for text in specification.out_of_scope_examples]
    judged = [(m.text, m.expected != "escalate") for m in labelled if m.expected != "clarify"]
    return list(dict([*examples, *outside, *judged]).items())


class Precedents:
    """Compares meanings only: without vectors there is none."""

    def __init__(self, messages: Sequence[Precedent], vectors: KnownVectors) -> None:
        self._vectors = vectors.of([text for text, _ in messages])
        self._answered = np.array([answered for _, answered in messages], dtype=np.float32)

    def answered(self, vector: Vector | None) -> float:
        """Share of the precedents, nearer ones counting more, that an AI agent may answer; 0.5 where none is near."""
        if vector is None or not self._vectors.size:
            return 0.5
        weights = np.exp(SHARPNESS * (self._vectors @ vector - DOUBT))
        return float((weights @ self._answered + 0.5) / (weights.sum() + 1.0))
