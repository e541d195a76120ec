import asyncio

import pytest

from bench.announcements import Announcements
from domain.errors import UnavailableError
from storage.database import connect
from storage.notifications import NotificationListener
from storage.views import Notification

EVENT = ("cv_1", "message")


async def test_what_was_announced_before_is_known() -> None:
    announcements = Announcements()
    announcements.hear(EVENT)
    announcements.hear(EVENT)

    assert await announcements.wait_beyond(EVENT, 1) == 2


async def test_who_waits_is_woken_by_the_announcement_beyond_the_number() -> None:
    announcements = Announcements()
    announcements.hear(EVENT)
    waiting = asyncio.create_task(announcements.wait_beyond(EVENT, 1))
    await asyncio.sleep(0)
    announcements.hear(("cv_2", "message"))
    assert not waiting.done()

    announcements.hear(EVENT)

    assert await waiting == 2


async def test_the_store_is_heard(database_url: str) -> None:
    announcements, listening = Announcements(), asyncio.Event()
    following = asyncio.create_task(announcements.follow(NotificationListener(database_url), listening))
    await listening.wait()
    database = await connect(database_url)

    await database.announce(Notification(kind="message", conversation_id="cv_1"))

    assert await announcements.wait_beyond(EVENT, 0) == 1
    following.cancel()
    await database.close()


async def test_a_lost_connection_ends_every_wait(database_url: str) -> None:
    announcements, listening = Announcements(), asyncio.Event()
    following = asyncio.create_task(announcements.follow(NotificationListener(database_url), listening))
    await listening.wait()
    waiting = asyncio.create_task(announcements.wait_beyond(EVENT, 0))
    database = await connect(database_url)

    await database.fetch(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """
    )

    with pytest.raises(UnavailableError, match="lost"):
        await waiting
    following.cancel()
    await database.close()
