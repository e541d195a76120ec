"""The commands that speak to a gateway, against a served one."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.gateway.conftest import database, gateway, options, platform  # noqa: F401

Holdfast = Callable[..., Awaitable[Result]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def holdfast(home: Path) -> Holdfast:
    """Runs the command line in a thread, because the gateway is served by this one."""

    async def run(*arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(arguments), input=typed))

    return run
