"""Bugs are planted where the functions still are what they were when the bug was thought of; otherwise it is said."""

from collections.abc import AsyncIterator

import pytest

from chaos.plants import CHANGES, Change, Plant, change_functions, plant
from domain.errors import NotFoundError
from storage.database import Database, connect
from storage.migrate import migrate
from tests.storage.server import own_server


@pytest.fixture(scope="module")
async def own_database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """One whose functions may be spoiled."""
    async with own_server(tmp_path_factory.mktemp("postgres")) as server:
        await migrate(server.url)
        database = await connect(server.url)
        yield database
        await database.close()


async def _text(database: Database, function: str) -> str:
    return str(await database.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function))


@pytest.mark.parametrize("bug", Plant)
async def test_every_change_of_a_bug_is_made(own_database: Database, bug: Plant) -> None:
    changes = CHANGES[bug]
    before = [await _text(own_database, change.function) for change in changes]
    await plant(own_database, bug)
    after = [await _text(own_database, change.function) for change in changes]
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert all(change.instead.strip() in text for change, text in zip(changes, after, strict=True))


@pytest.mark.parametrize(
    "change", [Change("deliver_stored", "what nobody wrote", ""), Change("no_such_function", "BEGIN", "")]
)
async def test_a_bug_that_fits_no_more_is_said(own_database: Database, change: Change) -> None:
    with pytest.raises(NotFoundError, match=change.function):
        await change_functions(own_database, (change,))
