"""Ladders that make sense raise nothing; each kind that does not is told once."""

from typing import Any

import pytest

from domain.specification.trust_checks import senseless_ladders

UP: dict[str, Any] = {"to": "supervision", "measure": "drafts_unchanged", "bound": 0.8, "conversations": 50, "days": 30}
ON = {"to": "delegation", "measure": "missed_escalation", "bound": 0.05, "conversations": 100, "days": 60}


def found(mode: str | None = None, *up: Any, down: Any = None) -> list[str]:
    ai_agent = {"id": "service", "trust": {"up": list(up), "down": down}, **({"mode": mode} if mode else {})}
    return [str(finding) for finding in senseless_ladders({"ai_agents": {"service": ai_agent}})]


@pytest.mark.parametrize(
    ("mode", "up", "down"),
    [
        (None, (UP, ON), {"measure": "drafts_unchanged", "bound": 0.7, "days": 7}),
        ("delegation", (UP, ON), {"measure": "missed_escalation", "bound": 0.1, "days": 14}),
        ("delegation", (UP,), None),
        ("supervision", (UP,), {"measure": "automated_resolution", "bound": 0.3, "days": 30}),
        ("delegation", (UP, {**ON, "measure": "csat", "bound": 0.9}), {"measure": "csat", "bound": 0.8, "days": 7}),
    ],
)
def test_a_ladder_that_can_be_climbed_is_no_mistake(mode: str | None, up: tuple[Any, ...], down: Any) -> None:
    assert found(mode, *up, down=down) == []


@pytest.mark.parametrize(
    ("up", "down", "told"),
    [
        ((UP, UP), None, "leads to supervision, where the step to delegation belongs"),
        ((ON, UP), None, "leads to delegation, where the step to supervision belongs"),
        ((UP, {**ON, "measure": "automated_resolution"}), None, "automated_resolution cannot be measured"),
        ((UP, {**ON, "days": 7}), None, "in 7 days it counts nothing"),
        ((UP, ON), {"measure": "missed_escalation", "bound": 0.05, "days": 30}, "would move down what may move up"),
        ((UP, ON), {"measure": "missed_escalation", "bound": 0.01, "days": 30}, "would move down what may move up"),
        (
            (UP, ON),
            {"measure": "drafts_unchanged", "bound": 0.9, "days": 30},
            "would move down what may move up at 0.8",
        ),
    ],
)
def test_a_senseless_one_is_told(up: tuple[Any, ...], down: Any, told: str) -> None:
    assert [told in one for one in found("delegation", *up, down=down)].count(True) == 1


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"ai_agents": "none"},
        {"ai_agents": [{"trust": None}, {"trust": "much"}, {"trust": []}, {"trust": {"up": 3, "down": 4}}]},
        {"ai_agents": [{"mode": "unknown", "trust": {"up": [UP]}}, {"mode": 3, "trust": {"up": [UP]}}]},
        {"ai_agents": [{"trust": {"up": [{"to": 3}, "x", None], "down": {"measure": 1, "bound": "x", "days": None}}}]},
        {"ai_agents": [{"trust": {"up": [UP | {"measure": ["x"]}], "down": {"measure": {}, "bound": 0.1, "days": 1}}}]},
        {"ai_agents": [{"trust": {"up": [UP | {"bound": True}], "down": UP | {"bound": 0.9, "days": True}}}]},
    ],
)
def test_what_has_another_shape_is_not_looked_into(data: Any) -> None:
    assert list(senseless_ladders(data)) == []
