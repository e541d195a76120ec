from collections.abc import AsyncIterator

import pytest

from storage.database import Database, connect
from tests.storage.stage import Stage, staged


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


@pytest.fixture
async def stage(database: Database) -> Stage:
    """An organisation with an active spec and one open conversation."""
    return await staged(database)
