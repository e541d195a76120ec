"""Where the files of deployment are, and what they ask Prometheus."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
METRIC = re.compile(r"\b((?:holdfast|temporal)_\w+)")
PART_OF_A_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def rules() -> list[dict[str, Any]]:
    return [rule for group in read_yaml(ALERTS)["groups"] for rule in group["rules"]]


def dashboard_queries() -> list[tuple[str, str]]:
    """Panel and query of every dashboard."""
    return [
        (f"{path.stem}: {panel['title']}", target["expr"])
        for path in DASHBOARDS
        for panel in json.loads(path.read_text())["panels"]
        for target in panel["targets"]
    ]


def metrics_in(expression: str) -> set[str]:
    """The names of our metrics and of Temporal's SDK, histograms without the suffixes of their parts."""
    return {PART_OF_A_HISTOGRAM.sub("", name) for name in METRIC.findall(expression)}


def found_tool(name: str) -> str | None:
    """The one that `make prometheus` unpacked beside this interpreter, otherwise the one on the PATH."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)
