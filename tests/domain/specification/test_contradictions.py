"""What is valid, and cannot be meant."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions
from tests.domain.specification.test_organisation import agents, document, journeys, topics


def valid(**changes: Any) -> dict[str, Any]:
    supervised = agents(mode="supervision", knowledge_topics=["money"])
    supervised[0] = supervised[0] | {"knowledge_topics": ["plans"]}
    articles = [{"id": "prices", "title": "Prices", "topic": "plans", "source": "https://acme.example"}]
    return document(ai_agents=supervised, articles=articles, disclosure="An AI writes to you.") | changes


def steps(**following: list[str]) -> dict[str, Any]:
    named = [{"id": step, "description": step, "next": after} for step, after in following.items()]
    return {"journeys": journeys(steps=named)}


def rules(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"approval_rules": [{"id": f"rule_{number}"} | rule for number, rule in enumerate(conditions)]}


def rungs(*minutes: int) -> dict[str, Any]:
    return {"ladder": [{"after_minutes": after, "action": "remind"} for after in minutes]}


PRICED = {"model": {"writer": "openai:a", "monthly_budget": 5, "prices": {"openai:a": {"input": 1, "output": 2}}}}
MONDAY = {"weekday": 0, "opens": "09:00", "closes": "17:00"}


def retention(days: object, reopen_days: object = None) -> dict[str, Any]:
    levels = {} if reopen_days is None else {"service_levels": {"reopen_days": reopen_days}}
    return {"retention": {"conversation_days": days}} | levels


def measure(metric: str, target: float) -> dict[str, Any]:
    return {"ai_agents": agents(success=[{"metric": metric, "target": target}])}


FOUND: list[tuple[dict[str, Any], str]] = [
    ({"calendar": {"holidays": ["2026-12-25", "2026-12-25"]}}, "calendar.holidays.1: '2026-12-25' stands twice"),
    ({"calendar": {"hours": [MONDAY, MONDAY]}}, "calendar.hours.1: the same opening hours stand twice"),
    (rules({"id": "a"}, {"id": "a", "approvers": 2}), "approval_rules.1.id: 'a' stands twice"),
    ({"ai_agents": agents(can_do=["a", "a"])}, "ai_agents.1.can_do.1: 'a' stands twice"),
    (steps(a=["b", "b"], b=[]), "journeys.0.steps.0.next.1: 'b' stands twice"),
    ({"private_facts": ["iban", "iban"]}, "private_facts.1: 'iban' stands twice"),
    (
        {"private_facts": ["iban"], "ai_agents": agents(customer_facts=["plan", "iban"])},
        "ai_agents.1.customer_facts.1: 'iban' is a private fact, which no AI agent may tell",
    ),
    ({"name": "  "}, "name: is empty"),
    ({"topics": topics(examples=["d", "", "f"])}, "topics.1.examples.1: is empty"),
    ({"language": "klingon"}, "language: no known language 'klingon'"),
    ({"topics": topics(examples=["A ", "e", "f"])}, "topics.1.examples.0: the topic 'plans' has the same example"),
    ({"out_of_scope_examples": ["c"]}, "out_of_scope_examples.0: the topic 'plans' has the same example"),
    (
        {"ai_agents": agents(cannot_do=[{"description": "x", "phrases": ["delete", "_ !"]}])},
        "ai_agents.1.cannot_do.0.phrases.1: the phrase holds no word, so that every message would match it",
    ),
    (
        {"ai_agents": agents(mode="supervision", supervised_topics=[])},
        "ai_agents.1.mode: supervision without supervised_topics lets every draft leave unapproved",
    ),
    (measure("false_escalation", 3), "ai_agents.1.success.0.target: is above 1, and the metric is a share"),
    (measure("csat", -1), "ai_agents.1.success.0.target: is below 0"),
    ({"model": {"writer": "local", "fallbacks": ["local"]}}, "model.fallbacks.0: 'local' was asked already"),
    ({"model": {"fallbacks": ["local", "local"]}}, "model.fallbacks.1: 'local' was asked already"),
    (
        {"ai_agents": agents(model={"writer": "openai:a", "fallbacks": ["local", "openai:a"]})},
        "ai_agents.1.model.fallbacks.1: 'openai:a' was asked already",
    ),
    (
        PRICED | {"ai_agents": agents(model={"writer": "openai:b", "fallbacks": ["local"]})},
        "ai_agents.1.model.writer: monthly_budget lacks a price for 'openai:b'",
    ),
    (rungs(60, 30), "ladder.1.after_minutes: comes after 30 minutes, and the rung above it after 60"),
    ({"ladder": [{"after_minutes": 1, "action": "move_up"}]}, "ladder.0.action: move_up names no roles"),
    (rules({"roles": []}), "approval_rules.0.roles: names no role, so that nobody may approve"),
    (rules({}, {"amount_above": 5}), "approval_rules.1.id: never applies, because 'rule_0' above it holds whenever"),
    (rules({"sensitivity": ["legal", "security"]}, {"sensitivity": ["legal"]}), "approval_rules.1.id: never applies"),
    (rules({"amount_above": 5}, {"amount_above": 9}), "approval_rules.1.id: never applies"),
    (steps(a=["b"], b=[], c=["b"]), "journeys.0.steps.2.id: no step leads to this one"),
    (steps(a=["b", "d"], b=["c"], c=["b"], d=[]), "journeys.0.steps.1.id: the journey never ends from here"),
    (steps(a=["a"]), "journeys.0.steps.0.id: the journey never ends from here"),
    ({"topics": topics(ai_agent="general"), "journeys": []}, "ai_agents.1.id: no topic and no journey leads to"),
    (
        {"articles": [{"id": "x", "title": "X", "topic": "gossip", "source": "s"}]},
        "articles.0.topic: no AI agent may cite articles of the topic 'gossip'",
    ),
    (
        {"knowledge_sources": [{"kind": "zendesk", "default_topic": "gossip"}]},
        "knowledge_sources.0.default_topic: no AI agent may cite articles of the topic 'gossip'",
    ),
    (retention(6.9), "retention.conversation_days: erases after 6.9 days what a message reopens for 7"),
    (retention(29, 30), "retention.conversation_days: erases after 29 days what a message reopens for 30"),
]


@pytest.mark.parametrize(("change", "told"), FOUND)
def test_each_is_found_with_a_remedy(change: dict[str, Any], told: str) -> None:
    found = [finding for finding in contradictions(valid(**change)) if str(finding).startswith(told)]
    assert len(found) == 1, list(contradictions(valid(**change)))
    assert found[0].remedy.endswith(".")


@pytest.mark.parametrize(
    "meant",
    [
        {},
        rungs(30, 30, 60),
        rules({"amount_above": 9}, {"amount_above": 5}, {}),
        rules({"ai_agents": ["billing"]}, {"sensitivity": ["legal"]}, {"ai_agents": ["general", "billing"]}),
        rules({"sensitivity": ["legal"], "amount_above": 5}, {"sensitivity": ["legal"]}),
        steps(a=["b", "c"], b=["a"], c=[]),
        measure("automated_resolution", 1),
        measure("first_response_seconds", 60),
        {"ai_agents": agents(success=[{"metric": "csat", "target": True}])},
        {"language": "pt-BR"},
        PRICED | {"ai_agents": agents(mode="supervision", knowledge_topics=["money"], model={"writer": "openai:a"})},
        {"language": "nb"},
        {"calendar": {"hours": [MONDAY, MONDAY | {"weekday": 1}]}},
        retention(7),
        retention(1, 0.5),
        retention(None, 30),
        retention("a year"),
        retention(1, "a week"),
    ],
)
def test_what_may_be_meant_is_no_mistake(meant: dict[str, Any]) -> None:
    assert list(contradictions(valid(**meant))) == []


@pytest.mark.parametrize("data", [{}, [], None, "text", {"topics": 1, "ladder": [3, {}], "journeys": [{"steps": "x"}]}])
def test_data_of_another_shape_has_none(data: object) -> None:
    assert list(contradictions(data)) == []


@pytest.mark.parametrize("unread", ["topics", "default_ai_agent"])
def test_an_ai_agent_may_be_led_to_from_what_could_not_be_read(unread: str) -> None:
    data = valid(topics=topics(ai_agent="general"), journeys=[])
    assert [finding.location for finding in contradictions(data)] == [("ai_agents", 1, "id")]
    assert list(contradictions(data, [unread])) == []
