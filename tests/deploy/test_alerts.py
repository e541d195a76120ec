"""Alerts are valid, fire when they should, and each has its runbook."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import ALERTS, DEPLOY, ROOT, found_tool, read_yaml, rules

RUNBOOKS = ROOT / "docs" / "runbooks"
HEADINGS = ("## Look", "## Do", "## Is anything lost?")
PROCEDURES = {"restore.md"}
"""What people do by plan."""
PROMTOOL = found_tool("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing; run: make prometheus")


def _promtool(*arguments: str) -> str:
    done = subprocess.run([str(PROMTOOL), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_where_its_runbook_is(rule: dict[str, Any]) -> None:
    runbook = ROOT / rule["annotations"]["runbook_url"]
    text = runbook.read_text()
    assert runbook.parent == RUNBOOKS
    assert text.startswith(f"# {rule['alert']}\n")
    assert all(heading in text for heading in HEADINGS)
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"].endswith(".")


def test_every_runbook_belongs_to_an_alert() -> None:
    linked = {Path(rule["annotations"]["runbook_url"]).name for rule in rules()}
    assert linked == {path.name for path in RUNBOOKS.glob("*.md")} - PROCEDURES


@needs_promtool
def test_promtool_finds_no_mistake() -> None:
    assert f"{len(rules())} rules found" in _promtool("check", "rules", "--lint=all", str(ALERTS))


@needs_promtool
def test_promtool_accepts_the_configuration() -> None:
    _promtool("check", "config", str(DEPLOY / "prometheus" / "prometheus.yaml"))


@needs_promtool
def test_each_alert_fires_in_trouble_and_none_at_rest(tmp_path: Path) -> None:
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(Path(__file__).parent / "alerts_test.yaml", tmp_path)
    _promtool("test", "rules", str(tmp_path / "alerts_test.yaml"))


def test_every_alert_is_played() -> None:
    at_rest, in_trouble = read_yaml(Path(__file__).parent / "alerts_test.yaml")["tests"]
    names = {rule["alert"] for rule in rules()}
    assert {played["alertname"] for played in at_rest["alert_rule_test"]} == names
    samples = in_trouble["promql_expr_test"][0]["exp_samples"]
    assert {sample["labels"] for sample in samples} == {f'{{alertname="{name}"}}' for name in names}
