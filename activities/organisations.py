"""Published organisations, ready to serve: loaded once per process, because a spec version never changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from activities.drafting import Drafter, OrganisationModels
from domain.errors import NotFoundError
from domain.policy import Policy, policy_of
from domain.spec import ModelSpec, OrganisationSpec
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import DraftValidator, ReplyWriter
from integrations.topics.ngram import NgramTopicModel
from storage.specs import SpecRepository
from storage.views import PublishedSpec


@dataclass(frozen=True)
class ServedVersion:
    """One spec version with everything that answering needs."""

    specification: OrganisationSpec
    policy: Policy
    drafter: Drafter
    validator: DraftValidator | None


@dataclass(frozen=True)
class ModelFactory:
    """Makes the clients that a specification names; the composition root knows the keys."""

    writer: Callable[[ModelSpec], ReplyWriter]
    validator: Callable[[ModelSpec], DraftValidator | None]


class Organisations:
    """Spec versions by content hash."""

    def __init__(self, specs: SpecRepository, models: ModelFactory) -> None:
        self._specs = specs
        self._models = models
        self._loading: dict[str, asyncio.Task[ServedVersion]] = {}

    async def active_version(self, organisation: str) -> str:
        """The hash that new conversations pin. Raises NotFoundError when nothing is published."""
        active = await self._specs.active(organisation)
        if active is None:
            raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
        return active

    async def served(self, content_hash: str) -> ServedVersion:
        """The version with its models; concurrent callers share one load, a failed load is tried again."""
        loading = self._loading.get(content_hash)
        if loading is None or (loading.done() and (loading.cancelled() or loading.exception())):
            loading = asyncio.create_task(self._load(content_hash))
            self._loading[content_hash] = loading
        return await asyncio.shield(loading)

    async def _load(self, content_hash: str) -> ServedVersion:
        published = await self._specs.load(content_hash)
        models = await asyncio.to_thread(_models_of, published)
        specification = published.version.specification
        return ServedVersion(
            specification=specification,
            policy=policy_of(specification, published.calibration),
            drafter=Drafter(models, self._models.writer(specification.model)),
            validator=self._models.validator(specification.model),
        )


def _models_of(published: PublishedSpec) -> OrganisationModels:
    return OrganisationModels(
        version=published.version,
        knowledge=MarkdownKnowledge(published.version.articles),
        topics=NgramTopicModel.from_bytes(published.topic_model),
        calibration=published.calibration,
    )
