"""Vectors of many texts: those that were made before are read, the others are made and kept."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from integrations.embeddings.base import Embedder, KnownVectors

TEXTS_AT_ONCE = 256
EmbedderOf = Callable[[str], Embedder]
"""Makes the embedder that a specification names."""


class VectorStore(Protocol):
    """Keeps vectors by model and text (storage.vectors)."""

    async def read(self, model: str, texts: Sequence[str]) -> dict[str, Sequence[float]]: ...

    async def keep(self, model: str, vectors: dict[str, Sequence[float]]) -> None: ...


async def vectors_of(texts: Sequence[str], embedder: Embedder, store: VectorStore | None = None) -> KnownVectors:
    """Those of all `texts`. Raises what the embedder and the store raise; what was made until then stays kept."""
    if not embedder.model:
        return KnownVectors("", {})
    kept = await store.read(embedder.model, texts) if store else {}
    known = {text: np.array(vector, dtype=np.float32) for text, vector in kept.items()}
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    for start in range(0, len(missing), TEXTS_AT_ONCE):
        some = missing[start : start + TEXTS_AT_ONCE]
        made = dict(zip(some, await embedder.embed(some), strict=True))
        known |= made
        if store:
            await store.keep(embedder.model, {text: vector.tolist() for text, vector in made.items()})
    return KnownVectors(embedder.model, known)
