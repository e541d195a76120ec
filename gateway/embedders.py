"""The embedding models that the specifications in use name; nothing is loaded before it is asked for."""

import asyncio
from collections.abc import Mapping
from functools import cache

from answering.vectors import EmbedderOf
from domain.errors import ConflictError
from gateway.specifications import ActiveSpecifications
from integrations.breakers import Breakers
from integrations.embeddings.base import Embedder
from integrations.embeddings.registry import embedder
from integrations.guarded import guarded_embedder
from integrations.llm.provider import ModelAccess


class ActiveEmbedders:
    """One per application, because clients keep their connections."""

    def __init__(self, specifications: ActiveSpecifications, make: EmbedderOf) -> None:
        self._specifications = specifications
        self._make = cache(make)

    async def of(self, organisation: str) -> Embedder:
        """Raises ConflictError while nothing is published, and what the registry of embedders raises."""
        specification = await self._specifications.of(organisation)
        if specification is None:
            raise ConflictError("No specification is published yet: run `holdfast spec publish`.")
        # In a thread, because the first one of a kind imports its runtime or SDK, which takes up to seconds.
        return await asyncio.to_thread(self._make, specification.model.embedder)


def embedders(access: Mapping[str, ModelAccess], breakers: Breakers) -> EmbedderOf:
    """Makes them, with the keys of this process and behind the vendors' breakers."""
    return lambda named: guarded_embedder(embedder(named, access), named, breakers)
