"""Expressions in CEL: what they say of a turn, what they may not, and what is told about mistakes."""

from typing import Any

import pytest

from answering.expressions import DEEPEST, LONGEST, evaluate, wrong_with
from domain.specification.conditions import Asked, Drafted

TURN: dict[str, Any] = {
    "text": "My invoice W-17 is wrong.",
    "topic": "invoice",
    "topic_confidence": 0.9,
    "amount": 120.5,
    "verified": True,
    "facts": {"plan": "Enterprise", "account manager": "Ada"},
    "missing_sources": ("crm",),
    "grounding": 1.0,
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("verified", True),
        ("!verified", False),
        ("amount > 100.0", True),
        ("topic == 'invoice' && grounding >= 0.5", True),
        ("topic in ['refund', 'invoice']", True),
        ("facts.plan == 'Enterprise'", True),
        ("facts['account manager'] == 'Ada'", True),
        ("has(facts.region) && facts.region == 'EU'", False),
        ("'crm' in missing_sources", True),
        ("size(missing_sources) > 1", False),
        ("text.contains('invoice')", True),
        ("text.matches('W-[0-9]+')", True),
        ("topic_confidence < 0.5 ? supervised : answered", False),
        # What fails has no value.
        ("facts.region == 'EU'", None),
        ("1 / 0 > 1", None),
        ("int(text) > 1", None),
        ("text.matches('(')", None),
        # Where one side decides, the other may fail.
        ("verified || facts.region == 'EU'", True),
        ("!verified && facts.region == 'EU'", False),
        # What is no expression has no value either.
        ("verified &&", None),
        ("no_such_name", None),
        ("amount", None),
        ("amount > 100", None),
        ("topic == '\ud800'", None),
    ],
)
def test_the_value_about_a_turn(expression: str, expected: bool | None) -> None:
    assert evaluate(expression, Drafted(**TURN)) is expected


@pytest.mark.parametrize("known", [Asked, Drafted])
def test_each_name_may_be_used_as_what_it_is(known: type[Asked]) -> None:
    """The types of all fields are known in CEL; compared with another type, they are mistakes."""
    tests: dict[Any, str] = {str: "{} == 'x'", bool: "{} == true", float: "{} == 1.0"}
    for name, field in known.model_fields.items():
        test = tests.get(field.annotation, "size({}) == 0").format(name)
        assert wrong_with(test, known) is None
        assert wrong_with(f"{name} == b'x'", known) is not None
        assert evaluate(test, known()) is not None


LONG = "amount > " + "0" * LONGEST
DEEP = "(" * (DEEPEST + 1) + "verified" + ")" * (DEEPEST + 1)


@pytest.mark.parametrize(
    ("expression", "problem", "remedy"),
    [
        ("verifed", "there is no 'verifed', at letter 1", "Did you mean 'verified'? Use one of"),
        ("verified &&\n  amont > 1.0", "there is no 'amont', in its line 2", "Did you mean 'amount'?"),
        ("os.environ == 'x'", "there is no 'os.environ', at letter 3", "Use one of action, ai_agent"),
        ("topic > 5.0", "no matching overload", "like with like"),
        ("amount == 'much'", "no matching overload", "texts in quotes"),
        ("amount > 100", "no matching overload", "such as 50.0"),
        ("verified &&", "at letter 12", "the guide"),
        ("amount + 1.0", "is neither true nor false", "amount > 50.0"),
        ("'x'", "is neither true nor false", "Compare"),
        ("missing_sources.exists(one, one == 'crm')", "exists goes through a list", "`in`"),
        ("open('x')", "there is no 'open'", "Use one of"),
        ("verified ? 1 : 2 : 3", "Syntax error: mismatched input ':', at letter 18", "the guide"),
        ("topic == '\ud800'", "is no expression in CEL", "the guide"),
        (LONG, f"has {len(LONG)} letters", f"at most {LONGEST}"),
        (DEEP, f"more than {DEEPEST} brackets", "several conditions"),
    ],
)
def test_mistakes_are_told(expression: str, problem: str, remedy: str) -> None:
    wrong = wrong_with(expression, Drafted)
    assert wrong is not None
    assert problem in wrong.problem
    assert remedy in wrong.remedy
    assert not wrong.problem.endswith(".")


def test_before_there_is_a_draft_its_names_are_unknown() -> None:
    assert wrong_with("grounding < 0.5", Drafted) is None
    wrong = wrong_with("grounding < 0.5", Asked)
    assert wrong is not None
    assert "no 'grounding'" in wrong.problem


def test_as_deep_and_as_long_as_is_allowed() -> None:
    assert wrong_with(DEEP[1:-1], Drafted) is None
    longest = "amount > 1.0 " + " " * (LONGEST - 13)
    assert len(longest) == LONGEST
    assert wrong_with(longest, Drafted) is None
