import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded.postgres import MAX_SOCKET_PATH_BYTES, EmbeddedPostgres
from embedded.processes import Supervisor
from tests.embedded.parts import Recorder


@pytest.fixture(autouse=True)
def short_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sockets that do not fit into a test's own folder are put here."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


async def _query(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("folder", ["short", "a folder, with 'signs' & ü", "deep/" * 40 + "folder"])
async def test_a_server_keeps_its_data_wherever_its_folder_is(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder
    for _ in range(2):
        server = EmbeddedPostgres(home, durable=False)
        await server.initialise()
        async with Supervisor(tmp_path / "logs", Recorder()) as parts:
            await parts.start(server.part())
            await server.create_database("shop")
            await _query(server.url("shop"), "CREATE TABLE IF NOT EXISTS visits (at timestamptz DEFAULT now())")
            await _query(server.url("shop"), "INSERT INTO visits DEFAULT VALUES")
            visits = await _query(server.url("shop"), "SELECT count(*) FROM visits")
            assert await server.answers()
        assert not await server.answers()

    assert visits == 2


def test_the_socket_of_a_deep_folder_is_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("deep/" * 40)

    assert str(deep) not in EmbeddedPostgres(deep).url("shop")
    assert len(EmbeddedPostgres(deep).url("shop").partition("host=")[2]) < MAX_SOCKET_PATH_BYTES


async def test_a_commit_survives_kill_9(home: Path) -> None:
    server = EmbeddedPostgres(home / "postgres")
    async with Supervisor(home / "logs", Recorder()) as parts:
        await parts.start(server.part())
        await server.create_database("shop")
        connection = await asyncpg.connect(server.url("shop"))
        await connection.execute("CREATE TABLE visits AS SELECT 7 AS number")
        parts.kill("postgres")
        await parts.ready("postgres")

        assert await _query(server.url("shop"), "SELECT number FROM visits") == 7
        assert await _query(server.url("shop"), "SHOW fsync") == "on"
        connection.terminate()


async def test_an_initialisation_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await server.initialise()
    (tmp_path / "postgres" / "data").rename(tmp_path / "postgres" / "data.unfinished")
    await server.initialise()

    assert (tmp_path / "postgres" / "data" / "PG_VERSION").exists()
    assert not (tmp_path / "postgres" / "data.unfinished").exists()


async def test_names_and_texts_are_unicode(postgres: EmbeddedPostgres) -> None:
    assert await _query(postgres.url("postgres"), "SELECT lower('ÄÖÜ') || upper('ß')") == "äöüß"
