"""Home folders with an initialised PostgreSQL, because to initialise one takes longer than a test."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.platform.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
async def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("initialised") / "postgres"
    await EmbeddedPostgres(folder, durable=False).initialise()
    return folder


@pytest.fixture
def home(tmp_path: Path, initialised: Path) -> Path:
    """The home folder of a platform that ran before and left nothing."""
    home = tmp_path / "home"
    home.mkdir()
    cp = shutil.which("cp") or "cp"
    subprocess.run([cp, "--archive", str(initialised), str(home / "postgres")], check=True)
    return home
