"""Articles that say nearly the same: whoever maintains them will change one and forget the other."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from domain.specification.organisation import Article
from integrations.embeddings.base import KnownVectors, Vectors
from integrations.knowledge.passages import sections_of

NEARLY_THE_SAME = 0.9


def compared_texts(article: Article) -> list[str]:
    """The texts of an article that are compared: each section without its heading, which may differ."""
    return [text for _, text in sections_of(article)]


def near_duplicates(articles: Sequence[Article], vectors: KnownVectors) -> list[tuple[Article, Article, float]]:
    """Pairs of which each has nearly all of the other's sections, with their likeness (0 to 1), the most alike first.

    `vectors` holds those of the `compared_texts` of all articles; without a model there is no pair.
    """
    known = [(article, vectors.of(texts)) for article in articles if (texts := compared_texts(article))]
    pairs = [(one, other, _likeness(a, b)) for (one, a), (other, b) in combinations(known, 2)] if vectors.model else []
    return sorted((pair for pair in pairs if pair[2] >= NEARLY_THE_SAME), key=lambda pair: -pair[2])


def _likeness(one: Vectors, other: Vectors) -> float:
    """The mean cosine of each section to the nearest of the other article, for the article that has less in common."""
    cosines = one @ other.T
    return float(min(np.mean(cosines.max(axis=1)), np.mean(cosines.max(axis=0))))
