"""Bringing in articles that vendors keep, and publishing the organisation with them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from temporalio import activity

from activities.heartbeats import heartbeats
from domain.conversation.activity_models import FetchedKnowledge, PublishedKnowledge, SynchroniseKnowledgeInput
from domain.specification.articles import read_since
from integrations.knowledge.source import KnowledgeSource
from publishing.publisher import Publisher
from storage.knowledge import KnowledgeRepository

PUBLISHER = "knowledge synchronisation"


class KnowledgeActivities:
    """Reads the sources that the specification names, and publishes what has changed in them."""

    def __init__(
        self, knowledge: KnowledgeRepository, sources: Mapping[str, KnowledgeSource], publisher: Publisher
    ) -> None:
        self._knowledge = knowledge
        self._sources = sources
        self._publisher = publisher

    @activity.defn
    async def fetch_knowledge(self, input: SynchroniseKnowledgeInput) -> FetchedKnowledge:
        """Keep what the source has changed; at least daily all that it has, so that what it withdrew is forgotten."""
        now = datetime.now(UTC)
        since = read_since(await self._knowledge.reading(input.organisation, input.source), now)
        async with heartbeats():
            listed = await self._sources[input.source].fetch_articles(since)
        await self._knowledge.keep(input.organisation, input.source, listed, now, everything=since is None)
        return FetchedKnowledge(articles=len(listed), everything=since is None)

    @activity.defn
    async def publish_knowledge(self, input: SynchroniseKnowledgeInput) -> PublishedKnowledge:
        """Publish the active version with the articles as they are now; nothing where they have not changed.

        Raises ConflictError when somebody publishes meanwhile, and is then tried again on theirs.
        """
        async with heartbeats():
            published = await self._publisher.refresh(input.organisation, PUBLISHER)
        return PublishedKnowledge(spec_hash=published.spec_hash, sourced=published.sourced, changed=published.changed)
