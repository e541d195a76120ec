"""Adapters whose calls pass through a circuit breaker, one class for each port.

Whoever waits for a customer's answer gives up before a hanging vendor does. That must count as silence, so such a call
ends in here, and not by being cancelled from outside.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial

from domain.conversation.ownership import Status
from domain.conversation.turn import CustomerContext
from domain.delivery.inbound import Address
from domain.errors import UnavailableError
from integrations.breakers import Breakers
from integrations.channels.base import Channel, OutboundMessage, SendReceipt, TicketKeeper
from integrations.checks import Finding
from integrations.crm.base import Crm, CrmNote, CustomerReference, NoteKeeper
from integrations.embeddings.base import Embedder, Vectors
from integrations.knowledge.source import KnowledgeSource, SourcedArticle
from integrations.llm.base import DraftValidator, DraftVerdict, ReplyRequest, ReplyTools, ReplyWriter, WrittenReply
from integrations.tools.base import ToolServer, ToolSession

Guard = Callable[[], AbstractAsyncContextManager[None]]
"""`partial(breakers.guard, "salesforce")`: what an adapter's calls pass through."""
WITHOUT_VENDOR = frozenset({"embedded", "none"})
"""Embedding models that run in our own process."""
CONTEXT_SECONDS = 3.5
SEND_SECONDS = 11.0


@asynccontextmanager
async def answered_within(seconds: float) -> AsyncIterator[None]:
    """Raises UnavailableError where the vendor takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise UnavailableError(f"The vendor did not answer within {seconds:g} seconds.") from error


class GuardedEmbedder:
    """An embedding model behind its provider's breaker."""

    def __init__(self, embedder: Embedder, guard: Guard) -> None:
        self._embedder = embedder
        self._guard = guard

    @property
    def model(self) -> str:
        return self._embedder.model

    async def embed(self, texts: Sequence[str]) -> Vectors:
        async with self._guard():
            return await self._embedder.embed(texts)


def guarded_embedder(embedder: Embedder, named: str, breakers: Breakers) -> Embedder:
    """What a specification names as `named`, behind its provider's breaker where there is one."""
    kind = named.partition(":")[0]
    return embedder if kind in WITHOUT_VENDOR else GuardedEmbedder(embedder, partial(breakers.guard, kind))


class GuardedCrm:
    """A CRM behind its breaker."""

    def __init__(self, crm: Crm, guard: Guard) -> None:
        self._crm = crm
        self._guard = guard

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        async with self._guard(), answered_within(CONTEXT_SECONDS):
            return await self._crm.fetch_customer_context(organisation, reference, fields)


class GuardedNotes:
    """A CRM's notes behind its breaker."""

    def __init__(self, notes: NoteKeeper, guard: Guard) -> None:
        self._notes = notes
        self._guard = guard

    async def add_note(self, organisation: str, reference: CustomerReference, note: CrmNote) -> None:
        async with self._guard():
            await self._notes.add_note(organisation, reference, note)


class GuardedSource:
    """A source of knowledge behind its vendor's breaker."""

    def __init__(self, source: KnowledgeSource, guard: Guard) -> None:
        self._source = source
        self._guard = guard

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]:
        async with self._guard():
            return await self._source.fetch_articles(since)


class GuardedChannel:
    """A channel behind its breaker."""

    def __init__(self, channel: Channel, guard: Guard) -> None:
        self._channel = channel
        self._guard = guard

    async def send(self, message: OutboundMessage) -> SendReceipt:
        async with self._guard(), answered_within(SEND_SECONDS):
            return await self._channel.send(message)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        async with self._guard(), answered_within(SEND_SECONDS):
            return await self._channel.find_sent(message)


class GuardedTickets:
    """A help desk's tickets behind its breaker."""

    def __init__(self, tickets: TicketKeeper, guard: Guard) -> None:
        self._tickets = tickets
        self._guard = guard

    async def add_internal_note(self, address: Address, key: str, text: str) -> SendReceipt:
        async with self._guard():
            return await self._tickets.add_internal_note(address, key, text)

    async def set_status(self, address: Address, status: Status, tags: Iterable[str] = ()) -> None:
        async with self._guard():
            await self._tickets.set_status(address, status, tags)


class GuardedWriter:
    """A model that writes, behind its breaker."""

    def __init__(self, writer: ReplyWriter, guard: Guard) -> None:
        self._writer = writer
        self._guard = guard

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        async with self._guard():
            return await self._writer.write_reply(request, tools)


class GuardedValidator:
    """A model that checks, behind its breaker."""

    def __init__(self, validator: DraftValidator, guard: Guard) -> None:
        self._validator = validator
        self._guard = guard

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        async with self._guard():
            return await self._validator.validate_draft(request, draft)


class GuardedToolServer:
    """A tool server behind its breaker; a check of it is not kept away."""

    def __init__(self, server: ToolServer, guard: Guard) -> None:
        self._server = server
        self._guard = guard

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[ToolSession]:
        async with self._guard(), self._server.connect() as session:
            yield session

    async def check(self) -> Sequence[Finding]:
        return await self._server.check()
