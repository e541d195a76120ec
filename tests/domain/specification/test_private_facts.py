"""Which arguments of tools hold private facts, and texts without them."""

import pytest

from domain.specification.journeys import Journey
from domain.specification.organisation import OrganisationSpec
from domain.specification.private_facts import hide, private_arguments
from domain.specification.tools import ReadTool, WriteTool
from tests.organisation import BILLING, SERVICE, SPECIFICATION

LOOK_UP = ReadTool(server="crm", tool="look_up", access="read", from_customer={"account": "iban", "name": "name"})
PAY = WriteTool(server="bank", tool="pay", access="write", from_customer={"to": "iban", "grade": "score"})
STEPS = [
    {
        "id": "credit",
        "kind": "tool",
        "ai_agent": "service",
        "server": "bank",
        "tool": "credit",
        "arguments": {"account": {"fact": "iban"}, "amount": 5, "name": {"fact": "name"}},
        "next": "hello",
    },
    {"id": "hello", "kind": "message", "text": "Done."},
]
CREDIT = Journey.model_validate({"id": "credit", "title": "A credit", "steps": STEPS})


def spec(*private: str) -> OrganisationSpec:
    ai_agents = (
        SERVICE.model_copy(update={"tools": (LOOK_UP,)}),
        BILLING.model_copy(update={"tools": (PAY,)}),
    )
    return SPECIFICATION.model_copy(
        update={"ai_agents": ai_agents, "journeys": (CREDIT,), "private_facts": private},
    )


@pytest.mark.parametrize(
    ("private", "expected"),
    [
        ((), set()),
        (("plan",), set()),
        (("score",), {("bank", "pay", "grade")}),
        (("iban",), {("crm", "look_up", "account"), ("bank", "pay", "to"), ("bank", "credit", "account")}),
        (("name",), {("crm", "look_up", "name"), ("bank", "credit", "name")}),
    ],
)
def test_ai_agents_and_journeys_may_fill_private_facts_in(
    private: tuple[str, ...], expected: set[tuple[str, str, str]]
) -> None:
    assert private_arguments(spec(*private)) == expected


@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("Paid to DE89 3704.", ["DE89 3704"], "Paid to [private]."),
        ("Paid to de89 3704", ["DE89 3704"], "Paid to [private]"),
        ("Grade C, Cologne", ["C"], "Grade [private], Cologne"),
        ("300 of 3", ["3"], "300 of [private]"),
        ("call +49 30 5550 now", ["+49 30 5550"], "call [private] now"),
        ("a.b and a.b.c", ["a.b", "a.b.c"], "[private] and [private]"),
        (r'{"name": "M\u00fcller \"Jo\""}', ['Müller "Jo"'], '{"name": "[private]"}'),
        (r'{"name": "Müller \"Jo\""}', ['Müller "Jo"'], '{"name": "[private]"}'),
        ("Nothing to hide", [], "Nothing to hide"),
        ("Nothing to hide", [""], "Nothing to hide"),
        ("5 paid", [5], "[private] paid"),
        ("", ["x"], ""),
    ],
)
def test_values_are_taken_out_where_they_stand_by_themselves(text: str, values: list[object], shown: str) -> None:
    assert hide(text, values) == shown
