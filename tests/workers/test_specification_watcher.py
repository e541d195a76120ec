"""What is published takes effect while a worker runs, and only what changed costs calls of Temporal."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from domain.delivery.inbound import Batch, Cursor
from domain.errors import UnavailableError
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import ChannelSpec, OrganisationSpec
from storage.database import Database, connect
from storage.inbox import InboxRepository
from storage.migrate import migrate
from storage.specs import SpecRepository
from storage.views import SpecSummary
from tests.e2e.bikeshop import publish
from tests.e2e.house import scripted
from tests.gateway.cable import cable_to
from tests.pigeons import KIND, PigeonChannel, numbered
from tests.storage.server import own_server
from tests.workers.seen import ORGANISATION, holds, is_scheduled, reader_of, schedule_of, status, until
from workers import specification_watcher as module
from workers.composition import Integrations, compose
from workers.knowledge import Schedules
from workers.readers import start_readers
from workers.specification_watcher import Fit, watching_specifications
from workers.worker import Limits, build_workers

READER, SCHEDULE = reader_of(KIND), schedule_of("zendesk")
ZENDESK = KnowledgeSourceSpec(kind="zendesk", default_topic="delivery", every_hours=2)
WITH_PIGEONS = {"web_chat": ChannelSpec(), KIND: ChannelSpec()}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta(seconds=0.05))
    monkeypatch.setattr(module, "MAX_PAUSE", timedelta(seconds=0.2))


@pytest.fixture(autouse=True)
async def tidy(temporal_client: Client) -> AsyncIterator[None]:
    """Nothing of a test runs on in the next one."""
    yield
    async for execution in temporal_client.list_workflows("ExecutionStatus = 'Running'"):
        with suppress(RPCError):
            await temporal_client.get_workflow_handle(execution.id).terminate()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Nothing is published in it."""
    database = await connect(database_url)
    yield database
    await database.close()


class Loft(PigeonChannel):
    """A channel that is read: `notes` says how many have arrived so far."""

    def __init__(self) -> None:
        super().__init__()
        self.notes = 0

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        read = cursor["note"] if cursor else 0
        while True:
            events, read = tuple(numbered(number) for number in range(read + 1, self.notes + 1)), self.notes
            yield Batch(events=events, cursor={"note": read})
            await asyncio.sleep(0.05)


class Specs(SpecRepository):
    """Counts how often somebody looked."""

    looks = 0

    async def last_published(self, organisation: str) -> SpecSummary | None:
        self.looks += 1
        return await super().last_published(organisation)

    async def looked(self, times: int = 3) -> None:
        """Wait for whole looks from now on."""
        seen = self.looks
        await until(lambda: self.looks > seen + times)


class Calls(Interceptor):
    """Notes every call of Temporal that follows a publication."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        made = self.made

        class Noting(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> Any:
                made.append(f"{input.start_signal} {input.id}")
                return await super().start_workflow(input)

            async def create_schedule(self, input: Any) -> Any:
                made.append(f"create {input.id}")
                return await super().create_schedule(input)

            async def update_schedule(self, input: Any) -> None:
                made.append(f"update {input.id}")
                await super().update_schedule(input)

            async def delete_schedule(self, input: Any) -> None:
                made.append(f"delete {input.id}")
                await super().delete_schedule(input)

        return Noting(next)


def fits(client: Client, loft: Loft) -> list[Fit]:
    """Those of production."""
    return [partial(start_readers, client, {"web_chat": PigeonChannel(), KIND: loft}), Schedules(client).fit]


@asynccontextmanager
async def worker(client: Client, database: Database, loft: Loft) -> AsyncIterator[None]:
    """The workers of production."""
    activities = compose(database, scripted(), Integrations({"web_chat": PigeonChannel(), KIND: loft}, {}))
    async with AsyncExitStack() as stack:
        for serving in build_workers(client, activities, Limits()):
            await stack.enter_async_context(serving)
        yield


async def kept(database: Database) -> Sequence[str]:
    rows = await database.fetch("SELECT event_id FROM inbox WHERE channel = $1 ORDER BY inbox_id", KIND)
    return [row["event_id"] for row in rows]


async def test_a_channel_is_read_as_soon_as_it_is_published_and_goes_on_when_it_comes_back(
    database: Database, temporal_client: Client
) -> None:
    loft, specs = Loft(), Specs(database)
    ended = WorkflowExecutionStatus.COMPLETED
    async with (
        worker(temporal_client, database, loft),
        watching_specifications(ORGANISATION, specs, fits(temporal_client, loft)),
    ):
        await specs.looked()
        assert await status(temporal_client, READER) is not WorkflowExecutionStatus.RUNNING

        loft.notes = 2
        await publish(database, channels=WITH_PIGEONS)
        await until(lambda: holds(kept(database), ["n-1", "n-2"]))

        await publish(database)
        await until(lambda: holds(status(temporal_client, READER), ended))
        loft.notes = 4
        await specs.looked()
        assert await status(temporal_client, READER) is ended
        assert await InboxRepository(database).cursor(ORGANISATION, KIND) == {"note": 2}

        await publish(database, channels=WITH_PIGEONS)
        await until(lambda: holds(kept(database), ["n-1", "n-2", "n-3", "n-4"]))


async def test_a_source_is_scheduled_changed_and_deleted_as_it_is_published(
    database: Database, temporal_client: Client
) -> None:
    async with watching_specifications(ORGANISATION, SpecRepository(database), fits(temporal_client, Loft())):
        for hours in (2, 1):
            await publish(database, knowledge_sources=(ZENDESK.model_copy(update={"every_hours": hours}),))
            await until(lambda hours=hours: is_scheduled(temporal_client, SCHEDULE, timedelta(hours=hours)))  # type: ignore[misc]
        await publish(database)
        await until(lambda: is_scheduled(temporal_client, SCHEDULE, None))


async def test_temporal_is_asked_for_nothing_but_what_changed(database: Database, temporal_client: Client) -> None:
    config, calls, specs = temporal_client.config(), Calls(), Specs(database)
    config["interceptors"] = [*config["interceptors"], calls]
    await publish(database, channels=WITH_PIGEONS, knowledge_sources=(ZENDESK,))
    async with (
        worker(temporal_client, database, Loft()),
        watching_specifications(ORGANISATION, specs, fits(Client(**config), Loft())),
    ):
        await specs.looked()
        assert sorted(calls.made) == [
            f"create {SCHEDULE}",
            f"delete {schedule_of('salesforce')}",
            f"go_on {READER}",
        ]
        await specs.looked()
        assert len(calls.made) == 3

        await publish(database, channels=WITH_PIGEONS, knowledge_sources=(ZENDESK,), name="Two Wheels")
        await specs.looked()
        assert calls.made[3:] == [f"go_on {READER}"]

        await publish(database)
        await specs.looked()
        assert calls.made[4:] == [f"delete {SCHEDULE}"]


async def test_the_same_version_published_again_is_followed_again(database: Database) -> None:
    """Another version, in which a reader ended, may have come and gone between two looks."""
    followed: list[OrganisationSpec] = []
    specs = Specs(database)

    async def fit(specification: OrganisationSpec) -> None:
        followed.append(specification)

    await publish(database)
    async with watching_specifications(ORGANISATION, specs, [fit]):
        await specs.looked()
        assert len(followed) == 1
        await publish(database)
        await until(lambda: len(followed) == 2)


async def test_an_outage_of_postgresql_is_one_line_in_the_log(tmp_path: Path) -> None:
    followed: list[OrganisationSpec] = []

    async def fit(specification: OrganisationSpec) -> None:
        followed.append(specification)

    async with own_server(tmp_path) as own:
        await migrate(own.url)
        database = await connect(own.url)
        specs = Specs(database)
        await publish(database)
        with capture_logs() as lines:
            async with watching_specifications(ORGANISATION, specs, [fit]):
                await until(lambda: len(followed) == 1)
                await own.stop()
                await specs.looked()
                await own.start()
                await publish(database)
                await until(lambda: len(followed) == 2)
        await database.close()
    assert [line["error"] for line in lines if "error" in line] == ["StoreUnavailableError"]


async def test_whatever_goes_wrong_is_tried_again(database: Database) -> None:
    failures = [ValueError("a mistake of ours"), ValueError("a mistake of ours"), UnavailableError("away")]
    done = asyncio.Event()

    async def fit(_: OrganisationSpec) -> None:
        if failures:
            raise failures.pop(0)
        done.set()

    await publish(database)
    with capture_logs() as lines:
        async with watching_specifications(ORGANISATION, SpecRepository(database), [fit]):
            await done.wait()
    assert [line["error"] for line in lines if "error" in line] == ["ValueError", "UnavailableError"]


async def test_what_is_published_while_temporal_is_away_takes_effect_when_it_is_back(
    database: Database, temporal_client: Client
) -> None:
    host, port = temporal_client.service_client.config.target_host.split(":")
    async with cable_to(lambda: asyncio.open_connection(host, int(port))) as cable:
        client = await Client.connect(f"127.0.0.1:{cable.port}", data_converter=pydantic_data_converter)
        with capture_logs() as lines:
            async with watching_specifications(ORGANISATION, SpecRepository(database), fits(client, Loft())):
                await cable.cut()
                await publish(database, channels=WITH_PIGEONS)
                await until(lambda: any(line["event"] == "specification_not_followed" for line in lines))
                await cable.mend()
                await until(lambda: holds(status(temporal_client, READER), WorkflowExecutionStatus.RUNNING))
    assert [line["error"] for line in lines if "error" in line].count("RPCError") == 1


async def test_watching_ends_with_its_context(database: Database) -> None:
    """Even in the middle of a call that does not come back."""
    called = asyncio.Event()
    ended: list[str] = []

    async def fit(_: OrganisationSpec) -> None:
        called.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    await publish(database)
    async with watching_specifications(ORGANISATION, SpecRepository(database), [fit]):
        await called.wait()
    assert ended == ["ended"]
