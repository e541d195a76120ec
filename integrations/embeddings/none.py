"""No embedding model: words alone decide."""

from collections.abc import Sequence

import numpy as np

from integrations.embeddings.base import Vectors
from integrations.llm.provider import ModelAccess


class NoEmbedder:
    """Vectors without dimensions, from which topics, search and similarity learn nothing."""

    def __init__(self, name: str = "", access: ModelAccess | None = None) -> None:
        """There is neither a model to name nor anything to reach."""

    @property
    def model(self) -> str:
        return ""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 0), dtype=np.float32)
