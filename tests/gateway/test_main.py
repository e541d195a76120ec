"""The gateway as its own process."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from config.settings import Settings, child_environment

ROOT = Path(__file__).parents[2]


async def _start(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", cwd=ROOT, env=child_environment(settings), stderr=asyncio.subprocess.PIPE
    )


async def _answer(url: str, process: asyncio.subprocess.Process) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(retries=8)  # connections are refused until it listens
    async with httpx.AsyncClient(transport=transport) as http:
        assert process.returncode is None
        return await http.get(url)


async def test_it_serves_until_it_is_told_to_stop(
    database_url: str, temporal_client: Client, unused_tcp_port: int
) -> None:
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "temporal_address": temporal_client.service_client.config.target_host,
            "gateway_port": unused_tcp_port,
            "chat_token_secret": "x" * 32,
        }
    )
    process = await _start(settings)
    try:
        ready = await _answer(f"http://127.0.0.1:{unused_tcp_port}/readyz", process)
        assert ready.json() == {"status": "ready", "missing": []}
    finally:
        process.terminate()
    _, errors = await process.communicate()
    assert b"Traceback" not in errors


@pytest.mark.parametrize("missing", ["database_url", "temporal_address", "chat_token_secret"])
async def test_a_missing_setting_is_named(missing: str) -> None:
    given = {"database_url": "postgresql://x/y", "temporal_address": "x:1", "chat_token_secret": "x" * 32}
    process = await _start(Settings.model_validate(given | {missing: None}))
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert f"HOLDFAST_{missing.upper()} is not set".encode() in errors
    assert b"Traceback" not in errors


async def test_a_database_that_does_not_answer_is_told_in_one_sentence(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {
            "database_url": f"postgresql:///x?host={tmp_path}",
            "temporal_address": "127.0.0.1:1",
            "chat_token_secret": "x" * 32,
        }
    )
    process = await _start(settings)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (
        1,
        b"PostgreSQL does not answer. Start it, or correct HOLDFAST_DATABASE_URL.\n",
    )
