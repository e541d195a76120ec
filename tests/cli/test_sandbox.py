"""`holdfast sandbox` as its user sees it."""

import re
import signal
import socket
import ssl
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner

from cli.main import app
from cli.sandbox import customers_of, environment, with_environment
from config.settings import Settings, read_vendor
from integrations.channels.registry import CHANNELS
from integrations.crm.registry import CRMS
from integrations.registry import adapter_class
from sandbox.process.all_vendors import all_vendors
from sandbox.process.running import running
from tests.cli.running import python

ORGANISATION = Path("specs/techflow")
ANY_PORTS = ("-m", "cli.main", "sandbox", "--port-base", "0")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", temporal_address=None, database_url=None)


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Of a sandbox that runs, with the customers of the shipped organisation."""
    folder = tmp_path_factory.mktemp("authority")
    vendors = all_vendors(customers_of(ORGANISATION))
    with running(vendors, folder=folder, holdfast="http://127.0.0.1:9", port_base=0) as started:
        values = dotenv_values(stream=StringIO(environment(started)))
        yield {name: str(value) for name, value in values.items()}


async def test_it_serves_until_it_is_interrupted_and_starts_again(settings: Settings, tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text("MINE=1\n")
    for _ in range(2):
        async with python(settings, *ANY_PORTS, "--env", str(env), "--gateway", "http://127.0.0.1:9") as running:
            await running.says("Ctrl-C stops.")
            page = re.findall(r"Page +(\S+)", running.output)[0]
            values = dotenv_values(env)
            context = ssl.create_default_context(cafile=str(values["HOLDFAST_TWILIO_CA_FILE"]))
            async with httpx.AsyncClient(trust_env=False, verify=context) as http:
                assert "Holdfast sandbox" in (await http.get(page)).text
                refused = await http.get(f"{values['HOLDFAST_TWILIO_BASE_URL']}/2010-04-01/Accounts/AC1.json")
                assert refused.status_code in (401, 404)
            running.process.send_signal(signal.SIGINT)
            assert await running.ends() == 0
            assert running.output.endswith("Stopped.\n")
    assert env.read_text().startswith("MINE=1\n")
    assert env.read_text().count("HOLDFAST_TWILIO_AUTH_TOKEN=") == 1


@pytest.mark.parametrize("kind", ["email", "phone", "salesforce", "slack", "sms", "whatsapp", "zendesk"])
async def test_its_variables_pass_every_check(
    kind: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    adapter = adapter_class({**CHANNELS, **CRMS}, kind)
    settings = read_vendor(adapter.settings_class, adapter.settings_class.prefix)
    findings = await adapter(settings).check()
    assert findings
    assert [finding for finding in findings if not finding.ok] == []


def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["sandbox", "--port-base", str(port)])
    assert result.exit_code == 1
    assert result.output.startswith(f"A port from {port} on is taken by another program.")


def test_the_variables_replace_those_of_the_last_run() -> None:
    first = with_environment("A=1", "B=2\n")
    second = with_environment(f"{first}C=3\n", "B=4\n")
    assert dict(dotenv_values(stream=StringIO(second))) == {"A": "1", "B": "4", "C": "3"}
    assert with_environment("", "B=2\n").startswith("# holdfast sandbox: begin\nB=2\n")
