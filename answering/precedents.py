"""How messages like this one were dealt with: answered from which source, asked back, or passed to a person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from domain.identity.fact_questions import fact_questions
from domain.language.common_messages import COURTESIES, SAYS_TOO_LITTLE
from domain.quality.evaluation import LabelledMessage
from domain.specification.macros import MACRO
from domain.specification.organisation import OrganisationSpec
from integrations.embeddings.base import KnownVectors, Vector

SHARPNESS = 18.0
"""How much more a nearer precedent counts: 0.1 of cosine is a factor of 6."""
DOUBT = 0.45
"""A cosine at which a precedent counts as much as not knowing."""
ENOUGH_FOR_A_FACT = 0.2
"""Least share of the precedents that ask for a customer fact, beside being more than those that an article answers."""
MOST = 0.5

Treatment = Literal["answered", "approved", "person", "asked_back", "courtesy"]


@dataclass(frozen=True)
class Precedent:
    """A message, what was done with it, and the sources that answered it: article ids and `fact:<name>`."""

    text: str
    treatment: Treatment
    sources: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return (*self.sources, self.treatment)


@dataclass(frozen=True)
class Likeness:
    """What precedents say of a message, nearer ones counting more.

    `shares` has the share of their weight by source and by treatment, 0 to 1; where none is near, all are near 0.
    """

    answered: float = 0.5
    """Share that an AI agent may answer, perhaps with approval; 0.5 where none is near. Vague ones do not count."""
    shares: Mapping[str, float] = field(default_factory=dict)

    def share(self, label: str) -> float:
        return self.shares.get(label, 0.0)

    def lead_of(self, sources: Collection[str]) -> float:
        """How much more the best of these sources has than any other, and than what is no answer.

        As 0 to 1: 0.5 is level with the next.
        """
        best = max((self.share(source) for source in sources), default=0.0)
        rivals = (share for label, share in self.shares.items() if label not in sources and label not in ANSWERS)
        return (1 + best - max(rivals, default=0.0)) / 2

    def mostly(self, treatment: Treatment) -> bool:
        return self.share(treatment) > MOST

    @property
    def fact(self) -> str | None:
        """The name of the customer fact that such messages ask for, where more of them do than are about articles."""
        facts = {label: share for label, share in self.shares.items() if label.startswith("fact:")}
        articles = sum(share for label, share in self.shares.items() if label not in facts and label not in TREATMENTS)
        if sum(facts.values()) <= max(articles, ENOUGH_FOR_A_FACT):
            return None
        return max(facts, key=lambda label: facts[label]).removeprefix("fact:")


ANSWERS = frozenset[str]({"answered", "approved"})
TREATMENTS = frozenset[str](get_args(Treatment))
NOTHING_ALIKE = Likeness()


class Precedents:
    """Compares meanings only: without vectors nothing is alike."""

    def __init__(self, precedents: Sequence[Precedent], vectors: KnownVectors) -> None:
        self._vectors = vectors.of([precedent.text for precedent in precedents])
        self._labels = sorted({label for precedent in precedents for label in precedent.labels})
        column = {label: number for number, label in enumerate(self._labels)}
        self._marks = np.zeros((len(precedents), len(self._labels)), dtype=np.float32)
        for row, precedent in enumerate(precedents):
            self._marks[row, [column[label] for label in precedent.labels]] = 1
        self._counts = np.array([p.treatment != "asked_back" for p in precedents], dtype=np.float32)
        self._answered = self._counts * np.array([p.treatment != "person" for p in precedents], dtype=np.float32)

    def like(self, vector: Vector | None) -> Likeness:
        """`vector` is that of one question; None is known of nothing."""
        if vector is None or not self._vectors.size:
            return NOTHING_ALIKE
        weights = np.exp(SHARPNESS * (self._vectors @ vector - DOUBT))
        answered = (weights @ self._answered + 0.5) / (weights @ self._counts + 1.0)
        shares = (weights @ self._marks) / (weights.sum() + 1.0)
        return Likeness(float(answered), dict(zip(self._labels, shares.tolist(), strict=True)))


def precedents_of(
    specification: OrganisationSpec,
    labelled: Sequence[LabelledMessage] = (),
    known_questions: Mapping[str, Iterable[str]] | None = None,
) -> list[Precedent]:
    """What customers of any company write, examples of topics and of what is out of scope, and labelled messages.

    `known_questions` has the examples by the article that answers them. Of one text the last that is said counts.
    """
    article_of = {text: article for article, texts in (known_questions or {}).items() for text in texts}
    examples = [
        Precedent(text, "person" if topic.escalate else "answered", _known(article_of.get(text)))
        for topic in specification.topics
        for text in topic.examples
    ]
    outside = [Precedent(text, "person") for text in specification.out_of_scope_examples]
    told = {name for ai_agent in specification.ai_agents for name in ai_agent.customer_facts}
    facts = [
        Precedent(text, "answered", (f"fact:{name}",)) for name, texts in fact_questions(told).items() for text in texts
    ]
    courtesies = [Precedent(text, "courtesy") for text in COURTESIES]
    vague = [Precedent(text, "asked_back") for text in SAYS_TOO_LITTLE]
    everything = [*facts, *courtesies, *vague, *examples, *outside, *map(_judged, labelled)]
    return list({precedent.text: precedent for precedent in everything}.values())


def _known(article: str | None) -> tuple[str, ...]:
    return (article,) if article else ()


def _judged(message: LabelledMessage) -> Precedent:
    if message.expected == "escalate":
        return Precedent(message.text, "person")
    if message.expected == "clarify":
        return Precedent(message.text, "asked_back")
    if message.expected == "ask_approval":
        return Precedent(message.text, "approved", _searched(message))
    return Precedent(message.text, "answered", _searched(message))


def _searched(message: LabelledMessage) -> tuple[str, ...]:
    """Its sources without macros, which are said by their conditions and looked for by nobody."""
    return tuple(source for source in message.articles if not source.startswith(MACRO))
