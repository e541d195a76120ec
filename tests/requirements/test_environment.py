"""`make` with an environment from before: kept while its Python is there, made anew when it is gone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GONE = "/nowhere/bin/python"


def _environment(folder: Path, python: str, script: str | None) -> Path:
    shutil.copy(ROOT / "Makefile", folder)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / ".runtime-installed").touch()
    (folder / ".venv" / "bin" / "python").symlink_to(python)
    if script is not None:
        (folder / ".venv" / "bin" / "holdfast").write_text(f"#!{script}\nimport sys\n")
    return folder / ".venv"


@pytest.mark.parametrize(
    ("python", "script", "sound"),
    [
        (sys.executable, sys.executable, True),
        (sys.executable, None, True),
        (sys.executable, GONE, False),
        (GONE, sys.executable, False),
        (GONE, None, False),
    ],
    ids=["in order", "being installed", "moved", "without its Python", "without both"],
)
def test_an_environment_whose_python_is_gone_is_removed(
    tmp_path: Path, python: str, script: str | None, sound: bool
) -> None:
    environment = _environment(tmp_path, python, script)
    done = subprocess.run(["make", "help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert environment.exists() is sound
    assert ("made anew" in done.stdout) is not sound


def test_what_setup_has_not_finished_is_left_to_it(tmp_path: Path) -> None:
    environment = _environment(tmp_path, GONE, None)
    (environment / ".runtime-installed").unlink()
    subprocess.run(["make", "help"], cwd=tmp_path, capture_output=True, check=True)
    assert environment.exists()
