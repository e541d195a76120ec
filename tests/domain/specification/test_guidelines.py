"""Which guidelines apply: order, exclusion, dependency."""

from typing import Any

import pytest

from domain.specification.conditions import Asked, Turn
from domain.specification.guidelines import Guideline, applying

REFUND = {"kind": "topic", "topics": ["refund"]}
TURN = Turn(known=Asked(topic="refund", ai_agent="billing"))


def guideline(key: str, **fields: Any) -> Guideline:
    return Guideline.model_validate({"id": key, "action": f"Do {key}.", **fields})


A, B, C = guideline("a"), guideline("b"), guideline("c")

CASES: dict[str, tuple[list[Guideline], list[str]]] = {
    "none": ([], []),
    "those of equal priority in their order": ([B, A, C], ["b", "a", "c"]),
    "the higher first": ([A, guideline("b", priority=1), guideline("c", priority=-1)], ["b", "a", "c"]),
    "only where its conditions hold": (
        [guideline("a", when=[REFUND]), guideline("b", when=[{"kind": "topic", "topics": ["delivery"]}])],
        ["a"],
    ),
    "all of its conditions": ([guideline("a", when=[REFUND, {"kind": "amount", "above": 1}])], []),
    "for its AI agents": ([guideline("a", ai_agents=["billing"]), guideline("b", ai_agents=["general"])], ["a"]),
    "the higher bars the lower": ([guideline("a", excludes=["b"]), guideline("b", priority=1)], ["b"]),
    "whoever says it": ([guideline("a", priority=1), guideline("b", excludes=["a"])], ["a"]),
    "the earlier bars the later of equal priority": ([guideline("a", excludes=["b"]), B], ["a"]),
    "what it needs applies": ([guideline("a", needs=["b"]), B], ["a", "b"]),
    "what it needs does not hold": ([guideline("a", needs=["b"]), guideline("b", ai_agents=["general"])], []),
    "what it needs is not there": ([guideline("a", needs=["z"])], []),
    "what it needs is barred": ([guideline("a", needs=["b"]), B, guideline("c", priority=1, excludes=["b"])], ["c"]),
    "one that does not apply bars nothing": (
        [guideline("a", priority=1, needs=["z"], excludes=["b"]), B],
        ["b"],
    ),
    "and what needs the one that is free again applies": (
        [guideline("a", needs=["b"]), B, guideline("c", priority=1, needs=["z"], excludes=["b"])],
        ["a", "b"],
    ),
    "what needs what needs what is not there": ([guideline("a", needs=["b"]), guideline("b", needs=["z"]), C], ["c"]),
    "those that need each other": ([guideline("a", needs=["b"]), guideline("b", needs=["a"])], ["a", "b"]),
}


@pytest.mark.parametrize(("guidelines", "expected"), CASES.values(), ids=CASES)
def test_which_apply_and_in_which_order(guidelines: list[Guideline], expected: list[str]) -> None:
    assert [one.id for one in applying(guidelines, TURN)] == expected
