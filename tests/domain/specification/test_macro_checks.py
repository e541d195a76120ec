"""Macros that can not be meant, or that nothing ever says."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions
from domain.specification.doubts import doubts

TOPIC = {"kind": "topic", "topics": ["refund"]}
BOTH = {"kind": "topic", "topics": ["delivery", "refund"]}
WORDS = {"kind": "words", "phrases": ["how long"]}
GOLD = {"kind": "fact", "name": "plan", "one_of": ["Gold"]}
SILVER = {"kind": "fact", "name": "plan", "one_of": ["Silver"]}
AI_AGENTS = [{"id": "billing", "customer_facts": ["plan", "renews"]}, {"id": "general", "customer_facts": ["plan"]}]


def macro(key: str, *when: object, text: str = "Five days.", **more: Any) -> dict[str, Any]:
    return {"id": key, "description": "Why.", "when": list(when) or [TOPIC], "text": text, **more}


def found(macros: object, **more: object) -> list[str]:
    told = contradictions({"macros": macros, "ai_agents": AI_AGENTS, "language": "en", **more})
    return [str(one) for one in told if one.location[0] == "macros"]


FIRST = "'a' is said instead on the topic 'refund', because its file comes first"
NO_RENEWAL = "macros.0.text: the AI agent 'general' may not tell the fact 'renews'"

MACROS: dict[str, tuple[object, list[str]]] = {
    "one": ([macro("a")], []),
    "of two topics": ([macro("a"), macro("b", {"kind": "topic", "topics": ["delivery"]})], []),
    "of the same topic": ([macro("a"), macro("b")], [f"macros.1.id: {FIRST}"]),
    "that share a topic": ([macro("a", BOTH), macro("b", TOPIC, WORDS)], [f"macros.1.id: {FIRST}"]),
    "of which the narrower comes first": ([macro("a", TOPIC, WORDS), macro("b")], []),
    "of which the wider comes first": ([macro("a"), macro("b", TOPIC, WORDS)], [f"macros.1.id: {FIRST}"]),
    "for other customers": ([macro("a", TOPIC, GOLD), macro("b", TOPIC, SILVER)], []),
    "of which one needs more facts": ([macro("a", text="On {plan}."), macro("b")], []),
    "that need the same facts": (
        [macro("a", text="On {plan}."), macro("b", text="{plan}")],
        [f"macros.1.id: {FIRST}"],
    ),
    "for other AI agents": ([macro("a", ai_agents=["billing"]), macro("b", ai_agents=["general"])], []),
    "of which one is for all": ([macro("a", ai_agents=["billing"]), macro("b")], [f"macros.1.id: {FIRST}"]),
    "in other languages": ([macro("a"), macro("b", language="de")], ["macros.1.language: the organisation answers"]),
    "in the language of the articles": ([macro("a"), macro("b", language="en")], [f"macros.1.id: {FIRST}"]),
    "without a topic": (
        [macro("a", WORDS), macro("b", WORDS)],
        ["macros.1.id: 'a' is said instead, because its file comes first"],
    ),
    "with an open bracket": ([macro("a", text="On {plan")], ["macros.0.text: a '{' in it belongs to no fact"]),
    "with a fact that its AI agents tell": ([macro("a", text="{renews}", ai_agents=["billing"])], []),
    "with a fact that one of them does not tell": ([macro("a", text="{renews}")], [NO_RENEWAL]),
    "for an AI agent that there is not": ([macro("a", text="{renews}", ai_agents=["x"])], []),
    "without a text": ([macro("a", text=" ")], ["macros.0.text: is empty"]),
    "without a description": ([macro("a", description=" ")], ["macros.0.description: is empty"]),
    "with a phrase without words": (
        [macro("a", {"kind": "words", "phrases": ["?"]})],
        ["macros.0.when.0.phrases.0: the phrase holds no word"],
    ),
    "with an AI agent twice": ([macro("a", ai_agents=["billing"] * 2)], ["macros.0.ai_agents.1: 'billing' stands"]),
    "whose conditions never hold together": ([macro("a", GOLD, SILVER)], ["macros.0.when.1.kind: never holds"]),
    "an invalid one": ([macro("a"), {"id": "b", "when": [TOPIC]}, "c", {"text": 5}], []),
    "no list": ("macro", []),
    "a mapping": ({"a": macro("a", text="{renews}", ai_agents=["billing"])}, []),
}


@pytest.mark.parametrize(("macros", "expected"), MACROS.values(), ids=MACROS)
def test_macros_that_can_not_be_meant(macros: object, expected: list[str]) -> None:
    told = found(macros)
    assert len(told) == len(expected), told
    assert all(one.startswith(begins) for one, begins in zip(told, expected, strict=True)), told


def test_another_language_that_is_answered_in_is_no_mistake() -> None:
    two = [macro("a"), macro("b", language="pt")]
    assert found(two, languages=["pt"]) == []
    assert found(two, language="pt-BR") == [f"macros.1.id: {FIRST}"]


def test_languages_that_could_not_be_read_are_not_missed() -> None:
    data = {"macros": [macro("a", language="de")]}
    assert "macros.0.language: the organisation answers nobody in 'de'" in map(str, contradictions(data))
    assert list(contradictions(data, {"language", "languages"})) == []


def test_facts_are_not_asked_of_ai_agents_that_could_not_be_read() -> None:
    data = {"macros": [macro("a", text="{renews}")], "ai_agents": AI_AGENTS}
    assert NO_RENEWAL in map(str, contradictions(data))
    assert NO_RENEWAL not in map(str, contradictions(data, {"ai_agents"}))


TOPICS = [
    {"id": "refund", "ai_agent": "billing"},
    {"id": "delivery", "ai_agent": "general"},
    {"id": "law", "ai_agent": "general", "escalate": True},
]
UNSAID: dict[str, tuple[dict[str, Any], str]] = {
    "of a topic of its AI agent": (macro("a", ai_agents=["billing"]), ""),
    "of any AI agent": (macro("a"), ""),
    "of another's topic": (macro("a", ai_agents=["general"]), "is hardly said on 'refund', a topic of billing"),
    "of a topic for people": (
        macro("a", {"kind": "topic", "topics": ["law"]}),
        "is not said on 'law', which always goes to a person",
    ),
    "of an unknown topic": (macro("a", {"kind": "topic", "topics": ["x"]}), ""),
    "for who asks for a person": (macro("a", {"kind": "asks_for_person"}), "has no effect, because a person answers"),
    "for what cannot be done": (macro("a", {"kind": "cannot_do"}), "has no effect, because a person answers"),
}


@pytest.mark.parametrize(("unsaid", "expected"), UNSAID.values(), ids=UNSAID)
def test_macros_that_nothing_says_are_doubted(unsaid: dict[str, Any], expected: str) -> None:
    told = [one for one in doubts({"macros": [unsaid], "topics": TOPICS}) if one.location[0] == "macros"]
    assert bool(told) == bool(expected)
    assert not told or (told[0].location == ("macros", 0, "when", 0, "kind") and expected in told[0].problem)
