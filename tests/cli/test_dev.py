import os
import shutil
import signal
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app
from config.settings import Settings
from embedded.application import ROOT
from embedded.platform import with_free_ports
from tests.cli.running import python
from tests.embedded.parts import processes_of

PORTS = ("gateway_port", "temporal_port", "temporal_ui_port", "sign_in_port")


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """The shipped organisation without its labelled messages, which take long to learn from."""
    folder = tmp_path / "techflow"
    shutil.copytree(ROOT / "specs" / "techflow", folder, ignore=shutil.ignore_patterns("evaluation"))
    return folder


@pytest.fixture
def settings(home: Path, organisation: Path) -> Settings:
    values = Settings(home=home, organisation=organisation, temporal_address=None, database_url=None)
    return with_free_ports(values.model_copy(update={"openai_api_key": None}))


@pytest.mark.chaos
@pytest.mark.timeout(400)
async def test_the_platform_starts_and_survives_a_crash(settings: Settings) -> None:
    async with python(settings, "-m", "cli.main", "dev") as running:
        await running.says("Temporal UI")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.gateway_port}") as http:
            assert (await http.get("/readyz")).is_success
            assert (await http.get("/docs")).is_success
        os.kill(_worker(running.process.pid), signal.SIGKILL)
        await running.says("✗ worker-1     ended with SIGKILL")
        await running.says("✓ worker-1     again")
        running.process.send_signal(signal.SIGINT)

        assert await running.ends() == 0
    assert processes_of(str(settings.home)) == []


@pytest.mark.parametrize(
    ("folder", "told"),
    [("acme", "The files say `organisation: techflow`, and this installation serves 'acme'"), ("nowhere", "no folder")],
)
def test_an_organisation_that_nobody_would_answer_for_is_told_at_the_start(
    home: Path, organisation: Path, folder: str, told: str
) -> None:
    organisation.rename(organisation.with_name("acme"))
    values = {"HOLDFAST_HOME": str(home), "HOLDFAST_ORGANISATION": str(organisation.with_name(folder))}
    ports = with_free_ports(Settings())
    values |= {f"HOLDFAST_{name.upper()}": str(getattr(ports, name)) for name in PORTS}
    result = CliRunner().invoke(app, ["dev"], env=values)

    assert result.exit_code == 1
    assert told in result.output
    assert "Chat as a customer" not in result.output
    assert processes_of(str(home)) == []


def _worker(parent: int) -> int:
    """The process id of the worker among the parts of a platform."""
    return next(part for part in processes_of("-m\0workers\0") if f"\nPPid:\t{parent}\n" in _status(part))


def _status(process_id: int) -> str:
    return Path(f"/proc/{process_id}/status").read_text()
