"""The set-up gives the locked environment, whatever was published since, with the oldest pip, and on every Python."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.contract.package_index import add_installed_package, add_package, locked, served, version_of

ROOT = Path(__file__).parents[2]
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("bootstrap", "runtime", "development")}
OLDEST_PIP = Path(__file__).with_name("oldest_pip.lock")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
INSTALLED_FOR_REAL = ("pip", "setuptools", "uv")


@dataclass(frozen=True)
class Project:
    """A folder with what the set-up needs, and an index that has moved on since the locks were made."""

    folder: Path
    index: str

    def make(self, target: str) -> str:
        """Run a target of the Makefile; give what it printed."""
        command = ["make", target, f"PYTHON={sys.executable}"]
        made = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stdout + made.stderr
        return made.stdout

    def installed(self) -> dict[str, str]:
        """The name and the version of each installed package, without pip and the project itself."""
        listed = json.loads(self.run("uv", "pip", "list", "--format=json"))
        return {found["name"]: found["version"] for found in listed if found["name"] not in ("pip", "holdfast")}

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment."""
        command = [str(self.folder / ".venv/bin" / program), *arguments]
        ran = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=True
        )
        return ran.stdout

    def _environment(self) -> dict[str, str]:
        """Nothing of this machine's settings for pip and uv but our index."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "VIRTUAL_ENV"))
        }
        return kept | {
            "HOME": str(self.folder),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": self.index,
            "NO_PROXY": "127.0.0.1",
        }


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder, index = tmp_path / "project", tmp_path / "index"
    (folder / "requirements").mkdir(parents=True)
    for file in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "requirements/uv.py"):
        shutil.copy(ROOT / file, folder / file)
    for package in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]:
        (folder / package).mkdir()
    for name, lock in LOCKS.items():
        lines = [f"{pin} --hash=sha256:{_offered(index, pin)}\n" for pin in locked(lock)]
        (folder / "requirements" / f"{name}.lock").write_text("".join(lines))
    with served(index) as address:
        yield Project(folder, address)


@pytest.fixture
def oldest_pip(tmp_path: Path) -> Path:
    """The wheel of the pip that the first Python 3.11 shipped."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--requirement"]
    done = subprocess.run([*command, OLDEST_PIP, "--dest", tmp_path], capture_output=True, text=True, check=False)
    if done.returncode or sys.version_info >= (3, 12):
        pytest.skip("needs Python 3.11 and the package index, to fetch its oldest pip")
    return next(tmp_path.glob("pip-*.whl"))


def _offered(index: Path, pin: Requirement) -> str:
    return add_installed_package(index, pin.name) if pin.name in INSTALLED_FOR_REAL else add_package(index, pin)


def _expected(*locks: str) -> dict[str, str]:
    pins = [pin for name in locks for pin in locked(LOCKS[name])]
    here = (pin for pin in pins if pin.marker is None or pin.marker.evaluate())
    return {pin.name: version_of(pin) for pin in here if pin.name != "pip"}


def test_newer_releases_change_nothing(project: Project) -> None:
    project.make("setup")
    assert project.installed() == _expected("bootstrap", "runtime")
    project.make("setup-development")
    assert project.installed() == _expected("bootstrap", "runtime", "development")
    project.run("uv", "pip", "check")
    for target in ("setup", "setup-development"):
        assert "Nothing to be done" in project.make(target)


def test_the_oldest_pip_gives_the_same_environment(project: Project, oldest_pip: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project.folder / ".venv"], check=True)
    python = project.folder / ".venv/bin/python"
    subprocess.run([python, oldest_pip / "pip", "install", "--quiet", "--no-index", oldest_pip], check=True)
    assert "pip 22.3 " in project.run("pip", "--version")
    project.make("setup-development")
    assert project.installed() == _expected("bootstrap", "runtime", "development")


def test_running_the_product_installs_no_test_tools() -> None:
    names = {pin.name for name in ("bootstrap", "runtime") for pin in locked(LOCKS[name])}
    assert not names & {"pytest", "mypy", "ruff", "coverage", "hypothesis", "import-linter", "playwright"}


def test_the_locks_agree() -> None:
    pins: dict[str, set[str]] = {}
    for lock in LOCKS.values():
        for pin in locked(lock):
            pins.setdefault(pin.name, set()).add(version_of(pin))
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index(name: str) -> None:
    assert "://" not in LOCKS[name].read_text()
    assert not [line for line in LOCKS[name].read_text().splitlines() if line.startswith("-")]


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = [name for names in project["project"]["optional-dependencies"].values() for name in names]
    wanted = {
        "bootstrap": project["dependency-groups"]["bootstrap"],
        "runtime": project["project"]["dependencies"] + extras,
        "development": project["dependency-groups"]["dev"],
    }
    for lock, requirements in wanted.items():
        pins = {pin.name.lower(): version_of(pin) for pin in locked(LOCKS[lock])}
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(pins[requirement.name.lower()])


def _selected(python: str) -> list[str]:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    pins = {str(pin): pin for lock in LOCKS.values() for pin in locked(lock)}
    return sorted(pin.name for pin in pins.values() if not pin.marker or pin.marker.evaluate(environment))


@pytest.mark.parametrize("python", PYTHONS)
def test_every_supported_python_gets_each_package_once(python: str) -> None:
    names = _selected(python)
    assert len(names) == len(set(names))
    assert names == _selected(PYTHONS[0])
