"""`holdfast rollout` on a real server, with workers of two versions."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from cli.main import app
from config.settings import Settings
from domain.conversation.requests import StartConversation
from domain.conversation.state import ConversationState
from domain.queues import CONVERSATIONS
from embedded.home import ENDPOINTS_FILE, Endpoints
from tests.cli.running import python
from tests.versions import DEPLOYMENT, serving, start, until_open, versioned_server
from tests.workflows.fakes import FakeActivities
from workers.rollout.deployment import WorkerDeployment
from workflows.conversation.workflow import ConversationWorkflow

ROOT = Path(__file__).parents[2]
runner = CliRunner()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with versioned_server() as env:
        yield env.client


@pytest.fixture
def deployment(client: Client) -> WorkerDeployment:
    return WorkerDeployment(client, DEPLOYMENT)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and no platform of the developer."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))


@pytest.fixture
def here(client: Client, nowhere: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's address, told by the settings."""
    address = client.service_client.config.target_host
    monkeypatch.setenv("HOLDFAST_TEMPORAL_ADDRESS", address)
    return address


async def _run(*arguments: str) -> tuple[int, str]:
    """Beside the workers, which need this loop."""
    result = await asyncio.to_thread(runner.invoke, app, ["rollout", *arguments])
    return result.exit_code, result.output


async def _open(client: Client, number: int) -> None:
    for _ in range(number):
        key = f"cv_{uuid4().hex}"
        state = ConversationState(start=StartConversation(organisation="acme", conversation_id=key))
        await client.start_workflow(ConversationWorkflow.run, state, id=f"conversation-{key}", task_queue=CONVERSATIONS)


async def test_a_rollout_from_start_to_drained(client: Client, deployment: WorkerDeployment, here: str) -> None:
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await _open(client, 3)
        await until_open(deployment, v1=3)
        while (await _run("start", "v2", "--percent", "25"))[0]:
            pass
        code, told = await _run("start", "v2", "--percent", "25")
        assert (code, "Nothing was changed." in told) == (0, True)
        assert "Of the new conversations 25 % begin on version v2, the others on version v1." in told
        code, told = await _run("wake")
        assert (code, "`holdfast rollout start v2` makes it current" in told) == (1, True)
        code, told = await _run("start", "v2")
        assert (code, "New conversations begin on version v2." in told) == (0, True)
        assert "3 conversations are on other versions: `holdfast rollout wake` moves them." in told

        while "Every open conversation is on the current version" not in told:
            code, told = await _run("wake", "--batch", "2", "--pause", "0.2")
            assert (code, "Woke 3 of 3" in told or "Woke" in told or "Every open" in told) == (0, True)
        code, told = await _run("drain", "v1")
        assert (code, "Nothing is left on version v1." in told) == (0, True)
        code, told = await _run("status")
        assert code == 0
        assert [line.split()[:2] for line in told.splitlines() if "drained" in line] == [["│", "v1"]]
        assert "may end" in told
        code, told = await _run("abort")
        assert (code, "The workers of version v1 were allowed to end" in " ".join(told.split())) == (1, True), told


async def test_what_programs_read_is_json(client: Client, deployment: WorkerDeployment, here: str) -> None:
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await _open(client, 1)
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        code, told = await _run("status", "--json")
        status = json.loads(told)
        assert (code, status["current"], status["ramping"], status["without_version"]) == (0, "v2", None, 0)
        by_build = {one["build_id"]: one for one in status["versions"]}
        assert {build: one["conversations"] for build, one in by_build.items()} == {"v1": 1, "v2": 0}
        assert by_build["v1"]["state"] == "draining"
        code, told = await _run("wake", "--pause", "0", "--json")
        assert (code, json.loads(told)["found"]) == (0, 1)
        while json.loads(told)["found"]:
            code, told = await _run("wake", "--pause", "0", "--json")
        code, told = await _run("drain", "v1", "--json")
        assert (code, json.loads(told)["retired"]) == (0, True)


async def test_an_abort_tells_who_is_to_be_brought_back(
    client: Client, deployment: WorkerDeployment, here: str
) -> None:
    async with AsyncExitStack() as stack:
        for build_id in ("v1", "v2"):
            await stack.enter_async_context(serving(client, FakeActivities(), build_id))
            await start(deployment, build_id)
        while not (await deployment.status()).version("v2").conversations:
            await _open(client, 1)
        code, told = await _run("abort")
        assert (code, "New conversations begin on version v1." in told) == (0, True)
        assert "on other versions: `holdfast rollout wake` brings them back." in told


async def test_without_versions_status_says_so(client: Client, here: str) -> None:
    code, told = await _run("status")
    assert (code, "Versions are off" in told, "HOLDFAST_WORKER_BUILD_ID" in told) == (0, True, True)
    for command in (("start", "v1"), ("drain", "v1"), ("abort",)):
        code, told = await _run(*command)
        assert (code, "Traceback" in told) == (1, False)
    assert (await _run("wake")) == (0, "Every open conversation is on the current version.\n")


@pytest.mark.parametrize(
    ("command", "shows", "says"),
    [
        (
            ("drain", "v1"),
            "1 conversations, 0 other workflows open",
            "Stopped with 1 open on version v1. Its workers are still needed.",
        ),
        (
            ("wake", "--pause", "3600"),
            "Waking conversations: 1 of 1",
            "Stopped after 1 of 1. `holdfast rollout wake` goes on with the others.",
        ),
    ],
    ids=["drain", "wake"],
)
async def test_ctrl_c_says_how_far_it_was(
    client: Client,
    deployment: WorkerDeployment,
    here: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    shows: str,
    says: str,
) -> None:
    monkeypatch.chdir(ROOT)
    settings = Settings.model_validate({"home": tmp_path, "temporal_address": here})
    async with serving(client, FakeActivities(), "v1"), serving(client, FakeActivities(), "v2"):
        await start(deployment, "v1")
        await _open(client, 1)
        await until_open(deployment, v1=1)
        await start(deployment, "v2")
        async with python(settings, "-m", "cli.main", "rollout", *command) as running:
            await running.says(shows)
            running.process.send_signal(signal.SIGINT)
            assert await running.ends() == 130
        assert says in running.output
        assert "Traceback" not in running.output


async def test_the_platform_that_runs_here_is_found(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_TEMPORAL_ADDRESS", raising=False)
    code, told = await _run("status")
    assert (code, "HOLDFAST_TEMPORAL_ADDRESS is not set" in told) == (1, True)
    running = Endpoints(gateway="", temporal=client.service_client.config.target_host)
    (tmp_path / ENDPOINTS_FILE).write_text(running.model_dump_json())
    assert (await _run("status"))[0] == 0


async def test_a_temporal_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_TEMPORAL_ADDRESS", "127.0.0.1:1")
    code, told = await _run("status")
    assert (code, "No Temporal service answers at 127.0.0.1:1" in told, "Traceback" in told) == (1, True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        ("start",),
        ("start", "v1", "--percent", "0"),
        ("start", "v1", "--percent", "101"),
        ("wake", "--batch", "0"),
        ("wake", "--pause", "-1"),
        ("drain",),
    ],
    ids=" ".join,
)
async def test_wrong_use_is_refused_before_temporal_is_asked(wrong: tuple[str, ...]) -> None:
    code, told = await _run(*wrong)
    assert (code, "Usage" in told) == (2, True)


async def test_help_names_every_step() -> None:
    code, told = await _run("--help")
    assert code == 0
    assert all(step in told for step in ("start", "status", "wake", "drain", "abort"))
