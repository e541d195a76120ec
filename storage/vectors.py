"""Vectors of texts, so that none is embedded twice."""

import hashlib
from collections.abc import Mapping, Sequence

from storage.database import Database


class VectorRepository:
    """By model and text; the texts themselves are not kept here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, model: str, texts: Sequence[str]) -> dict[str, Sequence[float]]:
        """The vectors of those texts that have one."""
        hashes = {_hash(text): text for text in texts}
        rows = await self._database.fetch(
            "SELECT text_hash, vector FROM text_vectors WHERE model = $1 AND text_hash = ANY($2)", model, list(hashes)
        )
        return {hashes[row["text_hash"]]: row["vector"] for row in rows}

    async def keep(self, model: str, vectors: Mapping[str, Sequence[float]]) -> None:
        """Keep vectors; the first that a text got stays, whoever else made one at the same time."""
        async with self._database.transaction() as connection:
            await connection.executemany(
                "INSERT INTO text_vectors (model, text_hash, vector) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                sorted((model, _hash(text), list(vector)) for text, vector in vectors.items()),
            )


def _hash(text: str) -> bytes:
    """Half a surrogate pair, which has no UTF-8 form, counts as `?`, as embedders read it."""
    return hashlib.sha256(text.encode(errors="replace")).digest()
