"""Dashboards as their readers see them: nothing overlaps, and every panel says what it shows and in which unit."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import DASHBOARDS, ROOT

COLUMNS = 24
UNITS = {"short", "s", "cpm", "reqps", "bool_yes_no"}
PER_MINUTE = "* 60"


def _panels() -> list[Any]:
    return [
        pytest.param(panel, id=f"{path.stem}: {panel['title']}")
        for path in DASHBOARDS
        for panel in json.loads(path.read_text())["panels"]
    ]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_stand_beside_each_other(path: Path) -> None:
    panels = json.loads(path.read_text())["panels"]
    overlapping = [(one["title"], other["title"]) for one, other in combinations(panels, 2) if _overlap(one, other)]
    assert overlapping == []
    assert [panel["title"] for panel in panels if panel["gridPos"]["x"] + panel["gridPos"]["w"] > COLUMNS] == []
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    a, b = one["gridPos"], other["gridPos"]
    return all(a[at] < b[at] + b[size] and b[at] < a[at] + a[size] for at, size in (("x", "w"), ("y", "h")))


@pytest.mark.parametrize("panel", _panels())
def test_a_panel_says_what_it_shows(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["datasource"]["uid"] == "${datasource}"
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert all(target["legendFormat"] for target in panel["targets"])
    if panel["type"] == "timeseries":
        assert panel["options"]["legend"]["showLegend"]
    else:
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"]


@pytest.mark.parametrize("panel", _panels())
def test_the_unit_is_that_of_the_query(panel: dict[str, Any]) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        query = target["expr"]
        assert (unit == "cpm") == query.endswith(PER_MINUTE), query
        assert (unit == "s") == ("_seconds" in query and "_count" not in query), query


@pytest.mark.parametrize("panel", _panels())
def test_a_runbook_that_a_panel_names_exists(panel: dict[str, Any]) -> None:
    named = panel["description"].partition("Runbook")[2].partition(":")[2].strip(" .").split(", ")
    assert [name for name in named if name and not (ROOT / "docs" / "runbooks" / f"{name}.md").exists()] == []
