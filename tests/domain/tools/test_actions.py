from decimal import Decimal

import pytest
from pydantic import JsonValue

from domain.specification.tools import AmountLimit, WriteTool
from domain.tools.actions import needs_approval, plain, proposed

LIMIT = AmountLimit(argument="amount", above=Decimal(100))


def refund(approval: object = LIMIT) -> WriteTool:
    return WriteTool.model_validate({"server": "shop", "tool": "refund", "access": "write", "approval": approval})


@pytest.mark.parametrize(
    ("value", "amount", "asks"),
    [
        (100, "100", False),
        (100.01, "100.01", True),
        ("99.90", "99.90", False),
        (0, "0", False),
        (-5, None, True),
        ("a hundred", None, True),
        ("NaN", None, True),
        ("Infinity", None, True),
        (True, None, True),
        (None, None, True),
        ([50], None, True),
    ],
)
def test_people_decide_above_the_limit_and_whenever_the_amount_is_unclear(
    value: JsonValue, amount: str | None, asks: bool
) -> None:
    action = proposed(refund(), {"order_id": "A-1", "amount": value})
    assert action.amount == (None if amount is None else Decimal(amount))
    assert needs_approval(refund(), action) is asks


def test_the_amount_is_read_again_and_not_believed() -> None:
    action = proposed(refund(), {"amount": 5000}).model_copy(update={"amount": Decimal(1)})
    assert needs_approval(refund(), action)


def test_an_action_without_its_amount_needs_people() -> None:
    assert needs_approval(refund(), proposed(refund(), {"order_id": "A-1"}))


def test_a_limit_is_not_passed_in_parts() -> None:
    first, second = (proposed(refund(), {"order_id": order, "amount": 60}) for order in ("A-1", "A-2"))
    voucher = first.model_copy(update={"tool": "issue_voucher"})
    assert needs_approval(refund(), first, (first, second))
    assert not needs_approval(refund(), first, (first, voucher))


def test_always_and_never() -> None:
    assert needs_approval(refund("always"), proposed(refund("always"), {"amount": 0}))
    assert not needs_approval(refund("never"), proposed(refund("never"), {"amount": 9999}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two\nlines\tand a tab", "Two\nlines\tand a tab"),
        ("  space around  ", "space around"),
        ("red\x1b[31m, bell\x07, nul\x00", "red[31m, bell, nul"),
        ("right\u202eto left, zero\u200bwidth, \ufefffeff", "rightto left, zerowidth, feff"),
        ("tags\U000e0041\U000e0042 hide", "tags hide"),
        ("private\ue000 \ud800surrogate", "private surrogate"),
        ("Grüße, 日本, 👍", "Grüße, 日本, 👍"),
    ],
)
def test_a_strangers_text_is_made_plain(text: str, expected: str) -> None:
    assert plain(text, 100) == expected


def test_a_strangers_text_is_cut_and_says_so() -> None:
    assert plain("a" * 120, 100) == "a" * 100 + " [cut: 20 characters more]"
