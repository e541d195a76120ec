"""Rules and guidelines that can not be meant, or that do nothing."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions
from domain.specification.doubts import doubts

TOPIC = {"kind": "topic", "topics": ["refund"]}
LARGE = {"kind": "amount", "above": 100}


def rule(key: str, *when: object, then: str = "escalate", **more: Any) -> dict[str, Any]:
    return {"id": key, "description": "Why.", "when": list(when) or [TOPIC], "then": then, **more}


def asks(key: str, *when: object, **more: Any) -> dict[str, Any]:
    return rule(key, *when, then="ask_approval", **more)


def guideline(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "action": "Be brief.", **more}


def found(data: dict[str, Any]) -> list[str]:
    return [str(finding) for finding in contradictions(data)]


FIRST = "never decides, because 'wide' holds whenever this one does and comes first"

RULES: dict[str, tuple[list[object], list[str]]] = {
    "two of their own": ([rule("a"), rule("b", LARGE)], []),
    "the same twice": ([rule("wide"), rule("b")], [f"rules.1.id: {FIRST}"]),
    "a wider one above": ([rule("wide"), rule("b", TOPIC, LARGE)], [f"rules.1.id: {FIRST}"]),
    "a narrower one above": ([rule("a", TOPIC, LARGE), rule("b")], []),
    "an escalation above what asks": ([rule("wide"), asks("b")], [f"rules.1.id: {FIRST}"]),
    "an escalation below what asks": ([asks("a"), rule("wide")], [f"rules.0.id: {FIRST}"]),
    "what asks above an escalation of less": ([asks("a"), rule("b", TOPIC, LARGE)], []),
    "a wider one of all AI agents": ([rule("wide"), rule("b", ai_agents=["x"])], [f"rules.1.id: {FIRST}"]),
    "a wider one of more AI agents": (
        [rule("wide", ai_agents=["x", "y"]), rule("b", ai_agents=["y"])],
        [f"rules.1.id: {FIRST}"],
    ),
    "one of another AI agent": ([rule("a", ai_agents=["x"]), rule("b", ai_agents=["y"])], []),
    "one of a single AI agent above all": ([rule("a", ai_agents=["x"]), rule("b")], []),
    "an AI agent twice": ([rule("a", ai_agents=["x", "x"])], ["rules.0.ai_agents.1: 'x' stands twice"]),
    "a fact of the draft twice": (
        [rule("a", {"kind": "draft_facts", "names": ["plan", "plan"]})],
        ["rules.0.when.0.names.1: 'plan' stands twice"],
    ),
    "two macros at once": (
        [rule("a", {"kind": "macro", "macros": ["x"]}, {"kind": "macro", "macros": ["y"]})],
        ["rules.0.when.1.kind: never holds together with a condition above it"],
    ),
    "a phrase of the draft without words": (
        [rule("a", {"kind": "draft_words", "phrases": ["..."]})],
        ["rules.0.when.0.phrases.0: the phrase holds no word, so that every message would match it"],
    ),
    "an invalid one": ([rule("wide"), {"id": "b", "when": [TOPIC]}, "c"], []),
    "two topics at once": (
        [rule("a", TOPIC, {"kind": "topic", "topics": ["delivery"]})],
        ["rules.0.when.1.kind: never holds together with a condition above it"],
    ),
    "a topic twice": (
        [rule("a", {"kind": "topic", "topics": ["refund", "refund"]})],
        ["rules.0.when.0.topics.1: 'refund' stands twice"],
    ),
    "an approval rule of the same name": ([rule("money")], ["rules.0.id: an approval rule is called 'money' as well"]),
    "no words to describe it": ([rule("a", description=" ")], ["rules.0.description: is empty"]),
    "a phrase without words": (
        [rule("a", {"kind": "words", "phrases": ["!"]})],
        ["rules.0.when.0.phrases.0: the phrase holds no word, so that every message would match it"],
    ),
    "nobody who may approve": (
        [asks("a", ask={"roles": []})],
        ["rules.0.ask.roles: names no role, so that nobody may approve"],
    ),
    "a role twice": ([asks("a", ask={"roles": ["x", "x"]})], ["rules.0.ask.roles.1: 'x' stands twice"]),
    "rungs in the wrong order": (
        [asks("a", ask={"ladder": [{"after_minutes": n, "action": "remind"} for n in (30, 10)]})],
        ["rules.0.ask.ladder.1.after_minutes: comes after 10 minutes, and the rung above it after 30"],
    ),
    "a rung that widens to nobody": (
        [asks("a", ask={"ladder": [{"after_minutes": 5, "action": "widen"}]})],
        ["rules.0.ask.ladder.0.action: widen names no roles"],
    ),
    "too many": (
        [rule(f"r{n}", {"kind": "amount", "above": 200 - n}) for n in range(101)],
        ["rules.100: is one of more than 100 rules"],
    ),
    "no list": ("rule", []),  # type: ignore[dict-item]
}


@pytest.mark.parametrize(("rules", "expected"), RULES.values(), ids=RULES)
def test_rules_that_can_not_be_meant(rules: list[object], expected: list[str]) -> None:
    data = {"rules": rules, "approval_rules": [{"id": "money"}]}
    assert found(data) == expected


GUIDELINES: dict[str, tuple[list[object], list[str]]] = {
    "two of their own": ([guideline("a"), guideline("b", needs=["a"])], []),
    "of which one needs itself": (
        [guideline("a", needs=["a"])],
        ["guidelines.0.needs: needs itself, through what it needs"],
    ),
    "in a circle": (
        [guideline("a", needs=["b"]), guideline("b", needs=["c"]), guideline("c", needs=["a"]), guideline("d")],
        [f"guidelines.{n}.needs: needs itself, through what it needs" for n in range(3)],
    ),
    "before a circle": (
        [guideline("a", needs=["b"]), guideline("b", needs=["b"])],
        ["guidelines.1.needs: needs itself, through what it needs"],
    ),
    "that excludes what it needs": (
        [guideline("a", needs=["b"], excludes=["b"]), guideline("b")],
        ["guidelines.0.excludes: excludes 'b', which it needs, so that it never applies"],
    ),
    "that is excluded by what it needs": (
        [guideline("a", needs=["b"]), guideline("b", excludes=["a"])],
        ["guidelines.0.excludes: excludes 'b', which it needs, so that it never applies"],
    ),
    "that excludes what it needs through another": (
        [guideline("a", needs=["b"], excludes=["c"]), guideline("b", needs=["c"]), guideline("c")],
        ["guidelines.0.excludes: excludes 'c', which it needs, so that it never applies"],
    ),
    "that needs an unknown one": ([guideline("a", needs=["z"])], []),
    "with two topics at once": (
        [guideline("a", when=[TOPIC, {"kind": "topic", "topics": ["delivery"]}])],
        ["guidelines.0.when.1.kind: never holds together with a condition above it"],
    ),
    "without an action": ([guideline("a", action=" ")], ["guidelines.0.action: is empty"]),
    "named twice among what it needs": (
        [guideline("a", needs=["b", "b"]), guideline("b")],
        ["guidelines.0.needs.1: 'b' stands twice"],
    ),
}


@pytest.mark.parametrize(("guidelines", "expected"), GUIDELINES.values(), ids=GUIDELINES)
def test_guidelines_that_can_not_be_meant(guidelines: list[object], expected: list[str]) -> None:
    assert found({"guidelines": guidelines}) == expected


LATE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a wish for a person": (rule("a", {"kind": "asks_for_person"}), {}, "who asks for a person"),
    "a cannot-do list": (rule("a", {"kind": "cannot_do"}), {}, "what stands on a cannot-do list"),
    "what is too unsure anyhow": (asks("a", {"kind": "confidence", "below": 0.7}), {}, "below 0.7"),
    "what is nearly so": (asks("a", {"kind": "confidence", "below": 0.71}), {}, ""),
    "what the organisation finds unsure": (
        asks("a", {"kind": "confidence", "below": 0.85}),
        {"thresholds": {"escalate_below": 0.9}},
        "below 0.9",
    ),
    "who approves what is unsure": (asks("a", {"kind": "confidence", "below": 0.5}, ask={}), {}, ""),
    "what is unsure, watched or not": (rule("a", {"kind": "confidence", "below": 0.5}), {}, ""),
    "as many exchanges as there may be": (rule("a", {"kind": "exchanges", "at_least": 5}), {}, "from 5 exchanges"),
    "fewer exchanges": (rule("a", {"kind": "exchanges", "at_least": 4}), {}, ""),
    "more exchanges of fewer": (
        rule("a", {"kind": "exchanges", "at_least": 4}),
        {"service_levels": {"exchange_limit": 3}},
        "from 3 exchanges",
    ),
    "more questions back than there may be": (
        rule("a", {"kind": "repeated_failure", "turns": 3}),
        {},
        "after 2 questions back",
    ),
    "fewer questions back": (rule("a", {"kind": "repeated_failure", "turns": 2}), {}, ""),
    "a limit that is no number": (
        rule("a", {"kind": "repeated_failure", "turns": 2}),
        {"service_levels": {"clarification_limit": "two"}},
        "",
    ),
}


@pytest.mark.parametrize(("late", "more", "expected"), LATE.values(), ids=LATE)
def test_rules_that_come_too_late_are_doubted(late: dict[str, Any], more: dict[str, Any], expected: str) -> None:
    told = [finding for finding in doubts({"rules": [late], **more}) if finding.location[0] == "rules"]
    assert bool(told) == bool(expected)
    assert not told or (told[0].location == ("rules", 0, "when", 0, "kind") and expected in told[0].problem)
