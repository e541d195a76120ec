import json
import socket
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from config.settings import Settings
from domain.errors import ConflictError, UnavailableError
from embedded.platform import Platform, database, with_free_ports
from embedded.postgres import EmbeddedPostgres
from embedded.processes import Part
from embedded.temporal_server import TemporalServer
from tests.embedded.parts import Recorder, alive, script_part, web_part


def settings_of(home: Path) -> Settings:
    """A platform of its own that starts every part."""
    return with_free_ports(Settings(home=home, temporal_address=None, database_url=None))


def application(settings: Settings) -> Sequence[Part]:
    return [web_part("gateway", settings.home)]


async def create_visits(settings: Settings) -> None:
    assert settings.database_url
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    await connection.execute("CREATE TABLE IF NOT EXISTS visits (number int)")
    await connection.execute("INSERT INTO visits SELECT count(*) FROM visits")
    await connection.close()


async def test_a_second_start_resumes_what_the_first_one_left(home: Path) -> None:
    for expected in (1, 2):
        platform = Platform(settings_of(home), application=application, prepare=create_visits)
        async with platform:
            assert platform.parts.names == ["postgres", "temporal", "gateway"]
            client = await Client.connect(platform.temporal_address)
            await client.start_workflow("Waiting", id=f"waiting-{expected}", task_queue="nobody")
            assert (await client.get_workflow_handle("waiting-1").describe()).task_queue == "nobody"
            assert await _visits(platform.database_url) == expected
            endpoints = json.loads((home / "endpoints.json").read_text())
            assert endpoints["gateway"] == platform.gateway_url
        assert not (home / "endpoints.json").exists()


async def test_addresses_in_the_settings_replace_the_embedded_parts(
    home: Path, database_url: str, temporal_server: TemporalServer
) -> None:
    settings = settings_of(home).model_copy(
        update={"database_url": SecretStr(database_url), "temporal_address": temporal_server.address}
    )
    async with Platform(settings, application=application, prepare=create_visits) as platform:
        assert platform.parts.names == ["gateway"]
        assert platform.temporal_ui_url is None
        assert await _visits(database_url) == 1


async def test_a_taken_port_is_told_before_anything_starts(home: Path) -> None:
    recorder = Recorder()
    settings = settings_of(home)
    with (
        socket.create_server(("127.0.0.1", settings.temporal_ui_port)),
        pytest.raises(ConflictError, match="set HOLDFAST_TEMPORAL_UI_PORT"),
    ):
        async with Platform(settings, application=application, prepare=create_visits, report=recorder):
            pass

    assert recorder.events == []


async def test_two_platforms_do_not_share_a_home(home: Path) -> None:
    second = Platform(settings_of(home), application=application, prepare=create_visits)
    async with Platform(settings_of(home), application=application, prepare=create_visits):
        with pytest.raises(ConflictError, match="already runs"):
            await second.__aenter__()


async def test_a_part_that_does_not_start_stops_the_others(home: Path) -> None:
    recorder = Recorder()

    def broken(settings: Settings) -> Sequence[Part]:
        return [script_part("gateway", "import sys; sys.exit(1)", home / "never")]

    with pytest.raises(UnavailableError, match="gateway ended with exit code 1"):
        async with Platform(settings_of(home), application=broken, prepare=create_visits, report=recorder):
            pass

    assert recorder.events[-2:] == [("temporal", "stopped"), ("postgres", "stopped")]


async def test_the_chat_secret_is_made_once_and_given_to_the_parts(home: Path) -> None:
    seen: list[SecretStr | None] = []

    def remember(settings: Settings) -> Sequence[Part]:
        seen.append(settings.chat_token_secret)
        return []

    for _ in range(2):
        async with Platform(settings_of(home), application=remember, prepare=create_visits):
            pass

    assert seen[0] == seen[1] is not None


async def test_the_database_can_be_used_alone_and_while_the_platform_runs(home: Path) -> None:
    settings = settings_of(home)
    async with Platform(settings, application=application, prepare=create_visits) as platform:
        process = platform.parts.process_id("postgres")
        async with database(settings) as url:
            assert url == platform.database_url
        assert alive(process)
    async with database(settings) as url:
        assert await _visits(url) == 1
    assert not await EmbeddedPostgres(home / "postgres").answers()


async def _visits(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM visits"))
    finally:
        await connection.close()
