"""Published organisations, ready to serve: loaded once per process, because a spec version never changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from activities.drafting import Drafter, OrganisationModels
from domain.errors import UnavailableError
from domain.policy import policy_of
from domain.spec import ModelSpec
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftValidator, ReplyWriter
from storage.specs import SpecRepository
from storage.views import PublishedSpec

LoadModels = Callable[[PublishedSpec], OrganisationModels]


@dataclass(frozen=True)
class ModelFactory:
    """Makes the clients that a specification names; the composition root knows the keys.

    `writer(None, …)` is the default of the installation, `default_validator` checks its drafts.
    """

    writer: Callable[[str | None, KnowledgeBase], ReplyWriter]
    validator: Callable[[str], DraftValidator]
    default_validator: str | None = None


class ServedVersion:
    """One spec version with everything that answering needs. Clients are made when they are first used."""

    def __init__(self, published: PublishedSpec, models: OrganisationModels, factory: ModelFactory) -> None:
        self.specification = published.version.specification
        self._models = models
        self._factory = factory
        self._validator = _validator_of(self.specification.model, factory)
        policy = policy_of(self.specification, published.calibration)
        embedded = _is_embedded(self.specification.model, factory)
        self.policy = policy.model_copy(
            update={"validates": self._validator is not None, "model_is_embedded": embedded}
        )

    @cached_property
    def drafter(self) -> Drafter:
        """Raises CredentialsError where a key is missing."""
        return Drafter(self._models, self._factory.writer(self.specification.model.writer, self._models.knowledge))

    @cached_property
    def validator(self) -> DraftValidator | None:
        """Raises CredentialsError where a key is missing."""
        return self._factory.validator(self._validator) if self._validator else None


class Organisations:
    """Spec versions by content hash, loaded once per process, because a version never changes."""

    def __init__(self, specs: SpecRepository, models: ModelFactory, load: LoadModels) -> None:
        self._specs = specs
        self._models = models
        self._load_models = load
        self._loading: dict[str, asyncio.Task[ServedVersion]] = {}

    async def active_version(self, organisation: str) -> str:
        """The hash that new conversations pin. Raises UnavailableError while nothing is published."""
        active = await self._specs.active(organisation)
        if active is None:
            raise UnavailableError(f"No specification of {organisation} is published yet: run `holdfast spec publish`.")
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
        return ServedVersion(published, await asyncio.to_thread(self._load_models, published), self._models)


def _validator_of(model: ModelSpec, factory: ModelFactory) -> str | None:
    return model.validator or (factory.default_validator if model.writer is None else None)


def _is_embedded(model: ModelSpec, factory: ModelFactory) -> bool:
    return model.writer == "local" or (model.writer is None and factory.default_validator is None)
