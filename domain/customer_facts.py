"""Which customer facts a message asks for, and the sentence that tells one."""

import re

from domain.questions import asks_how
from domain.text import fold

OWN = re.compile(
    r"\b(?:my|our|mine|ours|am i|are we|do i|do we|have i|have we|i am|im|we are|were|did i|did we|is mine)\b"
)
ASKS_FOR_VALUE = re.compile(
    r"\?|\b(?:what|which|when|how many|how much|whats|whens|tell me|show me|check|is|are|has|have|who|status|look up)\b"
)
FACT_WORDS: dict[str, str] = {
    "plan": r"plan|tier|package|subscription|edition",
    "seats": r"seats?|licen[cs]es?|users? (?:do|can|are|have)|how many users",
    "status": r"status|active|cancelled|past due",
    "renews": r"renew\w*|next (?:billing|payment|charge)|billing date|expir\w*|run out|trial end\w*",
    "account": r"account name|company name|organi[sz]ation name|which account",
    "invoice": r"invoices?|bill|amount due|owe|outstanding|balance",
    "role": r"role|permission level",
    "email": r"email|e-mail",
    "phone": r"phone|number on file",
    "name": r"my name",
}
FACT_SENTENCES: dict[str, str] = {
    "plan": "You are on the {value} plan.",
    "seats": "Your account has {value} seats.",
    "status": "Your subscription is {value}.",
    "renews": "Your subscription renews on {value}.",
    "account": "Your account is {value}.",
    "role": "Your role is {value}.",
    "email": "The email address on file is {value}.",
    "phone": "The phone number on file is {value}.",
}


def asks_for_own_data(text: str) -> bool:
    """True when the customer asks for a value of their own account rather than for a procedure or a rule."""
    folded = fold(text)
    return bool(OWN.search(folded) and ASKS_FOR_VALUE.search(folded)) and not asks_how(text)


def asks_for_fact(text: str, name: str) -> bool:
    """True when a message that asks for own data asks for the fact of this name, such as `renewal_date`."""
    folded = fold(text)
    return asks_for_own_data(text) and bool(re.search(rf"\b(?:{_words_for(name)})\b", folded))


def fact_sentence(name: str, value: str) -> str:
    """A sentence that tells the customer one fact."""
    template = FACT_SENTENCES.get(_kind(name))
    return template.format(value=value) if template else f"Your {_spoken(name)}: {value}."


def _kind(name: str) -> str:
    first = re.split(r"[_\s:.-]", fold(name))[0]
    return {"renewal": "renews", "seat": "seats", "invoices": "invoice"}.get(first, first)


def _words_for(name: str) -> str:
    return FACT_WORDS.get(_kind(name), re.escape(_spoken(name)))


def _spoken(name: str) -> str:
    return re.sub(r"[_:.-]+", " ", fold(name)).strip()
