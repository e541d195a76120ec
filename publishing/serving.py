"""Loading a published version's models. Imports the numeric libraries, so only workers do it."""

import asyncio

from answering.topics.base import TopicModel
from answering.topics.ngram import NgramTopicModel
from answering.understanding import OrganisationModels
from answering.vectors import EmbedderOf, VectorStore, vectors_of
from domain.errors import UnavailableError
from domain.specification.organisation import SpecVersion
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from publishing.fitting import serving_models, texts_to_serve
from storage.views import PublishedSpec


async def load_models(embedder_of: EmbedderOf, store: VectorStore, published: PublishedSpec) -> OrganisationModels:
    """What drafting needs, from what publishing stored. Takes seconds for a large topic model, not of the event loop.

    Raises UnavailableError for a version that was fitted with another embedding model than the present one.
    """
    topics = await asyncio.to_thread(NgramTopicModel.from_bytes, published.topic_model)
    version, embedder = published.version, embedder_for(topics, published.version, embedder_of)
    vectors = await vectors_of(texts_to_serve(version, published.labelled), embedder, store)
    fitted = (version, topics, published.calibration, vectors, embedder, published.labelled)
    return await asyncio.to_thread(serving_models, *fitted)


def embedder_for(topics: TopicModel, version: SpecVersion, embedder_of: EmbedderOf) -> Embedder:
    """The one that the version was fitted with; versions that are older than embedding models know words only.

    Raises UnavailableError where the version was fitted with another one than the present one.
    """
    if not topics.embedder:
        return NoEmbedder()
    embedder = embedder_of(version.specification.model.embedder)
    if embedder.model != topics.embedder:
        text = f"This specification was fitted with the embedding model {topics.embedder!r}, which is not in use here:"
        raise UnavailableError(f"{text} publish it again with `holdfast spec publish`.")
    return embedder
