"""Known vulnerabilities of what the product brings along, where an advisory service can be reached."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.requirements_walk import runtime_distributions

ACCEPTED: dict[str, str] = {}
"""Advisories that do not concern us, each with the reason."""
SECONDS = 300


def _audited(tmp_path: Path) -> list[dict[str, object]] | None:
    """What pip-audit says of each distribution; None where it reaches no advisories."""
    pinned = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(runtime_distributions())]
    listed = tmp_path / "requirements.txt"
    listed.write_text("\n".join(pinned))
    arguments = ["--requirement", str(listed), "--no-deps", "--disable-pip", "--format", "json"]
    tool = Path(sys.executable).with_name("pip-audit")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False, timeout=SECONDS)
    if not done.stdout.startswith("{"):
        return None
    dependencies: list[dict[str, object]] = json.loads(done.stdout)["dependencies"]
    return None if all("skip_reason" in one for one in dependencies) else dependencies


@pytest.mark.timeout(SECONDS + 30)
def test_no_dependency_has_a_known_vulnerability(tmp_path: Path) -> None:
    dependencies = _audited(tmp_path)
    if dependencies is None:
        pytest.skip("no advisory service can be reached, so known vulnerabilities were NOT looked up")
    found = {
        f"{one['name']} {one['version']}: {advisory['id']}"
        for one in dependencies
        for advisory in one.get("vulns", [])  # type: ignore[attr-defined]
        if advisory["id"] not in ACCEPTED
    }
    assert found == set()
