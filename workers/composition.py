"""A worker process put together from its settings."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from temporalio import activity
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.approvals import ApprovalActivities
from activities.at_once import AtOnce
from activities.context import ContextActivities
from activities.conversation import ConversationActivities
from activities.delivery import DeliveryActivities
from activities.guarding import GuardingActivities
from activities.identity import IdentityActivities
from activities.journeys import JourneyActivities
from activities.knowledge import KnowledgeActivities
from activities.reading import ReadingActivities
from activities.reply import ReplyActivities
from activities.retention import RetentionActivities
from activities.tools import ToolActivities
from activities.trust import TrustActivities
from activities.write_back import WriteBackActivities
from answering.organisations import ModelFactory, Organisations
from config.settings import Settings, read_vendor
from config.telemetry import tracing
from config.temporal import access_of
from domain.delivery.channels import ChannelTraits
from domain.errors import CredentialsError, HoldfastError, UnavailableError
from domain.queues import named_queues
from domain.specification.organisation import ChannelKind
from integrations.adapters import Adapters, Wrapped
from integrations.breakers import Breakers
from integrations.channels.base import Channel, TicketKeeper
from integrations.channels.registry import CHANNELS, TRAITS
from integrations.crm.base import Crm
from integrations.crm.directory import DirectoryCrm
from integrations.crm.registry import CRMS
from integrations.embeddings.registry import embedder
from integrations.knowledge.registry import SOURCES
from integrations.knowledge.source import KnowledgeSource
from integrations.limits import VendorLimits
from integrations.llm.registry import draft_validator, reply_writer
from integrations.model_access import model_access
from integrations.tools.base import ToolSettings, tool_settings
from publishing.computing import in_a_process
from publishing.fitting import fit_models, vectors_to_fit
from publishing.publisher import Publisher, known_models
from publishing.serving import load_models
from publishing.trust import Trust
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.database import Database, connect
from storage.deliveries import DeliveryRepository
from storage.erasing import ErasingRepository
from storage.guarded_calls import GuardedCallRepository
from storage.identity import IdentityRepository
from storage.inbox import InboxRepository
from storage.journeys import JourneyRepository
from storage.knowledge import KnowledgeRepository
from storage.measures import MeasureRepository
from storage.specs import SpecRepository
from storage.tool_calls import ToolCallRepository
from storage.trust import TrustRepository
from storage.turns import TurnRepository
from storage.vectors import VectorRepository
from storage.vendors import VendorLimitRepository, VendorStateRepository
from workers.ended_histories import EndedHistories
from workers.guards import Guards
from workers.health import answering
from workers.knowledge import Schedules
from workers.readers import start_readers
from workers.retention import schedule_erasing
from workers.rollout.retirement import ending_when_retired
from workers.rollout.version import pinned, version_of
from workers.specification_watcher import Fit, watching_specifications
from workers.telemetry import SERVICE, runtime_of, tracing_interceptors
from workers.trust import schedule_reviews
from workers.waiting_callers import WaitingCallers
from workers.worker import Activities, Limits, build_workers

POOL_SIZE = 20


def model_factory(settings: Settings) -> ModelFactory:
    """Model clients with the keys of this process; a key for OpenAI replaces the embedded model and validates."""
    access = model_access(settings)
    default = f"openai:{settings.openai_model}" if settings.openai_api_key else None
    return ModelFactory(
        writer=lambda named, knowledge: reply_writer(named or default or "local", access, knowledge),
        validator=lambda named: draft_validator(named, access),
        embedder=lambda named: embedder(named, access),
        default_validator=default,
    )


@dataclass(frozen=True)
class Integrations:
    """The adapters of this installation, by kind, and what it lets specifications use as tools."""

    channels: Mapping[ChannelKind, Channel]
    crms: Mapping[str, Crm]
    sources: Mapping[str, KnowledgeSource] = field(default_factory=dict)
    tools: ToolSettings = field(default_factory=ToolSettings)
    traits: Mapping[ChannelKind, ChannelTraits] = field(default_factory=lambda: TRAITS)


def integrations_of(customers: CustomerRepository) -> Integrations:
    """Adapters made from the environment when they are first used."""
    return Integrations(
        channels=Adapters[Channel](CHANNELS, read_vendor),
        crms=Adapters[Crm](CRMS, read_vendor, {"directory": DirectoryCrm(customers)}),
        sources=Adapters[KnowledgeSource](SOURCES, read_vendor),
        tools=tool_settings(read_vendor),
    )


def compose(database: Database, models: ModelFactory, integrations: Integrations | None = None) -> Activities:
    """Every activity with its adapters, vendors behind circuit breakers."""
    customers = CustomerRepository(database)
    near = integrations or integrations_of(customers)
    turns, calls, approvals = TurnRepository(database), ToolCallRepository(database), ApprovalRepository(database)
    deliveries, journeys = DeliveryRepository(database), JourneyRepository(database)
    guards = Guards(Breakers(VendorStateRepository(database)), VendorLimits(VendorLimitRepository(database)))
    connected = partial(guards.tools, near.tools)
    trust_log = TrustRepository(database)
    specs, vectors, guarded = SpecRepository(database), VectorRepository(database), guards.models(models)
    load = partial(load_models, guarded.embedder, vectors)
    fit = in_a_process(fit_models, partial(vectors_to_fit, guarded.embedder, vectors), known_models(specs))
    organisations = Organisations(
        specs,
        guarded,
        load,
        turns.spent_since,
        connected,
        partial(_has_tickets, near.channels),
        near.traits,
        trust_log.level,
    )
    crms, channels = Wrapped(near.crms, guards.crm), Wrapped(near.channels, guards.channel)
    context = ContextActivities(customers, crms, organisations)
    return Activities(
        conversation=ConversationActivities(
            ConversationRepository(database), organisations, context.fetch_customer_context
        ),
        context=context,
        reply=ReplyActivities(turns, calls, approvals, journeys, organisations, AtOnce(deliveries, approvals)),
        tools=ToolActivities(calls, organisations.version, connected),
        delivery=DeliveryActivities(deliveries, channels, near.traits),
        identity=IdentityActivities(IdentityRepository(database), customers, crms, channels, organisations.version),
        approvals=ApprovalActivities(approvals),
        reading=ReadingActivities(InboxRepository(database), near.channels, organisations),
        knowledge=KnowledgeActivities(
            KnowledgeRepository(database),
            Wrapped(near.sources, guards.source),
            Publisher(database, fit),
        ),
        trust=TrustActivities(organisations, Trust(MeasureRepository(database), trust_log)),
        retention=RetentionActivities(ErasingRepository(database), organisations, EndedHistories(activity.client)),
        journeys=JourneyActivities(journeys, organisations.version),
        guarding=GuardingActivities(GuardedCallRepository(database), specs, WaitingCallers(activity.client)),
        write_back=WriteBackActivities(
            ConversationRepository(database),
            customers,
            turns,
            organisations,
            lambda kind: guards.notes(near.crms[kind]),
            lambda kind: guards.tickets(near.channels[kind]),
        ),
    )


def _has_tickets(channels: Mapping[ChannelKind, Channel], kind: ChannelKind) -> bool:
    """False also for a channel that is not set up here: its messages cannot leave either."""
    try:
        return isinstance(channels.get(kind), TicketKeeper)
    except HoldfastError:
        return False


async def workers_from(
    settings: Settings,
    stack: AsyncExitStack,
    models: ModelFactory | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> list[Worker]:
    """Connect to PostgreSQL and Temporal, and build the workers; `stack` closes what was opened.

    `models` replace those of the settings. `interceptors` come behind our own.
    """
    if settings.database_url is None or settings.temporal_address is None:
        raise CredentialsError("A worker needs HOLDFAST_DATABASE_URL and HOLDFAST_TEMPORAL_ADDRESS; or use `make up`.")
    queues = named_queues(settings.worker_queues)
    database = await connect(settings.database_url.get_secret_value(), max_size=POOL_SIZE)
    stack.push_async_callback(database.close)
    provider = stack.enter_context(tracing(settings, SERVICE))
    client = await _temporal(settings, settings.temporal_address, [*tracing_interceptors(provider), *interceptors])
    near = integrations_of(CustomerRepository(database))
    activities = compose(database, models or model_factory(settings), near)
    fits: list[Fit] = [
        partial(start_readers, client, near.channels),
        Schedules(client).fit,
        partial(schedule_reviews, client),
        partial(schedule_erasing, client),
    ]
    await stack.enter_async_context(watching_specifications(settings.organisation.name, SpecRepository(database), fits))
    limits = Limits(
        settings.max_cached_workflows, settings.max_concurrent_activities, settings.model_requests_per_second
    )
    version = version_of(settings)
    await stack.enter_async_context(ending_when_retired(client, version))
    workers = build_workers(client, activities, limits, queues, pinned(version))
    await stack.enter_async_context(answering(workers, settings.worker_host, settings.worker_health_port))
    return workers


async def _temporal(settings: Settings, address: str, interceptors: Sequence[Interceptor]) -> Client:
    """Raises UnavailableError when Temporal does not answer or lacks the namespace."""
    try:
        client = await Client.connect(
            address,
            namespace=settings.temporal_namespace,
            data_converter=pydantic_data_converter,
            interceptors=interceptors,
            runtime=runtime_of(settings),
            **access_of(settings).options(),
        )
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RuntimeError as error:
        raise UnavailableError(
            f"Temporal does not answer at {address}. Start it, or correct HOLDFAST_TEMPORAL_ADDRESS."
        ) from error
    except RPCError as error:
        raise UnavailableError(
            f"Temporal at {address} refuses the namespace {settings.temporal_namespace} ({error.status.name}). "
            "Create it, or correct HOLDFAST_TEMPORAL_NAMESPACE."
        ) from error
    return client
