"""Journeys that lead nowhere, never end, or use what they may not."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions
from domain.specification.references import broken_references
from tests.domain.journeys.journeys import ask, branch, say, use, wait
from tests.domain.specification.test_contradictions import valid
from tests.domain.specification.test_organisation import agents, journeys

ROUND = {"answer": "q", "equals": "x", "next": "end"}
SHOP = {"id": "shop", "transport": "http", "url": "https://shop.example"}
REFUND = {"server": "shop", "tool": "refund", "access": "write"}


def of(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"journeys": [*journeys(), {"id": "way", "title": "Way", "steps": list(steps)} | more]}


LOST: list[tuple[dict[str, Any], str]] = [
    (of(say("a", "b")), "journeys.1.steps.0.next: no step 'b'"),
    (of(use("a", otherwise="b"), tool_servers=[SHOP]), "journeys.1.steps.0.otherwise: no step 'b'"),
    (of(ask("q", choices=[{"value": "x", "next": "b"}])), "journeys.1.steps.0.choices.0.next: no step 'b'"),
    (of(branch("a", ROUND), ask("q")), "journeys.1.steps.0.conditions.0.next: no step 'end'"),
    (of(branch("a", ROUND), say("end")), "journeys.1.steps.0.conditions.0.answer: no question 'q'"),
    (of({"id": "a", "kind": "parallel", "branches": ["b", "c"]}), "journeys.1.steps.0.branches.0: no step 'b'"),
    (of(use("a", arguments={"x": {"answer": "a"}})), "journeys.1.steps.0.arguments.x.answer: no question 'a'"),
    (of(use("a", server="shp"), tool_servers=[SHOP]), "journeys.1.steps.0.server: no tool server 'shp'"),
    (of(say("a", ai_agent="sales")), "journeys.1.steps.0.ai_agent: no AI agent 'sales'"),
    (of({"id": "a", "kind": "journey", "journey": "livng"}), "journeys.1.steps.0.journey: no journey 'livng'"),
]


@pytest.mark.parametrize(("change", "told"), LOST)
def test_a_name_that_leads_nowhere_is_found_with_a_remedy(change: dict[str, Any], told: str) -> None:
    servers = {"tool_servers": [SHOP]} if "shp" in told else {}
    found = [one for one in broken_references(valid(**change, **servers)) if str(one) == told]
    assert len(found) == 1, list(broken_references(valid(**change)))
    assert found[0].remedy.endswith((".", "?"))


FOUND: list[tuple[dict[str, Any], str]] = [
    (of({"id": "a", "description": " "}), "journeys.1.steps.0.description: is empty"),
    (of({"id": "a", "kind": "described", "description": ""}), "journeys.1.steps.0.description: is empty"),
    (of(say("a"), say("b")), "journeys.1.steps.1.id: no step leads to this one"),
    (of(wait("a", "a", hours=1)), "journeys.1.steps.0.id: the journey never ends from here"),
    (
        of(ask("q", "a"), branch("a", ROUND, otherwise="a"), say("end")),
        "journeys.1.steps.1.id: comes back to itself without waiting for anybody",
    ),
    (
        of({"id": "a", "kind": "journey", "journey": "way"}),
        "journeys.1.steps.0.journey: 'way' is a part of 'way' itself",
    ),
    (
        of({"id": "a", "description": "Words"}, enter_by=["person"]),
        "journeys.1.enter_by: a journey with steps in words only is never begun",
    ),
    (of(say("a"), enter_by=["topic"]), "journeys.1.enter_by: topic begins it, and topics names none"),
    (of(say("a"), enter_by=["tool"]), "journeys.1.enter_by: tool begins it, and tools names none"),
    (
        of({"id": "a", "kind": "journey", "journey": "leaving"}),
        "journeys.1.steps.0.journey: 'leaving' has steps in words only",
    ),
    (of(use("a")), "journeys.1.steps.0.tool: general may not use shop.refund"),
    (of(say("a", text=" ")), "journeys.1.steps.0.text: is empty"),
    (
        of({"id": "a", "kind": "parallel", "branches": ["b", "b"]}, say("b")),
        "journeys.1.steps.0.branches.1: 'b' stands",
    ),
]


@pytest.mark.parametrize(("change", "told"), FOUND)
def test_what_cannot_be_meant_is_found_with_a_remedy(change: dict[str, Any], told: str) -> None:
    found = [one for one in contradictions(valid(**change)) if str(one).startswith(told)]
    assert len(found) == 1, list(contradictions(valid(**change)))
    assert found[0].remedy.endswith(".")


@pytest.mark.parametrize(
    "change",
    [
        of(ask("q", "a"), branch("a", ROUND, otherwise="q"), say("end")),
        of(say("a"), enter_by=["topic", "person"], topics=["refunds"]),
        of(say("a", description="")),
        of(use("a", ai_agent="billing")) | {"tool_servers": [SHOP]},
        of({"id": "a", "kind": "parallel", "branches": ["b", "c"], "next": "d"}, say("b"), say("c"), say("d")),
    ],
)
def test_what_may_be_meant_is_no_mistake(change: dict[str, Any]) -> None:
    allowed = agents(mode="supervision", knowledge_topics=["money"], tools=[REFUND])
    allowed[0] = allowed[0] | {"knowledge_topics": ["plans"]}
    assert list(contradictions(valid(**change, ai_agents=allowed))) == []


@pytest.mark.parametrize("data", [{}, None, {"journeys": [3, {"steps": [7, {"next": 1}]}, {"id": 1, "enter_by": "x"}]}])
def test_data_of_any_shape_is_looked_at(data: Any) -> None:
    assert isinstance([*contradictions(data), *broken_references(data)], list)
