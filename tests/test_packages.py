"""Every check looks at every package: a list of packages that leaves one out checks it no more, and says nothing."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TOOL = PROJECT["tool"]
PACKAGES = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests"}
LISTS = {
    "setuptools": TOOL["setuptools"]["packages"],
    "ruff's imports": TOOL["ruff"]["lint"]["isort"]["known-first-party"],
    "mypy": TOOL["mypy"]["packages"],
    "coverage": TOOL["coverage"]["run"]["source"],
    "import contracts": TOOL["importlinter"]["root_packages"],
}
LAYERS, SUBJECTS = (
    {module for layer in one["layers"] for module in layer.split(" | ")}
    for one in TOOL["importlinter"]["contracts"]
    if one["type"] == "layers"
)


@pytest.mark.parametrize("packages", LISTS.values(), ids=LISTS)
def test_a_list_names_every_package_once(packages: list[str]) -> None:
    ours = [package for package in packages if package != "tests"]
    assert sorted(ours) == sorted(PACKAGES)


def test_every_package_is_a_layer_or_stands_alone() -> None:
    assert PACKAGES - {"config", "sandbox"} == LAYERS


def test_every_module_of_the_domain_has_its_layer() -> None:
    files = [file for file in (ROOT / "domain").rglob("*.py") if file.name != "__init__.py"]
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert [module for module in modules if not any(f"{module}.".startswith(f"{one}.") for one in SUBJECTS)] == []
