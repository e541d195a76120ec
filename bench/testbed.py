"""A fresh embedded platform with one worker, and the ways to reach it."""

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench import vendor
from bench.announcements import Announcements
from bench.bare import QUEUE, BareWorkflow
from bench.customers import Access, BareLoadClient, Customer
from bench.organisation import PLAIN, QUESTION, publish
from config.settings import Settings
from domain.conversation.requests import workflow_id
from domain.delivery.inbound import InboundMessage, Sender
from embedded.application import worker_part
from embedded.home import claimed
from embedded.launch import tied_to_parent
from embedded.platform import Platform, with_free_ports
from embedded.ports import free_port
from embedded.processes import Part, Report
from gateway.metrics import GatewayMetrics
from gateway.signals import ConversationSignals
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository
from storage.database import Database, connect
from storage.inbox import InboxRepository
from storage.migrate import migrate
from storage.notifications import NotificationListener

WORKER = "worker"
BARE_WORKER = "bare-worker"
POOL_SIZE = 5


@dataclass
class Testbed:
    """What the measurements need. `customers` are all that there ever were."""

    platform: Platform
    temporal: Client
    database: Database
    access: Access
    customers: list[Customer] = field(default_factory=list)

    def new_customers(self, number: int, organisation: str = PLAIN) -> list[Customer]:
        new = [Customer(self.access, organisation) for _ in range(number)]
        self.customers += new
        return new

    async def new_customer_by_vendor(self) -> Customer:
        """Who wrote by the other system before, so that replies know where to go."""
        now = datetime.now(UTC)
        wrote = InboundMessage(
            channel=vendor.KIND,
            event_id=uuid4().hex,
            thread=uuid4().hex,
            at=now,
            sender=Sender(external_id="bench"),
            address={"thread": "bench"},
            text=QUESTION,
        )
        kept = await InboxRepository(self.database).keep(PLAIN, wrote, now)
        new = Customer(self.access, PLAIN, conversation_id=kept.conversation_id or "", channel=vendor.KIND)
        self.customers.append(new)
        return new

    async def history(self, customer: Customer) -> list[HistoryEvent]:
        handle = self.temporal.get_workflow_handle(workflow_id(customer.conversation_id))
        return [event async for event in handle.fetch_history_events()]

    def worker_process(self) -> int:
        process_id = self.platform.parts.process_id(WORKER)
        if process_id is None:
            raise RuntimeError("the worker does not run")
        return process_id

    async def kill_worker(self) -> None:
        """SIGKILL; nothing starts it again before `start_worker`."""
        await self.platform.parts.stop(WORKER)

    async def start_worker(self) -> None:
        await self.platform.parts.resume(WORKER)

    @asynccontextmanager
    async def bare_clients(self, number: int) -> AsyncIterator[list[BareLoadClient]]:
        """So many bare workflows, with a worker process of their own as long as the context lasts."""
        port = free_port()
        loop = asyncio.get_running_loop()
        heard = _Heard(self.access.announcements)
        transport, _ = await loop.create_datagram_endpoint(lambda: heard, local_addr=("127.0.0.1", port))
        await self.platform.parts.start(_bare_worker(self.platform.settings, port))
        try:
            yield [await self._bare_client() for _ in range(number)]
        finally:
            await self.platform.parts.stop(BARE_WORKER)
            transport.close()

    async def _bare_client(self) -> BareLoadClient:
        handle = await self.temporal.start_workflow(BareWorkflow.run, id=f"bare-{uuid4().hex}", task_queue=QUEUE)
        return BareLoadClient(handle, self.access.announcements)


@asynccontextmanager
async def more_workers(bed: Testbed, number: int) -> AsyncIterator[None]:
    """So many worker processes beside the first, as long as the context lasts."""
    parts = [_worker(bed.platform.settings, ordinal) for ordinal in range(2, number + 2)]
    try:
        await bed.platform.parts.start_together(parts)
        yield
    finally:
        for part in parts:
            if part.name in bed.platform.parts.names:
                await bed.platform.parts.stop(part.name)


class _Heard(asyncio.DatagramProtocol):
    """Each datagram is the id of a workflow whose turn ended."""

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._announcements.hear((data.decode(), "turn"))


@asynccontextmanager
async def testbed(settings: Settings, report: Report) -> AsyncIterator[Testbed]:
    """Start it with state of its own under the home folder; the state goes when all went well."""
    folder = settings.home / "bench"
    own = {"home": folder / "platform", "temporal_address": None, "database_url": None, "log_level": "warning"}
    with claimed(folder):
        shutil.rmtree(folder / "platform", ignore_errors=True)
        fresh = with_free_ports(settings.model_copy(update=own))
        with vendor.serving_vendor() as other:
            platform = Platform(fresh, application=partial(_parts, other=other), prepare=_prepare, report=report)
            async with platform, _reached(platform) as bed:
                yield bed
        shutil.rmtree(folder / "platform")


@asynccontextmanager
async def _reached(platform: Platform) -> AsyncIterator[Testbed]:
    async with AsyncExitStack() as stack:
        database = await connect(platform.database_url, max_size=POOL_SIZE)
        stack.push_async_callback(database.close)
        temporal = await Client.connect(platform.temporal_address, data_converter=pydantic_data_converter)
        announcements = Announcements()
        await stack.enter_async_context(listening(announcements, platform.database_url))
        conversations = ConversationSignals(temporal, GatewayMetrics())
        access = Access(conversations, ConversationRepository(database), ApprovalRepository(database), announcements)
        yield Testbed(platform, temporal, database, access)


@asynccontextmanager
async def listening(announcements: Announcements, database_url: str) -> AsyncIterator[None]:
    connected = asyncio.Event()
    following = asyncio.create_task(announcements.follow(NotificationListener(database_url), connected))
    await connected.wait()
    try:
        yield
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def _prepare(settings: Settings) -> None:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    await migrate(url)
    database = await connect(url)
    try:
        await publish(database)
    finally:
        await database.close()


def worker_command(*arguments: str) -> list[str]:
    return tied_to_parent([sys.executable, "-m", "bench.worker", *arguments])


def _parts(settings: Settings, other: vendor.Vendor | None = None) -> list[Part]:
    """Without another system no reply leaves by a vendor: so the baseline's program has it."""
    worker = _worker(settings, 1)
    return [other.known_to(worker) if other else worker]


def _worker(settings: Settings, ordinal: int) -> Part:
    """A worker as `holdfast dev` starts it, but with the instant model, and ended by SIGKILL alone."""
    name = WORKER if ordinal == 1 else f"{WORKER}-{ordinal}"
    return replace(worker_part(settings, ordinal), name=name, command=worker_command(), stop_signal=signal.SIGKILL)


def _bare_worker(settings: Settings, port: int) -> Part:
    async def at_once(_: int) -> bool:
        return True

    return replace(worker_part(settings, 2), name=BARE_WORKER, command=worker_command(str(port)), ready=at_once)
