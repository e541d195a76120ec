"""A journey as a graph: which ways there are, and what they are called."""

from typing import Any

import pytest

from domain.journeys.funnel import StepFunnel
from domain.journeys.graph import graph_of
from domain.specification.journeys import Journey


def journey(*steps: dict[str, Any]) -> Journey:
    return Journey.model_validate({"id": "welcome", "title": "Welcome", "steps": steps})


def ways(*steps: dict[str, Any]) -> list[tuple[str, str, str]]:
    others = [{"id": name, "kind": "message", "text": "."} for name in ("b", "c", "d")]
    return [(edge.source, edge.target, edge.label) for edge in graph_of(journey(*steps, *others)).edges]


QUESTION = {"id": "a", "kind": "question", "text": "?", "next": "b"}
CHOICES = [{"value": "one", "next": "c"}, {"value": "two"}]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"id": "a", "description": "Words.", "next": ["b", "c"]}, [("b", ""), ("c", "")]),
        ({"id": "a", "kind": "message", "text": "Hi", "next": "b"}, [("b", "")]),
        ({"id": "a", "kind": "message", "text": "Hi"}, []),
        (QUESTION | {"answer": "choice", "choices": CHOICES}, [("c", "one"), ("b", "any other answer")]),
        (QUESTION | {"attempts": 2, "otherwise": "d"}, [("b", ""), ("d", "no answer")]),
        (
            {"id": "a", "kind": "tool", "ai_agent": "x", "server": "s", "tool": "t", "next": "b", "otherwise": "c"},
            [("b", ""), ("c", "failed")],
        ),
        ({"id": "a", "kind": "wait", "hours": 1, "next": "b", "otherwise": "c"}, [("b", ""), ("c", "time over")]),
        (
            {"id": "a", "kind": "parallel", "branches": ["b", "c"], "next": "d"},
            [("b", "at once"), ("c", "at once"), ("d", "all done")],
        ),
        (
            {
                "id": "a",
                "kind": "branch",
                "next": "d",
                "conditions": [
                    {"answer": "size", "equals": "big", "next": "b"},
                    {"fact": "seats", "above": 5, "below": 9, "next": "c"},
                    {"fact": "plan", "one_of": ["free", "team"], "next": "c"},
                ],
            },
            [("b", "size is big"), ("c", "seats above 5 below 9"), ("c", "plan is one of free, team"),
             ("d", "otherwise")],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_step_leads_somewhere(step: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert ways(step) == [("a", *way) for way in expected]


@pytest.mark.parametrize(
    ("step", "text", "owner"),
    [
        ({"kind": "described", "description": "Words.", "ai_agent": "x"}, "Words.", "x"),
        ({"kind": "ai_agent", "ai_agent": "x", "instruction": "Write."}, "Write.", "x"),
        ({"kind": "tool", "ai_agent": "x", "server": "s", "tool": "t"}, "s/t", "x"),
        ({"kind": "wait", "event": "paid", "hours": 24}, "for paid, at most 24 hours", None),
        ({"kind": "check_in", "role": "lead"}, "", "lead"),
        ({"kind": "journey", "journey": "other"}, "other", None),
        ({"kind": "promise", "promise": "We call.", "within_hours": 2, "overdue_to": "lead"}, "We call.", "lead"),
        ({"kind": "branch", "conditions": [{"fact": "x", "equals": 1, "next": "a"}]}, "", None),
    ],
)  # fmt: skip
def test_each_kind_of_step_says_what_happens_and_who_carries_it(
    step: dict[str, Any], text: str, owner: str | None
) -> None:
    node = graph_of(journey({"id": "a", **step})).nodes[0]
    assert (node.text, node.owner, node.first) == (text, owner, True)


def test_a_step_has_its_customers() -> None:
    counted = StepFunnel(
        step="a", kind="message", owner="", came=4, done=2, under_way=1, skipped=0, came_to_nothing=0, dropped_off=1
    )
    steps = [{"id": name, "kind": "message", "text": "Hi"} for name in ("a", "b")]
    first, second = graph_of(journey(*steps), [counted]).nodes
    assert (first.funnel, first.drop_off) == (counted, 0.25)
    assert (second.funnel, second.drop_off) == (None, 0.0)
