"""Published organisations, ready to serve: loaded once per process, because a spec version never changes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial

from answering.budgets import Budget, SpentSince
from answering.drafting import Drafter
from answering.understanding import OrganisationModels
from domain.conversation.policy import policy_of
from domain.delivery.channels import ChannelTraits
from domain.errors import UnavailableError
from domain.quality.trust import limit_of
from domain.specification.organisation import ChannelKind, Mode, ModelSpec, OrganisationSpec, OwnModel, SpecVersion
from domain.specification.tools import ToolServerSpec
from integrations.channels.registry import TRAITS
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftValidator, ReplyWriter
from integrations.llm.fallback import Candidate, FallbackReplyWriter, MeteredValidator
from integrations.tools.base import ToolServer
from storage.specs import SpecRepository
from storage.views import PublishedSpec

DEFAULT_WRITER = "the installation's model"

HasTickets = Callable[[ChannelKind], bool]
"""Whether the messages of a channel stand in a help desk's tickets."""
LevelOf = Callable[[str, str], Awaitable[Mode | None]]
"""With what an organisation trusts an AI agent; None where nobody has decided."""
LoadModels = Callable[[PublishedSpec], Awaitable[OrganisationModels]]
ConnectTools = Callable[[str, ToolServerSpec], ToolServer]
"""Makes the adapter of an organisation's tool server."""


@dataclass(frozen=True)
class ModelFactory:
    """Makes the clients that a specification names; the composition root knows the keys.

    `writer(None, …)` is the default of the installation, `default_validator` checks its drafts.
    """

    writer: Callable[[str | None, KnowledgeBase], ReplyWriter]
    validator: Callable[[str], DraftValidator]
    embedder: Callable[[str], Embedder] = lambda _: NoEmbedder()
    default_validator: str | None = None


class ServedVersion:
    """One spec version with everything that answering needs. Clients are made when they are first used."""

    def __init__(
        self,
        published: PublishedSpec,
        models: OrganisationModels,
        factory: ModelFactory,
        spent_since: SpentSince,
        connect: ConnectTools,
        has_tickets: HasTickets,
        traits: Mapping[ChannelKind, ChannelTraits],
    ) -> None:
        self.version = published.version
        self.specification = published.version.specification
        self._connect = partial(connect, self.specification.organisation)
        self._budget = Budget(self.specification, spent_since)
        self._models = models
        self._factory = factory
        self._validator = _validator_of(self.specification.model, factory)
        policy = policy_of(self.specification, published.calibration, traits)
        embedded = _is_embedded(self.specification, factory)
        self.policy = policy.model_copy(
            update={
                "validates": self._validator is not None,
                "model_is_embedded": embedded,
                "ticketed_channels": tuple(filter(has_tickets, self.specification.channels)),
            }
        )

    @cached_property
    def drafter(self) -> Drafter:
        """With the writer and its fallbacks."""
        servers = {server.id: self._connect(server) for server in self.specification.tool_servers}
        own = {ai_agent.id: self._writer(ai_agent.model) for ai_agent in self.specification.ai_agents if ai_agent.model}
        return Drafter(self._models, self._writer(self.specification.model), servers, own)

    def _writer(self, named: ModelSpec | OwnModel) -> ReplyWriter:
        model, knowledge = self.specification.model, self._models.knowledge
        candidates = [
            Candidate(name or DEFAULT_WRITER, partial(self._factory.writer, name, knowledge))
            for name in (named.writer, *named.fallbacks)
        ]
        patience = timedelta(seconds=model.patience_seconds)
        return FallbackReplyWriter(candidates, allow=self._budget.allow, patience=patience, prices=model.prices)

    @cached_property
    def validator(self) -> DraftValidator | None:
        """Raises CredentialsError where a key is missing."""
        if self._validator is None:
            return None
        model = self.specification.model
        return MeteredValidator(
            self._validator,
            self._factory.validator(self._validator),
            allow=self._budget.allow,
            prices=model.prices,
            trusts_local="local" in model.fallbacks,
        )


async def _undecided(organisation: str, ai_agent: str) -> Mode | None:
    return None


class Organisations:
    """Spec versions by content hash, loaded once per process, because a version never changes."""

    def __init__(
        self,
        specs: SpecRepository,
        models: ModelFactory,
        load: LoadModels,
        spent_since: SpentSince,
        connect: ConnectTools,
        has_tickets: HasTickets = lambda _: False,
        traits: Mapping[ChannelKind, ChannelTraits] = TRAITS,
        level_of: LevelOf = _undecided,
    ) -> None:
        self._level_of = level_of
        self._has_tickets = has_tickets
        self._traits = traits
        self._specs = specs
        self._connect = connect
        self._spent_since = spent_since
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

    async def version(self, content_hash: str) -> SpecVersion:
        """The version as it was published."""
        return (await self.served(content_hash)).version

    async def mode_of(self, specification: OrganisationSpec, ai_agent: str) -> Mode:
        """In which mode an AI agent works now: that of its card, or the stricter one to which its trust holds it."""
        held_to = await self.held_to(specification, ai_agent)
        return held_to or specification.ai_agent(ai_agent).mode

    async def held_to(self, specification: OrganisationSpec, ai_agent: str) -> Mode | None:
        """The mode in which people decide about all that an AI agent writes now; None where it answers by its card."""
        card = specification.ai_agent(ai_agent)
        return limit_of(card, await self._level_of(specification.organisation, ai_agent) if card.trust else None)

    async def _load(self, content_hash: str) -> ServedVersion:
        published = await self._specs.load(content_hash)
        models = await self._load_models(published)
        return ServedVersion(
            published, models, self._models, self._spent_since, self._connect, self._has_tickets, self._traits
        )


def _validator_of(model: ModelSpec, factory: ModelFactory) -> str | None:
    return model.validator or (factory.default_validator if model.writer is None else None)


def _is_embedded(specification: OrganisationSpec, factory: ModelFactory) -> bool:
    """No provider is asked by any AI agent, unless a fallback is."""
    writer = specification.model.writer
    own = [ai_agent.model.writer for ai_agent in specification.ai_agents if ai_agent.model]
    embedded = writer == "local" or (writer is None and factory.default_validator is None)
    return embedded and all(name == "local" for name in own)
