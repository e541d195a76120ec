"""`python -m workers` as a process."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowExecutionStatus

from config.settings import Settings, child_environment
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import ChannelSpec
from storage.database import connect
from tests.e2e.bikeshop import publish
from tests.workers.seen import ORGANISATION, holds, is_scheduled, reader_of, schedule_of, status, until

ROOT = Path(__file__).parents[2]
MAILBOX = {
    "HOLDFAST_EMAIL_ADDRESS": "help@shop.example",
    "HOLDFAST_EMAIL_PASSWORD": "secret",
    "HOLDFAST_EMAIL_IMAP_HOST": "127.0.0.1",
    "HOLDFAST_EMAIL_IMAP_PORT": "1",
    "HOLDFAST_EMAIL_SMTP_HOST": "127.0.0.1",
}
"""Nobody listens there; its reader tries again and again."""


async def _ended(settings: Settings, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", *arguments),
        cwd=ROOT,
        env=child_environment(settings),
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    return process.returncode, told.decode()


async def test_a_missing_setting_ends_it_with_one_sentence() -> None:
    code, told = await _ended(Settings(database_url=None, temporal_address=None))
    assert code == 1
    assert "A worker needs HOLDFAST_DATABASE_URL and HOLDFAST_TEMPORAL_ADDRESS" in told
    assert "Traceback" not in told


async def test_a_database_that_does_not_answer_ends_it_with_one_sentence(tmp_path: Path) -> None:
    nowhere = Settings.model_validate(
        {"database_url": f"postgresql:///x?host={tmp_path}", "temporal_address": "127.0.0.1:1"}
    )
    code, told = await _ended(nowhere)
    assert code == 1
    assert "PostgreSQL does not answer" in told
    assert "Traceback" not in told


async def test_a_temporal_that_does_not_answer_ends_it_with_one_sentence(database_url: str) -> None:
    nowhere = Settings.model_validate({"database_url": database_url, "temporal_address": "127.0.0.1:1"})
    code, told = await _ended(nowhere)
    assert (code, told) == (
        1,
        "Temporal does not answer at 127.0.0.1:1. Start it, or correct HOLDFAST_TEMPORAL_ADDRESS.\n",
    )


async def test_a_namespace_that_does_not_exist_ends_it_with_one_sentence(
    database_url: str, temporal_client: Client
) -> None:
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "temporal_address": temporal_client.service_client.config.target_host,
            "temporal_namespace": "nowhere",
        }
    )
    code, told = await _ended(settings)
    assert (code, "correct HOLDFAST_TEMPORAL_NAMESPACE" in told, "Traceback" in told) == (1, True, False)


async def test_queues_of_the_command_line_come_before_those_of_the_settings(database_url: str) -> None:
    settings = Settings.model_validate(
        {"database_url": database_url, "temporal_address": "127.0.0.1:1", "worker_queues": "llm"}
    )
    code, told = await _ended(settings, "--queues", "telephones")
    assert (code, "No such task queue: telephones" in told, "Traceback" in told) == (1, True, False)


async def test_what_is_published_while_it_runs_takes_effect(database_url: str, temporal_client: Client) -> None:
    """From an empty database on, and without a start in between."""
    address = temporal_client.service_client.config.target_host
    settings = Settings.model_validate(
        {"database_url": database_url, "temporal_address": address, "organisation": ROOT / ORGANISATION}
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers",
        cwd=ROOT,
        env=child_environment(settings) | MAILBOX,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        while b"no_specification_to_follow" not in await process.stderr.readline():
            assert process.returncode is None
        database = await connect(database_url)
        zendesk = KnowledgeSourceSpec(kind="zendesk", default_topic="delivery", every_hours=2)
        await publish(database, channels={"email": ChannelSpec()}, knowledge_sources=(zendesk,))
        reader, schedule = reader_of("email"), schedule_of("zendesk")
        await until(lambda: holds(status(temporal_client, reader), WorkflowExecutionStatus.RUNNING))
        await until(lambda: is_scheduled(temporal_client, schedule, timedelta(hours=2)))
        await publish(database)
        await until(lambda: holds(status(temporal_client, reader), WorkflowExecutionStatus.COMPLETED))
        await until(lambda: is_scheduled(temporal_client, schedule, None))
        await database.close()
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
