"""`holdfast temporal setup` against a real server, and without one."""

from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.search_attributes import SEARCH_ATTRIBUTES
from embedded.temporal_server import TemporalServer

runner = CliRunner()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the developer."""
    monkeypatch.chdir(tmp_path)


def _setup(monkeypatch: pytest.MonkeyPatch, address: str, namespace: str = "default") -> tuple[int, str]:
    monkeypatch.setenv("HOLDFAST_TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("HOLDFAST_TEMPORAL_NAMESPACE", namespace)
    result = runner.invoke(app, ["temporal", "setup"])
    return result.exit_code, result.output


def test_a_namespace_is_made_and_the_second_time_is_ready(
    temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    namespace = f"support-{uuid4().hex[:8]}"
    code, told = _setup(monkeypatch, temporal_server.address, namespace)
    assert code == 0, told
    assert f"Made namespace {namespace}." in told
    assert all(f"Added {name} ({attribute.kind})." in told for name, attribute in SEARCH_ATTRIBUTES.items())
    assert _setup(monkeypatch, temporal_server.address, namespace) == (0, f"Namespace {namespace} is ready.\n")


def test_a_name_that_temporal_refuses_is_told_with_what_is_needed(
    temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = _setup(monkeypatch, temporal_server.address, "n" * 2000)
    assert code == 1
    assert "does not let us make namespace" in told
    assert "NextDeadline (Datetime)" in told


@pytest.mark.parametrize("address", ["", "127.0.0.1:1"])
def test_without_a_service_the_setting_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = _setup(monkeypatch, address)
    assert (code, "HOLDFAST_TEMPORAL_ADDRESS" in told, "Traceback" in told) == (1, True, False)
