"""Names that lead nowhere or stand twice, in data that is valid or not."""

from typing import Any

import pytest

from domain.specification.references import broken_references
from tests.domain.specification.test_organisation import agents, document, journeys, topics

SHOP = {"server": "shop", "tool": "orders"}


def told(data: object, *unread: str) -> list[str]:
    return [f"{finding}. {finding.remedy}" for finding in broken_references(data, unread)]


@pytest.mark.parametrize(
    ("change", "mistakes"),
    [
        ({}, []),
        (
            {"default_ai_agent": "biling"},
            ["default_ai_agent: no AI agent 'biling'. Did you mean 'billing'? Use one of billing, general."],
        ),
        (
            {"ai_agents": agents(tools=[SHOP, SHOP]), "tool_servers": [{"id": "shops"}]},
            [
                "ai_agents.1.tools.0.server: no tool server 'shop'. Did you mean 'shops'? Use one of shops.",
                "ai_agents.1.tools.1.server: no tool server 'shop'. Did you mean 'shops'? Use one of shops.",
                "ai_agents.1.tools.1.tool: the tool 'orders' stands twice. Keep one of the two.",
            ],
        ),
        (
            {"ai_agents": agents(tools=[SHOP])},
            ["ai_agents.1.tools.0.server: no tool server 'shop'. Name one of tool_servers, or add it there."],
        ),
        (
            {"journeys": journeys(steps=[{"id": "ask", "next": ["aks"]}])},
            ["journeys.0.steps.0.next.0: no step 'aks'. Did you mean 'ask'? Use one of ask."],
        ),
    ],
)
def test_each_names_its_place_and_what_to_write(change: dict[str, Any], mistakes: list[str]) -> None:
    assert told(document(**change)) == mistakes


@pytest.mark.parametrize(
    "spoilt",
    [
        {"ai_agents": "general"},
        {"ai_agents": [None, 7, {"id": None}]},
        {"ai_agents": agents(id="Billing")},
        {"ai_agents": agents(id="general")},
    ],
)
def test_names_are_not_missed_among_ids_that_are_wrong_themselves(spoilt: dict[str, Any]) -> None:
    lost = [mistake for mistake in told(document(**spoilt)) if "no AI agent" in mistake]
    assert not lost or spoilt["ai_agents"] == "general"


def test_names_are_not_missed_among_ids_that_could_not_be_read() -> None:
    data = document(default_ai_agent="sales", topics=topics(ai_agent="sales"))
    assert len(told(data)) == 2
    assert told(data, "ai_agents") == []


@pytest.mark.parametrize("data", [{}, [], None, "text", {"topics": {"a": 1}, "journeys": [[]], "wording": []}])
def test_data_of_another_shape_has_none(data: object) -> None:
    assert list(broken_references(data)) == []


@pytest.mark.parametrize(
    ("code", "meant"), [("german", "Did you mean 'de'? "), ("nb", "Did you mean 'no'? "), ("xx", "")]
)
def test_a_language_that_nothing_recognises(code: str, meant: str) -> None:
    [mistake] = told(document(languages=[code]))
    assert mistake.startswith(f"languages.0: no known language {code!r}. {meant}Use one of ar, bg,")
