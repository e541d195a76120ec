"""An embedding model for tests, in which a text that begins with a number points that many degrees from north."""

from collections.abc import Callable, Sequence
from math import cos, radians, sin

import numpy as np

from integrations.embeddings.base import Vectors


class Compass:
    """Two dimensions; remembers what it was asked. `before` is called before each answer."""

    def __init__(self, model: str = "compass", before: Callable[[], None] = lambda: None) -> None:
        self.model = model
        self.asked: list[str] = []
        self._before = before

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self._before()
        self.asked += texts
        angles = [radians(float(text.split()[0])) for text in texts]
        return np.array([[cos(angle), sin(angle)] for angle in angles], dtype=np.float32)
