"""The stage of the demo: a fresh platform, TechFlow published, keys for the staff."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.demo.steps import STAFF
from cli.operator_key import ensure_operator_key
from cli.platform.application import ROOT
from cli.platform.embedded import Platform, with_free_ports, workers_and_gateway
from cli.platform.home import claimed
from cli.platform.processes import Report
from cli.publishing import publish_organisation
from config.settings import Settings
from integrations.specification import load_specification
from storage.api_keys import ApiKeyRepository
from storage.database import Database, connect
from storage.migrate import migrate

WORKERS = 2
PUBLISHER = "demo"
ORGANISATION = ROOT / "specs" / "techflow"


@dataclass(frozen=True)
class Stage:
    """A platform that runs. `names` are the customers by contact id."""

    platform: Platform
    database: Database
    temporal: Client
    keys: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def organisation(self) -> str:
        return ORGANISATION.name


def demo_settings(settings: Settings) -> Settings:
    """Everything embedded, in a home of its own and on free ports."""
    embedded = {"organisation": ORGANISATION, "database_url": None, "temporal_address": None}
    return with_free_ports(settings.model_copy(update={"home": settings.home / "demo", **embedded}))


@asynccontextmanager
async def open_stage(settings: Settings, report: Report, say: Callable[[str], None]) -> AsyncIterator[Stage]:
    """Start from nothing; ConflictError while another demo runs."""
    _remove(settings.home)
    keys: dict[str, str] = {}

    async def prepare(prepared: Settings) -> None:
        url = prepared.database_url.get_secret_value() if prepared.database_url else ""
        await migrate(url)
        database = await connect(url)
        try:
            say("Publishing TechFlow: fitting topics and confidence to its examples, about 15 seconds …")
            await publish_organisation(database, settings.organisation, PUBLISHER)
            keys.update(await _make_keys(database))
            await ensure_operator_key(prepared, database)
        finally:
            await database.close()

    platform = Platform(settings, application=workers_and_gateway(WORKERS), prepare=prepare, report=report)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(platform)
        database = await connect(platform.database_url)
        stack.push_async_callback(database.close)
        temporal = await Client.connect(platform.temporal_address, data_converter=pydantic_data_converter)
        contacts = load_specification(settings.organisation).directory.contacts
        names = {contact.id: contact.name for contact in contacts}
        yield Stage(platform=platform, database=database, temporal=temporal, keys=keys, names=names)


def _remove(home: Path) -> None:
    with claimed(home):
        pass
    shutil.rmtree(home)


async def _make_keys(database: Database) -> dict[str, str]:
    keys = ApiKeyRepository(database)
    return {person: await keys.create(ORGANISATION.name, person, roles) for person, roles in STAFF.items()}
