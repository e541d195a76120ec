"""The database of the settings, for commands that work on it themselves."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from config.settings import local_settings
from embedded.platform import database
from storage.database import Database, connect
from storage.migrate import migrate

Result = TypeVar("Result")


async def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Work on the database of the settings, brought up to date."""
    async with database(local_settings()) as url:
        await migrate(url)
        connected = await connect(url)
        try:
            return await work(connected)
        finally:
            await connected.close()
