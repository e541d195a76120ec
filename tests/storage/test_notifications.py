import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from domain.errors import StoreUnavailableError
from storage import notifications
from storage.database import Database, connect
from storage.notifications import NotificationListener
from storage.views import Notification
from tests.storage.server import own_server
from tests.storage.stage import CONVERSATION, NOW, Stage, message, ownership, reply


def about(kind: str) -> Notification:
    return Notification.model_validate({"kind": kind, "conversation_id": CONVERSATION})


async def take(events: AsyncIterator[Notification], count: int) -> list[str]:
    return [(await anext(events)).kind for _ in range(count)]


async def test_steps_are_heard_in_order_after_a_first_resync(stage: Stage, database_url: str) -> None:
    async with aclosing(NotificationListener(database_url).listen()) as events:
        assert await take(events, 1) == ["resync"]
        await stage.drafted()
        await stage.deliveries.deliver_stored(reply(), NOW)
        await stage.conversations.mark_read(CONVERSATION, 2, NOW)
        await stage.conversations.change_ownership(ownership(), NOW)
        assert [await anext(events) for _ in range(4)] == [about(k) for k in ("message", "message", "read", "owner")]


async def test_what_is_announced_together_is_heard_in_order_and_each_once(stage: Stage, database_url: str) -> None:
    several = [Notification(kind="message", conversation_id=f"{CONVERSATION}-{number}") for number in range(50)]
    async with aclosing(NotificationListener(database_url).listen()) as events:
        await take(events, 1)
        await asyncio.gather(*(stage.database.announce(one) for one in several))
        assert [await anext(events) for _ in several] == several


async def test_whoever_announces_is_told_that_the_store_is_away_and_may_try_again(tmp_path: Path) -> None:
    async with own_server(tmp_path) as own:
        database = await connect(own.url)
        await own.stop()
        failed = await asyncio.gather(*(database.announce(about("message")) for _ in range(3)), return_exceptions=True)
        assert [type(error) for error in failed] == [StoreUnavailableError] * 3
        await own.start()
        async with aclosing(NotificationListener(own.url).listen()) as events:
            await take(events, 1)
            await database.announce(about("status"))
            assert await take(events, 1) == ["status"]
        await database.close()


async def test_what_is_heard_is_committed(stage: Stage, database_url: str) -> None:
    async with aclosing(NotificationListener(database_url).listen()) as events:
        await take(events, 1)
        await stage.conversations.record_messages(CONVERSATION, 1, [message("a", "Hello")])
        await take(events, 1)
        assert await stage.said() == [(1, "customer", "Hello")]


async def test_after_a_lost_connection_everybody_is_told_to_read_again(database: Database, database_url: str) -> None:
    async with aclosing(NotificationListener(database_url).listen()) as events:
        await take(events, 1)
        await database.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert await take(events, 1) == ["resync"]
        await database.announce(about("status"))
        assert await take(events, 1) == ["status"]


async def test_a_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    async with own_server(tmp_path) as own, aclosing(NotificationListener(own.url).listen()) as events:
        await take(events, 1)
        await own.stop()
        await own.start()
        assert await take(events, 1) == ["resync"]
        database = await connect(own.url)
        await database.announce(about("message"))
        assert await take(events, 1) == ["message"]
        await database.close()


async def test_a_server_that_refuses_us_for_a_while_is_heard_again(database: Database, database_url: str) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    url = database_url.replace(name, f"{name}_later")
    with capture_logs() as logs:
        async with aclosing(NotificationListener(url).listen()) as events:
            hearing = asyncio.create_task(take(events, 1))
            while not logs:
                assert not hearing.done()
                await asyncio.sleep(0.01)
            await database.fetch(f'CREATE DATABASE "{name}_later"')
            assert await hearing == ["resync"]
    assert logs[0]["error"] == "CredentialsError"
    await database.fetch(f'DROP DATABASE "{name}_later" WITH (FORCE)')


async def test_a_reader_that_fell_behind_is_told_to_read_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "BACKLOG", 3)
    async with aclosing(NotificationListener(database_url).listen()) as events:
        await take(events, 1)
        statement = 'SELECT pg_notify(\'holdfast\', format(\'{"kind":"status","conversation_id":"%s"}\', n))'
        await database.fetch(f"{statement} FROM generate_series(1, 5) AS n")
        await database.announce(about("read"))
        heard = [(await anext(events)).kind]
        while heard[-1] != "read":
            heard.append((await anext(events)).kind)
        assert heard.count("resync") >= 1


async def test_a_silent_connection_is_kept(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "HEARTBEAT_SECONDS", 0.01)
    async with aclosing(NotificationListener(database_url).listen()) as events:
        await take(events, 1)
        await database.fetchval("SELECT pg_sleep(0.05)")
        await database.announce(about("message"))
        assert await take(events, 1) == ["message"]
