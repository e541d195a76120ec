"""Bringing in articles that vendors keep, and publishing the organisation with them."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from temporalio import activity

from activities.heartbeats import heartbeats
from domain.conversation.activity_models import FetchedKnowledge, PublishedKnowledge, SynchroniseKnowledgeInput
from domain.conversation.turn import CustomerContext
from domain.errors import NotFoundError
from domain.quality.evaluation import LabelledMessage
from domain.specification.articles import read_since, with_sourced
from domain.specification.organisation import SpecVersion
from integrations.crm.base import Crm, CustomerReference
from integrations.knowledge.source import KnowledgeSource
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository

if TYPE_CHECKING:
    from publishing.fitting import FittedModels

PUBLISHER = "knowledge synchronisation"
POLITENESS = 10
"""Added to the niceness of a process that computes: conversations come first."""

Fit = Callable[[SpecVersion, Sequence[LabelledMessage], Mapping[str, CustomerContext]], "FittedModels"]
"""`publishing.fitting.fit_models`, injected because it brings the numeric libraries."""


class KnowledgeActivities:
    """`directory` says who the customers are that labelled messages name."""

    def __init__(
        self,
        knowledge: KnowledgeRepository,
        specs: SpecRepository,
        sources: Mapping[str, KnowledgeSource],
        directory: Crm,
        fit: Fit,
    ) -> None:
        self._knowledge = knowledge
        self._specs = specs
        self._sources = sources
        self._directory = directory
        self._fit = fit

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
        organisation = input.organisation
        active = await self._specs.active(organisation)
        if active is None:
            raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
        published = await self._specs.load(active)
        version = with_sourced(published.version, await self._knowledge.list(organisation), datetime.now(UTC))
        if version == published.version:
            return PublishedKnowledge(spec_hash=active, sourced=len(version.sourced), changed=False)
        async with heartbeats():
            contexts = await self._contexts(organisation, published.labelled)
            fitted = await _in_a_process(partial(self._fit, version, published.labelled, contexts))
        fresh = await self._specs.publish(
            version,
            fitted.topic_model,
            fitted.calibration,
            PUBLISHER,
            labelled=published.labelled,
            replaces=active,
        )
        return PublishedKnowledge(spec_hash=fresh, sourced=len(version.sourced), changed=True)

    async def _contexts(self, organisation: str, labelled: Sequence[LabelledMessage]) -> dict[str, CustomerContext]:
        named = {message.customer for message in labelled if message.customer}
        return {
            contact_id: await self._directory.fetch_customer_context(
                organisation, CustomerReference(contact_id=contact_id, verified=True), {}
            )
            for contact_id in sorted(named)
        }


async def _in_a_process(work: "Callable[[], FittedModels]") -> "FittedModels":
    """Compute beside this process, whose conversations would wait; the other one ends with its work, come what may."""
    pool = ProcessPoolExecutor(1, get_context("spawn"), os.nice, (POLITENESS,), max_tasks_per_child=1)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
