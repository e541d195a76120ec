from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.conversation.turn import Fact
from domain.identity.customer_facts import asked_facts, facts_stated, told
from domain.identity.directory import Account, Contact, Invoice
from domain.identity.directory_facts import context_of, invoiced

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNT = Account(
    id="acme",
    name="Acme GmbH",
    plan="Team",
    seats=25,
    status="past_due",
    renews=date(2027, 3, 1),
    fields={"storage": "41 GB of 100 GB", "plan": "ignored"},
    invoices=(
        Invoice(number="TF-1", issued=date(2026, 8, 1), due=date(2026, 8, 15), amount=Decimal(250), status="paid"),
        Invoice(number="TF-3", issued=date(2026, 10, 1), due=date(2026, 10, 15), amount=Decimal(250), status="overdue"),
        Invoice(number="TF-2", issued=date(2026, 9, 1), due=date(2026, 9, 15), amount=Decimal("99.5"), status="open"),
    ),
)
CONTACT = Contact(id="dana", account="acme", name="Dana Kern", email="dana@acme.example", role="owner")
CONTEXT = context_of(CONTACT, ACCOUNT, READ_AT)


def reply_to(text: str) -> str:
    return told(asked_facts(text, CONTEXT.facts), "EUR")


def test_the_directory_knows_one_contact_without_doubt() -> None:
    assert CONTEXT.matches == 1
    assert [fact.value for fact in CONTEXT.facts if fact.name == "plan"] == ["Team"]
    assert {fact.as_of for fact in CONTEXT.facts} == {READ_AT}


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("What plan are we on?", "You are on the Team plan."),
        ("How many seats do we have?", "Your account has 25 seats."),
        ("When does our subscription renew?", "Your subscription renews on 1 March 2027."),
        ("Which email do you have on file for me?", "The email address on file is dana@acme.example."),
        ("how much storage have we used, what is our storage?", "Your storage: 41 GB of 100 GB."),
        (
            "how much is my last invoice?",
            "Invoice TF-3: 250.00 EUR, issued 1 October 2026, due 15 October 2026, overdue.",
        ),
        ("Is our invoice TF-1 paid?", "Invoice TF-1: 250.00 EUR, issued 1 August 2026, due 15 August 2026, paid."),
        (
            "when is our September invoice due",
            "Invoice TF-2: 99.50 EUR, issued 1 September 2026, due 15 September 2026, open.",
        ),
        ("Do we owe you money?", "Open in all: 349.50 EUR."),
    ],
)
def test_a_fact_is_told_when_it_is_asked_for(text: str, reply: str) -> None:
    assert reply_to(text) == reply


def test_unpaid_invoices_are_told_without_the_paid() -> None:
    assert "TF-2" in reply_to("Which invoices of ours are unpaid?")
    assert "TF-1" not in reply_to("Which invoices of ours are unpaid?")


@pytest.mark.parametrize(
    "text",
    [
        "How do I change my plan?",
        "What does the Team plan cost?",
        "Can I add seats?",
        "where do I see my plan",
        "when do plans renew",
    ],
)
def test_procedures_and_rules_are_no_facts(text: str) -> None:
    assert reply_to(text) == ""


def test_an_account_without_invoices_has_no_balance() -> None:
    context = context_of(CONTACT, ACCOUNT.model_copy(update={"invoices": (), "renews": None}), READ_AT)
    assert not {"invoice", "balance", "renews"} & {fact.name for fact in context.facts}


def test_the_amount_of_an_invoice_can_be_read_back() -> None:
    assert invoiced("see the portal") is None
    assert invoiced("TF-2: unknown, paid") is None
    assert invoiced("TF-2: 99.50, issued 1 September 2026, due 15 September 2026, open") == Decimal("99.50")


@pytest.mark.parametrize(
    ("value", "text", "stated"),
    [
        ("Team", "You are on the Team plan.", True),
        ("Team", "you are on TEAM", True),
        ("Team", "Your teammates see it.", False),
        ("past due", "It is past due.", True),
        ("1200.00", "You owe 1,200 EUR.", True),
        ("1200.00", "You owe 200 EUR.", False),
        ("14", "You have fourteen seats.", True),
        ("14", "You have 140 seats.", False),
        ("5 December 2026", "It renews on 2026-12-05.", True),
        ("5 December 2026", "It renews on 6 December 2026.", False),
        ("38 of 100 GB", "You use 38 of 100 GB.", True),
        ("kai@north.example", "We wrote to Kai@north.example.", True),
        ("(none)", "You have (none).", True),
    ],
)
def test_a_value_is_found_in_a_text(value: str, text: str, stated: bool) -> None:
    fact = Fact(name="known", value=value, source="directory", as_of=READ_AT)
    assert facts_stated(text, [fact, fact]) == (("known",) if stated else ())


def test_nothing_is_stated_in_no_text() -> None:
    facts = [Fact(name="plan", value=value, source="directory", as_of=READ_AT) for value in ("Team", " ")]
    assert facts_stated("", facts) == ()
