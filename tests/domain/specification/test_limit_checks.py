"""Limits that can not be meant."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions

UNASKED = "approval_rules.0.limits.0.role: 'clerk' is asked neither by this rule nor by a ladder"
BELOW = "approval_rules.0.limits.0.amount_up_to: is not above the rule's amount_above, 500"


def limited(*limits: tuple[str, object], **rule: Any) -> dict[str, Any]:
    told = [{"role": role, "amount_up_to": amount} for role, amount in limits]
    return {"approval_rules": [{"id": "money", "limits": told} | rule]}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (limited(("clerk", 10)), UNASKED),
        (limited(("clerk", 10), roles=["approver"]), UNASKED),
        (limited(("approver", 500), amount_above=500), BELOW),
        (limited(("approver", 10), ("approver", 20)), "approval_rules.0.limits.1.role: "),
    ],
)
def test_a_limit_that_can_not_be_meant_is_found(data: dict[str, Any], told: str) -> None:
    (found,) = contradictions(data)
    assert str(found).startswith(told)
    assert found.remedy.endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        limited(("approver", 10), ("lead", 100), ("admin", 1000)),
        limited(("clerk", 10), roles=["clerk"]),
        limited(("clerk", 10)) | {"ladder": [{"after_minutes": 5, "action": "widen", "roles": ["clerk"]}]},
        limited(("approver", 501), amount_above=500),
        limited(("approver", "much"), amount_above=500),
        limited(("approver", 10), amount_above="much"),
        {"approval_rules": [{"limits": 3}]},
    ],
)
def test_what_may_be_meant_is_no_mistake(data: dict[str, Any]) -> None:
    assert list(contradictions(data)) == []
