"""Which distributions are installed when the product is: its dependencies, theirs, and so on."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable

from packaging.requirements import Requirement

from tests.deploy.files import ROOT


def runtime_distributions() -> set[str]:
    """Normalised names of everything that `project.dependencies` brings on this machine, optional extras left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        key = (normalised(wanted.name), frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            waiting += _dependencies(wanted)
    return {name for name, _ in seen}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _dependencies(wanted: Requirement) -> Iterable[Requirement]:
    for line in importlib.metadata.requires(wanted.name) or []:
        needed = Requirement(line)
        extras = (*wanted.extras, "")
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            yield needed
