"""A fresh platform among its neighbours, published for, with keys for the people."""

import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cast.staff import Staff
from chaos.disk import SmallDisk, small_disk, unmount
from chaos.neighbours import Neighbours, serving_neighbours
from chaos.organisation import ORGANISATION, STAFF, publish, specification
from chaos.outside import OutsideRecord
from chaos.plants import Plant, plant
from config.settings import Settings
from domain.identity.directory import Contact
from domain.specification.tools import ToolServerSpec
from embedded.application import gateway_part, gateway_url, worker_part
from embedded.home import claimed
from embedded.launch import tied_to_parent
from embedded.platform import Platform, with_free_ports
from embedded.processes import Part, Report
from integrations.tools.base import ToolServer, ToolSettings
from integrations.tools.registry import tool_server
from sandbox.process.salesforce import Customers
from storage.api_keys import ApiKeyRepository
from storage.database import Database, connect
from storage.migrate import migrate

POSTGRES = "postgres"
WORKERS = ("worker-1", "worker-2")
ACCOUNT = {"id": "chaos-ltd", "name": "Chaos Ltd", "plan": "Team", "seats": 14, "status": "active"}
CUSTOMER_DIGITS = 30_2000_0000


@dataclass(frozen=True)
class Stage:
    """Everything that a run needs. `disk` is PostgreSQL's; None where it cannot be full on purpose."""

    platform: Platform
    neighbours: Neighbours
    database: Database
    temporal: Client
    staff: Staff
    contacts: Sequence[Contact]
    outside: OutsideRecord
    disk: SmallDisk | None


def chaos_settings(settings: Settings) -> Settings:
    """Everything embedded, in a home of its own and on free ports."""
    own = {
        "home": settings.home / "chaos",
        "organisation": Path(ORGANISATION),
        "database_url": None,
        "temporal_address": None,
        "public_url": None,
        "openai_api_key": None,
        "log_level": "warning",
    }
    return with_free_ports(settings.model_copy(update=own))


def contacts(number: int) -> list[Contact]:
    """Customers with all that a channel may know them by."""
    return [
        Contact(
            id=f"c-{count:05}",
            account=str(ACCOUNT["id"]),
            name=f"Customer {count:05}",
            email=f"c{count:05}@customers.example",
            phone=f"+49 {CUSTOMER_DIGITS + count}",
        )
        for count in range(1, number + 1)
    ]


@asynccontextmanager
async def open_stage(
    settings: Settings, report: Report, customers: int, bug: Plant | None = None
) -> AsyncIterator[Stage]:
    """Start from nothing. Raises ConflictError while another run goes on."""
    _remove(settings.home)
    outside, known = OutsideRecord(), contacts(customers)
    directory = Customers(accounts=[dict(ACCOUNT)], contacts=[contact.model_dump(mode="json") for contact in known])
    async with AsyncExitStack() as stack:
        folder, url = settings.home / "sandbox", gateway_url(settings)
        disk = stack.enter_context(small_disk(settings.home / POSTGRES))
        neighbours = stack.enter_context(serving_neighbours(folder, url, directory, outside))
        keys = dict[str, str]()
        platform = Platform(
            settings,
            application=partial(_parts, neighbours, bug),
            prepare=partial(_prepare, neighbours, keys, bug),
            report=report,
        )
        await stack.enter_async_context(platform)
        database = await connect(platform.database_url)
        stack.push_async_callback(database.close)
        temporal = await Client.connect(platform.temporal_address, data_converter=pydantic_data_converter)
        staff = await stack.enter_async_context(Staff(platform.gateway_url, keys))
        yield Stage(platform, neighbours, database, temporal, staff, known, outside, disk)


async def publish_again(stage_database: Database, neighbours: Neighbours, name: str) -> None:
    """A version of the specification that differs, as a team lead would publish one."""
    changed = specification(neighbours.tools_url).model_copy(update={"name": name})
    await publish(stage_database, changed, partial(_connect, neighbours))


def _connect(neighbours: Neighbours, server: ToolServerSpec) -> ToolServer:
    return tool_server(server, ToolSettings(allowed=(neighbours.tools_url,)))


async def _prepare(neighbours: Neighbours, keys: dict[str, str], bug: Plant | None, settings: Settings) -> None:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    await migrate(url)
    database = await connect(url)
    try:
        await publish_again(database, neighbours, "Chaos")
        repository = ApiKeyRepository(database)
        keys |= {person: await repository.create(ORGANISATION, person, roles) for person, roles in STAFF.items()}
        if bug is not None:
            await plant(database, bug)
    finally:
        await database.close()


def _parts(neighbours: Neighbours, bug: Plant | None, settings: Settings) -> list[Part]:
    workers = [_worker(settings, number) for number, _ in enumerate(WORKERS, 1)]
    gateway = gateway_part(settings)
    if bug is Plant.ACK_BEFORE_DURABILITY:
        gateway = replace(gateway, command=_command("chaos.forgetful_gateway"))
    return [neighbours.known_to(part) for part in (*workers, gateway)]


def _worker(settings: Settings, number: int) -> Part:
    return replace(worker_part(settings, number), command=_command("chaos.worker"))


def _command(module: str) -> list[str]:
    return tied_to_parent([sys.executable, "-m", module])


def _remove(home: Path) -> None:
    with claimed(home):
        unmount(home / POSTGRES)
    shutil.rmtree(home)
