"""What the gateway works with: made once at start, reached through `services_of`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from starlette.requests import HTTPConnection
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter

from answering.similar import SimilarityLookup
from answering.vectors import EmbedderOf
from config.settings import read_vendor
from domain.delivery.inbound import AnyInboundEvent
from domain.errors import RetryableError
from domain.quality.measures import Windows
from gateway.backlog import answered
from gateway.embedders import ActiveEmbedders, embedders
from gateway.feed import LiveFeed
from gateway.forwarding import Forwarder
from gateway.limits import RateLimiter
from gateway.live import LiveUpdates
from gateway.metrics import GatewayMetrics
from gateway.options import GatewayOptions
from gateway.signals import ConversationSignals
from gateway.specifications import ActiveSpecifications
from gateway.store import Store
from gateway.telemetry import Telemetry, send_metrics
from gateway.tokens import ChatToken, read_token, sign_token
from integrations.adapters import Adapters
from integrations.breakers import Breakers
from integrations.channels.base import Channel
from integrations.channels.registry import CHANNELS
from integrations.sign_in.oidc import OpenIdProvider
from integrations.tools.base import tool_settings
from publishing.apart import Setup, WorkApart
from storage.database import connect
from storage.inbox import KeptEvent
from storage.notifications import NotificationListener

MINUTE = timedelta(minutes=1)
FRAMES_PER_MINUTE = 600


class Services:
    """One per application."""

    def __init__(
        self,
        options: GatewayOptions,
        temporal: Client,
        store: Store,
        channels: Mapping[str, Channel],
        embedder_of: EmbedderOf | None = None,
    ) -> None:
        """`embedder_of` replaces the embedding models that the options reach."""
        self.options = options
        self.temporal = temporal
        self.store = store
        self.live = LiveUpdates()
        self.feed = LiveFeed(store.inbox_rows.organisations)
        self.metrics = GatewayMetrics()
        self.conversations = ConversationSignals(temporal, self.metrics)
        self.specifications = ActiveSpecifications(store.specs)
        reached = embedder_of or embedders(options.models, Breakers(store.vendors))
        self.embedders = ActiveEmbedders(self.specifications, reached)
        self.similarity = SimilarityLookup(store.questions)
        self.apart = WorkApart(Setup(options.database_url, options.models, tool_settings(read_vendor)))
        self.channels = channels
        self.forwarder = Forwarder(options.organisation, store.inbox, self.conversations)
        self.session_limit = RateLimiter(options.chat_sessions_per_minute, MINUTE)
        self.message_limit = RateLimiter(options.chat_messages_per_minute, MINUTE)
        self.provider = OpenIdProvider(options.sign_in) if options.sign_in else None
        self.sign_in_limit = RateLimiter(options.sign_ins_per_minute, MINUTE)
        self.frame_limit = RateLimiter(FRAMES_PER_MINUTE, MINUTE)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def keep(self, event: AnyInboundEvent) -> KeptEvent:
        """Make an event durable; Temporal gets it right afterwards. Raises UnavailableError: the vendor tries again."""
        specification = await self.specifications.of(self.options.organisation)
        across = specification is not None and specification.identity.one_conversation
        kept = await self.store.inbox.keep(self.options.organisation, event, self.now(), across_channels=across)
        self.forwarder.wake()
        return kept

    def sign_token(self, token: ChatToken) -> str:
        return sign_token(token, self._secret)

    def read_token(self, text: str, conversation_id: str) -> ChatToken:
        """Raises BadTokenError."""
        return read_token(text, conversation_id=conversation_id, secret=self._secret, now=self.now())

    async def postgresql_answers(self) -> bool:
        """False when it does not answer; never raises."""
        try:
            return await self.store.database.fetchval("SELECT true") is True
        except RetryableError:
            return False

    async def measure(self) -> None:
        """Read into the metrics what is only known when somebody looks. What does not answer stays as it was last."""
        await asyncio.gather(
            answered(self._measure_vendors()),
            answered(self._measure_inbox()),
            answered(self._measure_quarantine()),
            answered(self._measure_health()),
            self.metrics.backlog.measure(self.options.organisation, self.store.backlog, self.temporal, self.now()),
        )

    async def _measure_vendors(self) -> None:
        for state in await self.store.vendors.read():
            self.metrics.vendor_up.labels(state.vendor).set(state.answers)

    async def _measure_inbox(self) -> None:
        unknown = await self.store.inbox.unknown_kinds(self.options.organisation)
        self.metrics.unknown_events.clear()
        for kind, waiting in unknown.items():
            self.metrics.unknown_events.labels(kind).set(waiting)

    async def _measure_quarantine(self) -> None:
        counts = await self.store.quarantine.counts(self.options.organisation)
        self.metrics.quarantined.clear()
        for one in counts:
            self.metrics.quarantined.labels(one.channel, one.kind).set(one.number)

    async def _measure_health(self) -> None:
        now = self.now()
        if self.metrics.measures.is_due(now):
            specification = await self.specifications.of(self.options.organisation)
            if specification is not None:
                self.metrics.measures.show(await self.store.measures.health(specification, Windows(until=now)))

    @property
    def _secret(self) -> str:
        return self.options.chat_token_secret.get_secret_value()


@asynccontextmanager
async def open_services(
    options: GatewayOptions,
    temporal: Client | None = None,
    channels: Mapping[str, Channel] | None = None,
    telemetry: Telemetry | None = None,
    embedder_of: EmbedderOf | None = None,
) -> AsyncIterator[Services]:
    """Connect to the dependencies. Temporal is connected to at first use, so the gateway starts without it."""
    client = temporal or await Client.connect(
        options.temporal_address,
        namespace=options.temporal_namespace,
        data_converter=pydantic_data_converter,
        interceptors=[TracingInterceptor(telemetry.provider.get_tracer(__name__))] if telemetry else [],
        lazy=True,
        **options.temporal_access.options(),
    )
    database_url = options.database_url.get_secret_value()
    database = await connect(database_url)
    reached = channels or Adapters(CHANNELS, read_vendor)
    services = Services(options, client, Store(database), reached, embedder_of)
    tasks = [
        asyncio.create_task(_listen(NotificationListener(database_url), services)),
        asyncio.create_task(services.forwarder.run()),
        asyncio.create_task(services.feed.run()),
    ]
    if telemetry:
        sending = send_metrics(telemetry.metrics, services.metrics.registry, services.measure)
        tasks.append(asyncio.create_task(sending))
    try:
        yield services
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()


async def _listen(listener: NotificationListener, services: Services) -> None:
    async for notification in listener.listen():
        services.feed.put(notification)
        if notification.kind in {"inbox", "resync"}:
            services.forwarder.wake()
        if notification.kind == "resync":
            services.live.wake_all()
        elif changed := notification.conversation_id or notification.call_id:
            services.live.wake(changed)


def services_of(connection: HTTPConnection) -> Services:
    """FastAPI dependency."""
    services: Services = connection.app.state.services
    return services
