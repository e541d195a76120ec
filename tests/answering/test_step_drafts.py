"""Drafts that a journey asks for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from answering.step_drafts import tool_draft, unasked
from domain.conversation.turn import ContactIdentity, CustomerContext, Draft, Evidence, Fact, Usage
from domain.journeys.work import UseTool
from domain.specification.conditions import AmountAbove, ExpressionHolds
from domain.specification.journeys import FactOf
from domain.specification.rules import Rule
from domain.specification.tools import AmountLimit, HttpToolServer, WriteTool
from storage.views import DraftBasis
from tests.organisation import SERVICE, SPECIFICATION

LIMIT = WriteTool(server="shop", tool="refund", access="write", approval=AmountLimit(argument="amount", above=50))
SHOP = HttpToolServer(id="shop", transport="http", url="https://shop.example")
FREE = WriteTool(server="shop", tool="note", access="write", approval="never")
GOLD = "'plan' in facts && facts['plan'] == 'Gold' && verified && text == ''"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ADA = CustomerContext(
    facts=(Fact(name="plan", value="Gold", source="directory", as_of=NOW),),
    matches=1,
    contact=ContactIdentity(email="ada@north.example"),
)


def drafted(tool: str, context: CustomerContext | None = None, rules: tuple[Rule, ...] = (), **arguments: Any) -> Draft:
    service = SERVICE.model_copy(update={"tools": (LIMIT, FREE)})
    changes = {"ai_agents": (service, *SPECIFICATION.ai_agents[1:]), "tool_servers": (SHOP,), "rules": rules}
    specification = SPECIFICATION.model_copy(update=changes)
    work = UseTool(ai_agent="service", server="shop", tool=tool, arguments=arguments)
    basis = DraftBasis(unanswered=(), transcript=(), context=context, greeted=False)
    return tool_draft("d1", work, basis, specification)


@pytest.mark.parametrize(
    ("tool", "amount", "waits"),
    [
        ("refund", 40, "within_limit"),
        ("refund", 60, "needs_approval"),
        ("note", 60, "within_limit"),
        ("gift", 1, "needs_approval"),
    ],
)
def test_the_limits_of_the_ai_agent_hold(tool: str, amount: int, waits: str) -> None:
    draft = drafted(tool, amount=amount)
    assert (draft.evidence.action, draft.evidence.of_journey, draft.text, draft.ai_agent) == (
        waits,
        True,
        "",
        "service",
    )
    assert draft.actions[0].arguments == {"amount": amount}
    assert draft.chosen_because == "a journey asked for it"


@pytest.mark.parametrize(
    ("amount", "context", "held"),
    [(60, ADA, ("large", "gold")), (60, None, ("large",)), (40, ADA, ("gold",)), (40, None, ())],
)
def test_rules_see_the_use_of_a_tool(amount: int, context: CustomerContext | None, held: tuple[str, ...]) -> None:
    rules = (
        Rule(id="large", description="Much.", when=(AmountAbove(kind="amount", above=50),), then="ask_approval"),
        Rule(id="gold", description="Gold.", when=(ExpressionHolds(kind="expression", cel=GOLD),), then="escalate"),
    )
    assert drafted("refund", context, rules, amount=amount).evidence.rules_held == held
    assert drafted("refund", context, amount=amount).evidence.rules_held is None


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (ADA, {"to": "ada@north.example", "plan": "Gold", "why": "x"}),
        (ADA.model_copy(update={"matches": 2}), {"why": "x"}),
        (None, {"why": "x"}),
    ],
)
def test_facts_are_put_in_where_the_customer_is_known_without_doubt(
    context: CustomerContext | None, expected: dict[str, str]
) -> None:
    wanted: dict[str, Any] = {
        "to": FactOf(fact="email"),
        "plan": FactOf(fact="plan"),
        "none": FactOf(fact="none"),
        "why": "x",
    }
    assert drafted("note", context, **wanted).actions[0].arguments == expected


def test_what_nobody_asked_was_asked_by_nobody_and_is_no_question_back() -> None:
    evidence = Evidence(
        ambiguous=True, near_articles=True, asks_for_person=True, unsupported_language="pt", grounding=0.9
    )
    made = Draft(
        draft_id="d1", ai_agent="a", clarifying_question="Which?", evidence=evidence, usage=Usage(model="local")
    )
    draft = unasked(made)
    assert (draft.evidence, draft.clarifying_question) == (Evidence(grounding=0.9), "")
    assert (made.for_journey, draft.for_journey) == (False, True)
    assert drafted("refund", None).for_journey
