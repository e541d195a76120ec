"""Going back: a version that was published before becomes the active one again, as it was fitted then."""

import asyncio

from answering.topics.ngram import NgramTopicModel
from answering.vectors import EmbedderOf
from domain.conversation.ownership import Via
from publishing.history import version_to_go_back_to
from publishing.serving import embedder_for
from storage.specs import SpecRepository


async def roll_back(
    specs: SpecRepository,
    organisation: str,
    version: str | None,
    by: str,
    reason: str,
    embedder_of: EmbedderOf,
    *,
    via: Via | None = None,
) -> str:
    """Make the version whose hash begins so the active one, without fitting anything; by default the one before.

    New conversations pin it from then on, open ones keep theirs. Returns its hash. Raises NotFoundError for an unknown
    version and where there is none before, InvalidInputError for a prefix of several, ConflictError when it is active
    already or somebody publishes meanwhile, and UnavailableError when it needs another embedding model than this one.
    """
    published, active = await version_to_go_back_to(specs, organisation, version)
    topics = await asyncio.to_thread(NgramTopicModel.from_bytes, published.topic_model)
    embedder_for(topics, published.version, embedder_of)
    wanted = published.version.content_hash
    await specs.roll_back(organisation, wanted, by, reason, replaces=active, via=via)
    return wanted
