"""Houses over a database of their own."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from storage.database import Database, connect
from tests.e2e.bikeshop import publish
from tests.e2e.house import House
from tests.workflows.conftest import environment

__all__ = ["environment"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """With the shop published."""
    database = await connect(database_url)
    await publish(database)
    yield database
    await database.close()


@pytest.fixture
async def house(temporal_client: Client, database: Database, database_url: str) -> AsyncIterator[House]:
    """Without workers."""
    async with House(temporal_client, database, database_url) as house:
        yield house


@pytest.fixture
async def served(house: House) -> AsyncIterator[House]:
    """With workers."""
    async with house.workers():
        yield house


@pytest.fixture
async def patient_house(
    environment: WorkflowEnvironment, database: Database, database_url: str
) -> AsyncIterator[House]:
    """With workers, on a server that can skip time."""
    async with House(environment.client, database, database_url) as house, house.workers():
        yield house
