"""Adapters behind the circuit breaker of their vendor; an adapter without a vendor stays as it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from answering.organisations import ModelFactory
from domain.specification.tools import ToolServerSpec
from integrations.adapters import vendor_of
from integrations.breakers import Breakers
from integrations.channels.base import Channel, TicketKeeper
from integrations.crm.base import Crm, NoteKeeper
from integrations.embeddings.base import Embedder
from integrations.guarded import (
    Guard,
    GuardedChannel,
    GuardedCrm,
    GuardedNotes,
    GuardedSource,
    GuardedTickets,
    GuardedToolServer,
    GuardedValidator,
    GuardedWriter,
    guarded_embedder,
)
from integrations.knowledge.base import KnowledgeBase
from integrations.knowledge.source import KnowledgeSource
from integrations.limits import Limited, VendorLimits
from integrations.llm.base import DraftValidator, ReplyWriter
from integrations.tools.base import ToolServer, ToolSettings
from integrations.tools.registry import tool_server

EMBEDDED = "local"
SAME_VENDOR = {"openai-responses": "openai"}


@dataclass(frozen=True)
class Guards:
    """One breaker for each vendor of the process, and its limit of calls; the installation shares what they know."""

    breakers: Breakers
    limits: VendorLimits

    def channel(self, channel: Channel) -> Channel:
        vendor = vendor_of(channel)
        return GuardedChannel(channel, self._guard(vendor)) if vendor else channel

    def crm(self, crm: Crm) -> Crm:
        vendor = vendor_of(crm)
        return GuardedCrm(crm, self._limited(vendor, crm)) if vendor else crm

    def notes(self, crm: Crm) -> NoteKeeper | None:
        """None where the CRM keeps none."""
        if not isinstance(crm, NoteKeeper):
            return None
        vendor = vendor_of(crm)
        return GuardedNotes(crm, self._limited(vendor, crm)) if vendor else crm

    def tickets(self, channel: Channel) -> TicketKeeper | None:
        """None where a message stands in no ticket."""
        if not isinstance(channel, TicketKeeper):
            return None
        vendor = vendor_of(channel)
        return GuardedTickets(channel, self._guard(vendor)) if vendor else channel

    def source(self, source: KnowledgeSource) -> KnowledgeSource:
        return GuardedSource(source, self._limited(vendor_of(source), source))

    def tools(self, settings: ToolSettings, organisation: str, server: ToolServerSpec) -> ToolServer:
        return GuardedToolServer(tool_server(server, settings), self._guard(f"{organisation}:{server.id}"))

    def models(self, models: ModelFactory) -> ModelFactory:
        """Each provider has its own breaker, so an open one leads to the next model at once."""

        def writer(named: str | None, knowledge: KnowledgeBase) -> ReplyWriter:
            made = models.writer(named, knowledge)
            provider = _provider(named or models.default_validator or EMBEDDED)
            return made if provider == EMBEDDED else GuardedWriter(made, self._guard(provider))

        def validator(named: str) -> DraftValidator:
            return GuardedValidator(models.validator(named), self._guard(_provider(named)))

        def embedder(named: str) -> Embedder:
            return guarded_embedder(models.embedder(named), named, self.breakers)

        return replace(models, writer=writer, validator=validator, embedder=embedder)

    def _guard(self, vendor: str) -> Guard:
        return partial(self.breakers.guard, vendor)

    def _limited(self, vendor: str, adapter: object) -> Guard:
        guard = self._guard(vendor)
        if not isinstance(adapter, Limited):
            return guard
        return partial(_both, guard, partial(self.limits.guard, vendor, adapter.allowance))


@asynccontextmanager
async def _both(outer: Guard, inner: Guard) -> AsyncIterator[None]:
    async with outer(), inner():
        yield


def _provider(model: str) -> str:
    """Who stands behind a model; both of OpenAI's interfaces are one vendor's."""
    kind = model.partition(":")[0]
    return SAME_VENDOR.get(kind, kind)
