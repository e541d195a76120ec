"""The manifest of a package."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.market.manifest import Manifest, MeasuredResult, NeededTool, Needs

MINIMAL: dict[str, Any] = {
    "format": 1,
    "name": "returns",
    "version": "1.0.0",
    "kind": "agent",
    "title": "Returns",
    "summary": "Takes back.",
    "handles": ["Takes back"],
    "triggers": ["send_back"],
    "licence": "Apache-2.0",
    "author": "Ada",
}


def test_what_is_not_measured_says_so() -> None:
    assert Manifest.model_validate(MINIMAL).results == "not measured yet"


@pytest.mark.parametrize(("kind", "file"), [("agent", "agents/returns.yaml"), ("journey", "journeys/returns.yaml")])
def test_the_file_that_it_is_about(kind: str, file: str) -> None:
    assert Manifest.model_validate({**MINIMAL, "kind": kind}).main_file == file


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("name", "../up"),
        ("name", "Returns"),
        ("version", "1.0"),
        ("kind", "organisation"),
        ("title", ""),
        ("handles", []),
        ("triggers", []),
        ("results", "very good"),
        ("results", [{"metric": "csat", "value": 4.5}]),
        ("tests", ["../scenarios/x.yaml"]),
        ("tests", ["scenarios/../x.yaml"]),
        ("mode", "delegation"),
    ],
)
def test_what_no_manifest_may_say(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Manifest.model_validate({**MINIMAL, field: value})


def test_a_figure_has_its_number_and_interval() -> None:
    result = MeasuredResult(metric="csat", value=0.9, n=200, low=0.85, high=0.93)
    assert str(result) == "csat 0.9 (0.85 to 0.93, n = 200)"


@pytest.mark.parametrize(("low", "high"), [(0.91, 0.95), (0.8, 0.85), (0.95, 0.8)])
def test_a_figure_lies_within_its_interval(low: float, high: float) -> None:
    with pytest.raises(ValidationError, match="not within low and high"):
        MeasuredResult(metric="csat", value=0.9, n=200, low=low, high=high)


def test_a_figure_rests_on_something() -> None:
    with pytest.raises(ValidationError):
        MeasuredResult(metric="csat", value=0.9, n=0, low=0.8, high=1)


def test_what_it_asks_for() -> None:
    tools = (
        NeededTool(server="shop", tool="orders", access="read"),
        NeededTool(server="shop", tool="refund", access="write"),
    )
    needs = Needs(tools=tools, customer_facts=("plan",), ai_agents=("billing",))
    assert needs.permissions == ("tool:shop/orders", "write:shop/refund", "fact:plan")
