"""Vectors of many texts: none is made twice."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from answering.vectors import TEXTS_AT_ONCE, vectors_of
from domain.errors import UnavailableError
from integrations.embeddings.base import Vectors
from integrations.embeddings.none import NoEmbedder


class Counting:
    """A vector tells the length of its text; remembers what it was asked, and fails at what it is told to."""

    model = "counting"

    def __init__(self, fails_at: str = "") -> None:
        self.asked: list[str] = []
        self._fails_at = fails_at

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if self._fails_at in texts and self._fails_at:
            raise UnavailableError("no answer")
        self.asked += texts
        return np.array([[1 / len(text), 1.0] for text in texts], dtype=np.float32)


class Shelf:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Sequence[float]] = {}

    async def read(self, model: str, texts: Sequence[str]) -> dict[str, Sequence[float]]:
        return {text: self.kept[model, text] for text in texts if (model, text) in self.kept}

    async def keep(self, model: str, vectors: Mapping[str, Sequence[float]]) -> None:
        self.kept |= {(model, text): vector for text, vector in vectors.items()}


async def test_only_what_is_not_kept_is_embedded_and_kept_then() -> None:
    embedder, shelf = Counting(), Shelf()
    await vectors_of(["a", "bb", "a"], embedder, shelf)
    known = await vectors_of(["bb", "ccc"], embedder, shelf)
    assert embedder.asked == ["a", "bb", "ccc"]
    assert known.of(["ccc", "bb"]).tolist() == [[pytest.approx(1 / 3), 1.0], [0.5, 1.0]]
    assert known.get("a") is None


async def test_without_a_store_all_are_embedded() -> None:
    embedder = Counting()
    known = await vectors_of(["a", "bb"], embedder)
    assert (known.model, embedder.asked) == ("counting", ["a", "bb"])


async def test_what_was_made_before_a_failure_stays_kept() -> None:
    texts = [f"text {number}" for number in range(TEXTS_AT_ONCE + 1)]
    shelf = Shelf()
    with pytest.raises(UnavailableError):
        await vectors_of(texts, Counting(fails_at=texts[-1]), shelf)
    embedder = Counting()
    await vectors_of(texts, embedder, shelf)
    assert embedder.asked == texts[-1:]


async def test_without_a_model_there_is_nothing_to_know() -> None:
    known = await vectors_of(["a"], NoEmbedder(), Shelf())
    assert (known.model, known.get("a"), known.of(["a"]).shape) == ("", None, (1, 0))
