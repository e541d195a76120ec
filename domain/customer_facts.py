"""Which customer facts a message asks for, and the sentences that tell them.

Names are those of the customer directory (domain.directory_facts); any other fact, such as a custom field of an
account, is asked for by the words of its name and told plainly.
"""

import re
from collections.abc import Iterable, Sequence

from domain.questions import asks_how
from domain.text import fold, words
from domain.turn import Fact
from domain.wordings import Wordings

OWN = Wordings("my|our|mine|ours|we|i|am|im|us|me")
ASKS_FOR_VALUE = Wordings(
    """
    what|whats|which|when|whens|who|whos|how_many|how_much|how_long|tell_me|show_me|check|look_up|remind_me|confirm|see
    is|are|do|have|has|did my|our|we|i|there|the
    am|are i|we
    """
)
FACT_WORDS = {
    "plan": Wordings("plan|tier|package|edition\nsubscribed subscription|plan"),
    "seats": Wordings("seat|seats|licence|licences|license|licenses\nhow_many .. users|members"),
    "renews": Wordings(
        """
        renew*|expire*|expiry
        next billing|payment|charge
        subscription|plan|contract|trial .. end|ends|ending|run_out|over
        billing|renewal date
        """
    ),
    "status": Wordings(
        "account|subscription .. status|active|suspended|cancelled|past_due\nstatus .. account|subscription"
    ),
    "account": Wordings("account|company|workspace|organisation name\nwhich account|company"),
    "invoice": Wordings("invoice|invoices|bill|bills !address|details|recipient|email"),
    "balance": Wordings("balance|owe|outstanding|unpaid|overdue\nopen invoice|invoices|amount"),
    "name": Wordings("my name"),
    "role": Wordings("my role|permission"),
    "email": Wordings("my email|mail_address\nemail .. on_file|do_you_have|have_i"),
}
TEMPLATES = {
    "plan": "You are on the {value} plan.",
    "seats": "Your account has {value} seats.",
    "renews": "Your subscription renews on {value}.",
    "status": "Your account is {value}.",
    "account": "Your account is {value}.",
    "balance": "Open in all: {value}.",
    "invoice": "Invoice {value}.",
    "name": "I have you on file as {value}.",
    "role": "Your role is {value}.",
    "email": "The email address on file is {value}.",
}
AMOUNT = re.compile(r"\b\d+\.\d{2}\b")
UNPAID = Wordings("open|unpaid|outstanding|overdue|owe")
LATEST = Wordings("last|latest|recent|newest|current|this_months|my|our .. invoice|bill")
INVOICES_TOLD = 3


def asks_for_own_data(text: str) -> bool:
    """True when the customer asks for a value of their own account rather than for a procedure or a rule."""
    return OWN.found_in(text) and ASKS_FOR_VALUE.found_in(text) and not asks_how(text)


def asked_facts(text: str, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those of the facts that the message asks for."""
    if not asks_for_own_data(text):
        return ()
    asked = [fact for fact in facts if _asks_for(text, fact.name)]
    invoices = _invoices_meant(text, [fact for fact in asked if fact.name == "invoice"])
    return tuple(fact for fact in asked if fact.name != "invoice" or fact in invoices)


def told(facts: Iterable[Fact], currency: str) -> str:
    """Sentences that tell these facts to the customer."""
    return " ".join(_sentence(fact, currency) for fact in facts)


def _asks_for(text: str, name: str) -> bool:
    if name in FACT_WORDS:
        return FACT_WORDS[name].found_in(text)
    return bool(re.search(rf"\b{re.escape(_spoken(name))}\b", fold(text)))


def _invoices_meant(text: str, invoices: Sequence[Fact]) -> Sequence[Fact]:
    """The invoices named by number, else the unpaid ones if the message is about those, else the newest."""
    said = set(words(text))
    named = [invoice for invoice in invoices if invoice.value.split(":")[0].lower() in text.lower()]
    of_month = [invoice for invoice in invoices if said & set(words(invoice.value.split("due")[0])[4:])]
    unpaid = [invoice for invoice in invoices if UNPAID.found_in(text) and UNPAID.found_in(invoice.value)]
    count = 1 if LATEST.found_in(text) else INVOICES_TOLD
    return named or of_month or unpaid or invoices[:count]


def _sentence(fact: Fact, currency: str) -> str:
    value = AMOUNT.sub(rf"\g<0> {currency}", fact.value) if fact.name in {"invoice", "balance"} else fact.value
    return TEMPLATES.get(fact.name, f"Your {_spoken(fact.name)}: {{value}}.").format(value=value)


def _spoken(name: str) -> str:
    return re.sub(r"[_:.-]+", " ", fold(name)).strip()
