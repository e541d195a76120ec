"""The embedding port: what a text means, as a vector."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import UnavailableError

Vector = NDArray[np.float32]
"""Shape (dimensions,), of unit length, so that a dot product is a cosine; no dimensions where there is no model."""
Vectors = NDArray[np.float32]
"""Shape (texts, dimensions), one row for each text."""

LONGEST_READ = 2_000


class Embedder(Protocol):
    """Texts of like meaning get vectors that point the same way.

    Raises domain errors only: RateLimitedError and UnavailableError are tried again, CredentialsError and
    ModelOutputError are not.
    """

    @property
    def model(self) -> str:
        """Names the model: vectors of one name may be compared with each other, and with no others."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A text always gets the same vector, but for rounding; any text has one, and only its beginning is read."""
        ...


class KnownVectors:
    """Vectors that another embedder made before; computes nothing, so that a process without the model may use it."""

    def __init__(self, model: str, vectors: dict[str, Vector]) -> None:
        self._model = model
        self._vectors = vectors

    @property
    def model(self) -> str:
        return self._model

    def get(self, text: str) -> Vector | None:
        return self._vectors.get(text)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises UnavailableError for a text that was not among those embedded before."""
        return self.of(texts)

    def of(self, texts: Sequence[str]) -> Vectors:
        """The same, where there is nothing to wait for."""
        if not self._model:
            return np.zeros((len(texts), 0), dtype=np.float32)
        try:
            return stacked([self._vectors[text] for text in texts])
        except KeyError:
            raise UnavailableError("A text has no vector yet: embed it first.") from None


NOTHING_KNOWN = KnownVectors("", {})
"""Words alone decide."""


def stacked(vectors: Sequence[Vector]) -> Vectors:
    """Vectors as rows; shape (0, 0) of none."""
    return np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


def unit(vectors: Vectors) -> Vectors:
    """Each row scaled to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def readable(text: str) -> str:
    """The beginning of a text; half a surrogate pair, which JSON can carry, has no UTF-8 form and becomes `?`."""
    return text[:LONGEST_READ].encode(errors="replace").decode()
