"""Going back: a version that was published before becomes the active one again, as it was fitted then."""

import asyncio

from answering.topics.ngram import NgramTopicModel
from answering.vectors import EmbedderOf
from domain.conversation.ownership import Via
from domain.errors import ConflictError, NotFoundError
from domain.specification.publications import SHORT, version_before
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
    active = await specs.active(organisation)
    if active is None:
        raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
    wanted = await specs.find(organisation, version) if version else await _version_before(specs, organisation, active)
    if wanted == active:
        raise ConflictError(f"{active[:SHORT]} is the active version already; nothing was changed.")
    published = await specs.load(wanted)
    topics = await asyncio.to_thread(NgramTopicModel.from_bytes, published.topic_model)
    embedder_for(topics, published.version, embedder_of)
    await specs.roll_back(organisation, wanted, by, reason, replaces=active, via=via)
    return wanted


async def _version_before(specs: SpecRepository, organisation: str, active: str) -> str:
    before = version_before(await specs.history(organisation))
    if before is None:
        raise NotFoundError(
            f"There is nothing to go back to: {active[:SHORT]} is the first version of {organisation}. Name another one"
            " if you want it; `holdfast spec history` lists them."
        )
    return before
