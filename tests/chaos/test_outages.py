"""Temporal and PostgreSQL go away in the middle of turns: what was accepted is answered once when they are back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.conversation.requests import TakeOver
from domain.specification.organisation import ModelSpec, ServiceLevels
from embedded.ports import free_port
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer
from storage.database import Database, connect
from storage.migrate import migrate
from tests.e2e.bikeshop import DELIVERY, PASSWORD, REFUND, publish
from tests.e2e.gates import Moment
from tests.e2e.house import ANNA, House, Talk
from tests.e2e.promises import check_promises
from tests.storage.server import OwnServer, own_server
from tests.workflows.fakes import Gate

pytestmark = [pytest.mark.chaos]
LONG = 90.0


@pytest.fixture
async def supervised_temporal(tmp_path: Path) -> AsyncIterator[tuple[Supervisor, TemporalServer]]:
    """A server that nobody else uses, restarted on its file when it crashes."""
    async with Supervisor(tmp_path / "logs", lambda *_: None) as supervisor:
        server = TemporalServer(tmp_path / "temporal.db", port=free_port(), ui_port=None)
        await supervisor.start(server.part())
        await server.prepare_namespace()
        yield supervisor, server


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[OwnServer]:
    async with own_server(tmp_path) as server:
        await migrate(server.url)
        yield server


async def test_temporal_killed_in_mid_turn(
    supervised_temporal: tuple[Supervisor, TemporalServer], database: Database, database_url: str
) -> None:
    supervisor, server = supervised_temporal
    client = await Client.connect(server.address, data_converter=pydantic_data_converter)
    async with House(client, database, database_url) as house, house.workers():
        drafting, opening, delivered, waiting = (house.talk() for _ in range(4))
        await waiting.says(REFUND)
        await waiting.asked()
        stops: list[tuple[Talk, Moment, str]] = [
            (drafting, "before", "generate_reply"),
            (opening, "after", "open_conversation"),
            (delivered, "after", "generate_reply"),
        ]
        gates = [await _stopped(talk, moment, name) for talk, moment, name in stops]
        supervisor.kill("temporal")
        for gate in gates:
            gate.opened.set()
        await drafting.says(DELIVERY, "m2")
        await supervisor.ready("temporal")

        await waiting.decide("approve", "d1")
        for talk in (opening, delivered, waiting):
            seen = await talk.until(lambda seen: seen.answered, LONG)
            assert len(seen.replies) == 1, seen.told()
        seen = await drafting.until(lambda seen: seen.answered and len(seen.messages) > 2, LONG)
        assert [m.message_id for m in seen.messages if m.author == "customer"] == ["m1", "m2"]
        for talk in (drafting, opening, delivered, waiting):
            await talk.rests()
            await check_promises(talk)


async def _stopped(talk: Talk, moment: Moment, name: str) -> Gate:
    """A conversation that stands in the middle of its first turn."""
    gate = talk.house.gates.hold(moment, name)
    await talk.says(PASSWORD, "m1")
    await gate.reached.wait()
    return gate


@pytest.mark.parametrize("by", ["stop", "kill"])
async def test_postgresql_gone_in_mid_turn(own_postgres: OwnServer, temporal_client: Client, by: str) -> None:
    database = await connect(own_postgres.url)
    await publish(database)
    async with House(temporal_client, database, own_postgres.url) as house, house.workers():
        drafting, opening, waiting, new = (house.talk() for _ in range(4))
        await waiting.says(REFUND)
        approval_id = (await waiting.asked()).approval.approval_id
        stops = ((drafting, "generate_reply"), (opening, "open_conversation"))
        gates = [await _stopped(talk, "before", name) for talk, name in stops]
        await own_postgres.stop()
        for gate in gates:
            gate.opened.set()
        await new.says(PASSWORD)
        await waiting.decide("approve", "d1", approval_id=approval_id)
        for talk in (drafting, opening, waiting, new):
            await _is_trying_again(talk)
        await own_postgres.start()
        if by == "kill":
            own_postgres.supervisor.kill("postgres")
            await own_postgres.supervisor.ready("postgres")

        for talk in (drafting, opening, waiting, new):
            seen = await talk.until(lambda seen: seen.answered, LONG)
            assert len(seen.replies) == 1, seen.told()
            await talk.rests()
            await check_promises(talk)
    await database.close()


async def _is_trying_again(talk: Talk) -> None:
    """Wait until a step has failed and waits for its next attempt."""
    while True:
        pending = (await talk.handle.describe()).raw_description.pending_activities
        if any(step.attempt > 1 for step in pending):
            return
        await asyncio.sleep(0.05)


async def test_postgresql_gone_for_longer_than_a_model_is_tried(
    own_postgres: OwnServer, temporal_client: Client
) -> None:
    """The turn waits for it; nobody is told that a model was slow, or failed."""
    database = await connect(own_postgres.url)
    remote = ModelSpec(writer="compatible:double")
    await publish(database, model=remote, service_levels=ServiceLevels(park_after_seconds=5))
    async with House(temporal_client, database, own_postgres.url) as house, house.workers():
        talk = house.talk()
        gate = await _stopped(talk, "before", "generate_reply")
        await own_postgres.stop()
        gate.opened.set()
        await _stands_in(talk, "record_messages")
        await own_postgres.start()
        seen = await talk.until(lambda seen: seen.answered, LONG)
        assert len(seen.replies) == 1, seen.told()
        assert not {"parked", "escalated"} & set(seen.kinds)
        await talk.rests()
        await check_promises(talk)
    await database.close()


async def _stands_in(talk: Talk, activity: str) -> None:
    while True:
        pending = (await talk.handle.describe()).raw_description.pending_activities
        if any(step.activity_type.name == activity for step in pending):
            return
        await asyncio.sleep(0.05)


async def test_a_takeover_is_kept_while_postgresql_is_away(own_postgres: OwnServer, temporal_client: Client) -> None:
    database = await connect(own_postgres.url)
    await publish(database)
    async with House(temporal_client, database, own_postgres.url) as house, house.workers():
        talk = house.talk()
        gate = await _stopped(talk, "before", "generate_reply")
        await own_postgres.stop()
        await talk.ask(TakeOver(request_id="t1", by=ANNA))
        gate.opened.set()
        await _is_trying_again(talk)
        await own_postgres.start()
        seen = await talk.until(lambda seen: "ownership_changed" in seen.kinds, LONG)
        await talk.rests()
        seen = await check_promises(talk)
        assert seen.row.owner.id == "anna"
    await database.close()
