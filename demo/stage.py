"""The stage of the demo: a fresh platform among stand-ins of the vendors, TechFlow published, keys for the staff."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cast.vendors import Vendors, serving_vendors
from config.settings import Settings
from demo.actions import STAFF
from demo.slow_model import WRITER, slow_model
from domain.access.people import Member
from domain.errors import UnavailableError
from domain.identity.directory import Contact
from domain.specification.organisation import (
    AiAgentSpec,
    ChannelSpec,
    IdentityRules,
    OrganisationSpec,
    OwnModel,
    SpecVersion,
    Topic,
)
from embedded.application import ROOT, gateway_url
from embedded.home import claimed
from embedded.installation import installation
from embedded.operator_key import ensure_operator_key
from embedded.platform import Platform, with_free_ports, workers_and_gateway
from embedded.processes import Part, Report
from embedded.sign_in.local import local_issuer, with_local_sign_in
from embedded.sign_in.people import OPERATOR, ensure_people, local_people
from publishing.publication import publish_loaded
from publishing.specification import LoadedOrganisation, load_specification
from sandbox.process.salesforce import Customers
from sandbox.salesforce import CUSTOMER_FIELDS
from storage.api_keys import ApiKeyRepository
from storage.database import Database, connect
from storage.inbox import InboxRepository
from storage.migrate import migrate

VENDOR_CHANNELS = ("email", "sms", "phone", "zendesk", "slack")
WORKERS = 2
ORGANISATION = ROOT / "specs" / "techflow"
READ_FROM_NOW_ON = ("email", "zendesk")
"""Channels of which nothing, or not everything, is told by a webhook."""
FIRST_LOOK_WITHIN_SECONDS = 120.0
LOOK_SECONDS = 0.2
SLOW_TOPIC = "free_trial"
SLOW_AI_AGENT = "trials"


@dataclass(frozen=True)
class Stage:
    """A platform that runs. `contacts` are the customers by their ids in the directory; `version` was published."""

    platform: Platform
    vendors: Vendors
    database: Database
    temporal: Client
    keys: Mapping[str, str]
    contacts: Mapping[str, Contact]
    version: SpecVersion

    @property
    def organisation(self) -> str:
        return ORGANISATION.name

    @property
    def specification(self) -> OrganisationSpec:
        return self.version.specification


def demo_settings(settings: Settings) -> Settings:
    """Everything embedded, the sign-in too, in a home of its own and on free ports."""
    embedded = dict.fromkeys(("database_url", "temporal_address", "public_url", "oidc_issuer"))
    own = {"home": settings.home / "demo", "organisation": ORGANISATION, **embedded}
    return with_local_sign_in(with_free_ports(settings.model_copy(update=own)))


@asynccontextmanager
async def open_stage(settings: Settings, report: Report, say: Callable[[str], None]) -> AsyncIterator[Stage]:
    """Start from nothing; ConflictError while another demo runs."""
    _remove(settings.home)
    keys: dict[str, str] = {}

    loaded = connected(load_specification(settings.organisation))

    async def prepare(prepared: Settings) -> None:
        url = prepared.database_url.get_secret_value() if prepared.database_url else ""
        await migrate(url)
        database = await connect(url)
        try:
            say("Publishing TechFlow: fitting topics and confidence to its examples, about 40 seconds …")
            folder = settings.organisation
            await publish_loaded(database, loaded, folder, OPERATOR, installation(), keeps_files=False)
            keys.update(await _make_keys(database))
            await ensure_operator_key(prepared, database)
            await ensure_people(database, _people(loaded, prepared), datetime.now(UTC))
        finally:
            await database.close()

    async with AsyncExitStack() as stack:
        customers = Customers.model_validate(loaded.directory.model_dump(mode="json"))
        folder = settings.home / "sandbox"
        vendors = stack.enter_context(serving_vendors(folder, gateway_url(settings), customers, [slow_model()]))

        def application(prepared: Settings) -> Sequence[Part]:
            return [vendors.known_to(part) for part in workers_and_gateway(WORKERS)(prepared)]

        platform = Platform(settings, application=application, prepare=prepare, report=report)
        await stack.enter_async_context(platform)
        database = await connect(platform.database_url)
        stack.push_async_callback(database.close)
        await _until_read(database)
        temporal = await Client.connect(platform.temporal_address, data_converter=pydantic_data_converter)
        contacts = {contact.id: contact for contact in loaded.directory.contacts}
        yield Stage(platform, vendors, database, temporal, keys, contacts, loaded.version)


def _people(loaded: LoadedOrganisation, settings: Settings) -> list[Member]:
    """Those of the specification, whoever runs the demo, and an auditor: one click signs each of them in."""
    return local_people(ORGANISATION.name, loaded.version.specification.people, local_issuer(settings))


def connected(loaded: LoadedOrganisation) -> LoadedOrganisation:
    """TechFlow as a company that has Salesforce, Zendesk, Twilio, Slack, a mailbox, and a model for one AI agent."""
    own = {name for account in loaded.directory.accounts for name in account.fields}
    specification = loaded.version.specification
    changes = {
        "channels": specification.channels | {kind: ChannelSpec() for kind in VENDOR_CHANNELS},
        "identity": IdentityRules(one_conversation=True),
        "crm": "salesforce",
        "helpdesk": "zendesk",
        "crm_fields": CUSTOMER_FIELDS | {name: f"Account.{custom_field(name)}" for name in sorted(own)},
        "ai_agents": (*specification.ai_agents, _slow(specification)),
        "topics": tuple(_answered_slowly(topic) for topic in specification.topics),
    }
    version = loaded.version.model_copy(update={"specification": specification.model_copy(update=changes)})
    return loaded.model_copy(update={"version": version})


def _slow(specification: OrganisationSpec) -> AiAgentSpec:
    """As the AI agent that had the topic, so that the same confidence is fitted, with a model that takes its time."""
    usual = next(topic.ai_agent for topic in specification.topics if topic.id == SLOW_TOPIC)
    own = {"id": SLOW_AI_AGENT, "name": "Tara", "model": OwnModel(writer=WRITER, fallbacks=("local",))}
    return specification.ai_agent(usual).model_copy(update=own)


def _answered_slowly(topic: Topic) -> Topic:
    return topic.model_copy(update={"ai_agent": SLOW_AI_AGENT}) if topic.id == SLOW_TOPIC else topic


def custom_field(fact: str) -> str:
    """Where the stand-in keeps a fact of an account's own: automation_runs in Automation_Runs__c."""
    return "_".join(word.capitalize() for word in fact.split("_")) + "__c"


async def _until_read(database: Database) -> None:
    """A mailbox is read from the first look into it on, so nobody writes before. Raises UnavailableError."""
    inbox = InboxRepository(database)
    try:
        async with asyncio.timeout(FIRST_LOOK_WITHIN_SECONDS):
            for channel in READ_FROM_NOW_ON:
                while await inbox.cursor(ORGANISATION.name, channel) is None:  # noqa: ASYNC110 - workers decide when
                    await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise UnavailableError("No worker reads the channels of the demo: see the logs below its home.") from None


def _remove(home: Path) -> None:
    with claimed(home):
        pass
    shutil.rmtree(home)


async def _make_keys(database: Database) -> dict[str, str]:
    keys = ApiKeyRepository(database)
    return {person: await keys.create(ORGANISATION.name, person, roles) for person, roles in STAFF.items()}
