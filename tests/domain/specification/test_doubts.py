"""What may be meant, and does less than it seems to."""

from typing import Any

import pytest

from domain.specification.doubts import doubts
from tests.domain.specification.test_contradictions import valid
from tests.domain.specification.test_organisation import agents, topics

UNSURE = {"thresholds": {"escalate_below": 0, "review_below": 0}}
PHRASES = [{"description": "x", "phrases": ["delete"]}]
SHOP = {"tool_servers": [{"id": "shop", "transport": "http", "url": "https://shop.example/mcp"}]}
NO_PERSON = "ai_agents.1.id: nothing that it finds out leads to a person"


def billing(**fields: Any) -> dict[str, Any]:
    return {"ai_agents": agents(**{"supervised_topics": []} | fields)}


def meant_well(**changes: Any) -> dict[str, Any]:
    return valid(**billing(mode="supervision", supervised_topics=["refunds"]) | changes)


FOUND: list[tuple[dict[str, Any], str]] = [
    ({"thresholds": {"out_of_scope_above": 1}}, "thresholds.out_of_scope_above: never holds, because nothing is above"),
    (billing(escalate_below=0.5), "ai_agents.1.escalate_below: 0.5 has no effect, because thresholds.escalate_below"),
    (UNSURE, "ai_agents.0.id: nothing that it finds out leads to a person"),
    (UNSURE | billing(), NO_PERSON),
    ({"articles": []}, "topics.0.id: nobody can answer it"),
    (SHOP, "tool_servers.0.id: no AI agent uses 'shop'"),
    (billing(mode="delegation", veto_minutes=5), "ai_agents.1.veto_minutes: holds in the mode supervision only"),
    (billing(mode="delegation", supervised_topics=["refunds"]), "ai_agents.1.supervised_topics: hold in the mode"),
]


@pytest.mark.parametrize(("change", "told"), FOUND)
def test_each_is_told_with_a_remedy(change: dict[str, Any], told: str) -> None:
    found = [finding for finding in doubts(valid(**change)) if str(finding).startswith(told)]
    assert len(found) == 1, [str(finding) for finding in doubts(valid(**change))]
    assert found[0].remedy.endswith(".")


@pytest.mark.parametrize(
    "way",
    [
        billing(mode="co_pilot"),
        billing(escalate_below=0.5),
        billing(cannot_do=PHRASES),
        {"topics": topics(sensitivity="legal", ai_agent="billing")},
        {"topics": topics(escalate=True, ai_agent="billing")},
    ],
)
def test_there_are_many_ways_to_a_person(way: dict[str, Any]) -> None:
    assert NO_PERSON not in [str(finding) for finding in doubts(valid(**UNSURE, **way))]


@pytest.mark.parametrize(
    "meant",
    [
        {},
        billing(escalate_below=0.9),
        {"articles": [], "knowledge_sources": [{"kind": "zendesk", "default_topic": "plans"}]},
        SHOP | billing(tools=[{"server": "shop", "tool": "find", "access": "read"}]),
    ],
)
def test_what_has_an_effect_is_no_doubt(meant: dict[str, Any]) -> None:
    assert doubts(meant_well(**meant)) == []


@pytest.mark.parametrize("data", [{}, [], None, "text", {"topics": 1, "ai_agents": [3], "thresholds": "x"}])
def test_data_of_another_shape_has_none_or_what_can_be_seen(data: object) -> None:
    assert all(finding.remedy for finding in doubts(data))


def test_what_could_not_be_read_may_be_what_is_missing() -> None:
    assert doubts(meant_well(articles=[]), ["articles"]) == []


GREETED = {"web_chat": {"greeting": "An AI writes to you."}}
UNTOLD = "nothing tells customers who write by {} that an AI agent answers"


@pytest.mark.parametrize(
    ("change", "untold"),
    [
        ({}, ["web_chat"]),
        ({"disclosure": " "}, ["web_chat"]),
        ({"channels": {"web_chat": {}, "email": {}, "phone": {}}}, ["web_chat", "email", "phone"]),
        ({"channels": {**GREETED, "phone": {"greeting": "An AI speaks."}}}, []),
        ({"channels": {"email": {"greeting": "Nobody reads this."}}}, ["email"]),
        ({"channels": {"email": {}}, "disclosure": "An AI writes to you."}, []),
    ],
)
def test_where_nothing_tells_that_an_ai_agent_answers(change: dict[str, Any], untold: list[str]) -> None:
    found = doubts(meant_well(**{"disclosure": ""} | change))
    assert [str(finding) for finding in found] == [f"channels.{kind}: {UNTOLD.format(kind)}" for kind in untold]


def test_where_only_people_write_nobody_is_told() -> None:
    ai_agents = [ai_agent | {"mode": "co_pilot", "supervised_topics": []} for ai_agent in agents()]
    assert not [one for one in doubts(valid(disclosure="", ai_agents=ai_agents)) if one.location[0] == "channels"]
