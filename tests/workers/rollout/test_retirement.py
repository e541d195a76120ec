"""When a worker process ends by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client

from config.settings import Settings
from domain.errors import HoldfastError, UnavailableError
from tests.cli.running import Running, python
from tests.versions import start
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.draining import drain
from workers.rollout.retirement import Retirement, ending_when_retired

AWAY = UnavailableError("Temporal does not answer.")


class Answers:
    """One after the other; an error is raised."""

    def __init__(self, *answers: bool | HoldfastError) -> None:
        self.answers = list(answers)
        self.ended = 0

    async def is_retired(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, HoldfastError):
            raise answer
        return answer

    def end(self) -> None:
        self.ended += 1


@pytest.mark.parametrize(
    ("answers", "ended", "events"),
    [
        ([True], 0, ["version_was_retired"]),
        ([False, True], 1, ["version_is_retired"]),
        ([False, False, False, True], 1, ["version_is_retired"]),
        ([False, AWAY, AWAY, False, True], 1, ["retirement_not_known", "version_is_retired"]),
        ([AWAY, False, AWAY, True], 1, ["retirement_not_known", "retirement_not_known", "version_is_retired"]),
    ],
    ids=["retired before it started", "retired", "retired later", "an outage is one line", "two outages are two"],
)
async def test_a_worker_ends_when_its_version_was_retired_while_it_ran(
    answers: list[bool | HoldfastError], ended: int, events: list[str]
) -> None:
    script = Answers(*answers)
    with capture_logs() as logs:
        await Retirement(script.is_retired, script.end, timedelta()).run()
    assert (script.ended, script.answers) == (ended, [])
    assert [entry["event"] for entry in logs] == events


async def test_without_a_version_nobody_looks(client: Client) -> None:
    async with ending_when_retired(client, None):
        pass


@asynccontextmanager
async def _workers(client: Client, database_url: str, home: Path, build_id: str) -> AsyncIterator[Running]:
    settings = Settings.model_validate(
        {
            "home": home,
            "database_url": database_url,
            "temporal_address": client.service_client.config.target_host,
            "worker_build_id": build_id,
        }
    )
    async with python(settings, "-m", "workers") as running:
        yield running


async def test_old_worker_processes_end_when_they_are_drained_and_new_ones_stay(
    client: Client, deployment: WorkerDeployment, database_url: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(_workers(client, database_url, tmp_path, "v1"))
        await start(deployment, "v1")
        new = await stack.enter_async_context(_workers(client, database_url, tmp_path, "v2"))
        await start(deployment, "v2")
        assert old.process.returncode is None
        await drain(deployment, "v1", lambda _: None, timedelta(milliseconds=50))
        assert await old.ends() == 0
        assert "version_is_retired" in old.output
        assert new.process.returncode is None
