"""Which customer facts a message asks for, and the sentences that tell them.

Names are those of the customer directory (domain.directory_facts); any other fact, such as a custom field of an
account, is asked for by the words of its name and told plainly.
"""

import re
from collections.abc import Iterable, Sequence

from domain.questions import asks_how
from domain.text import content_words, fold, words
from domain.turn import Fact
from domain.wordings import Wordings

OWN = Wordings("my|our|mine|ours|we|i|am|im|us|me|you|still|currently")
ASKS_FOR_VALUE = Wordings("what|whats|how_much|how_many|who|whos|when|whens|which|is_there|are_there|do_we_have|check")
ASKS_WHERE = Wordings(
    """
    where can|do|is|are|in
    which|what|a|the page|screen|menu
    what does|do .. mean
    """
)
FACT_WORDS = {
    "plan": Wordings(
        """
        what|whats|which .. plan|tier|package|subscription|edition .. <have>
        what|whats my|our .. plan|tier|package|subscription
        plan|tier|package|edition am_i|are_we|do_i|do_we|have_we|did_we
        on what|which plan
        are|am we|i on .. or
        """,
        have="am are are_we do have has is did booked",
    ),
    "seats": Wordings(
        """
        how_many .. <seats>
        what|whats|tell_me .. number_of|count_of .. <seats>
        ^ number_of .. <seats>
        """,
        seats="seat seats licence licences license licenses users_do users_are users_have",
    ),
    "renews": Wordings(
        """
        when|what_date|which_day|what_day|date|until_when|how_long .. renew*|expire*|expiry|run_out|runs_out
        when|what_date|until_when .. subscription|plan|contract|licence|license|trial|period .. end|ends|over|up
        when .. next billing|payment|charge|invoice|renewal
        renewal|expiry|billing date
        """
    ),
    "status": Wordings(
        """
        status .. account|subscription|workspace|contract
        account|subscription|workspace|plan .. status|active|suspended|cancelled|past_due|paused|running
        """
    ),
    "account": Wordings("what|which company|account|organisation .. name|under|registered\nname .. our account"),
    "invoice": Wordings(
        """
        <status> .. <invoice>
        <invoice> ... <status>
        what|whats|which|how_much|is|was|has|did|when|tell_me|show_me .. last|latest|recent|newest|current <invoice>
        how_much|amount|sum|total .. my|our .. <invoice>
        when|what|is|are|has|how_much my|our .. <invoice> .. due|paid|settled|open|status|amount
        what|how_much did you|we bill|invoice|charge|pay
        when|until_when .. pay .. <invoice>
        <payment> ... arrive*|received|reach*|booked|settled|come_through
        received|get|got|receive .. <payment>
        """,
        status="paid unpaid open outstanding overdue due settled status booked amount",
        invoice="invoice invoices bill bills",
        payment="payment payments transfer",
    ),
    "balance": Wordings(
        """
        balance|owe|owing
        outstanding|open|unpaid|overdue amount|sum|balance|payments|invoices|bills
        anything|something|everything .. outstanding|open|unpaid|due|paid
        """
    ),
    "name": Wordings("what|which name .. have|on_file"),
    "role": Wordings(
        "what|which role .. have|am|my|got\nwhats|what_is my role\nam_i a|an|the owner|admin|member|viewer|guest"
    ),
    "email": Wordings("what|which email|mail|address .. have|on_file|use|registered"),
}
GENERAL_RULE = Wordings(
    """
    per|each|a|every seat|user|month|year
    if we|i|you
    minimum|maximum|max|at_most|limit|allowed
    on|in|with|under the|a .. plan|tier|package
    """
)
ABOUT_FACTS = re.compile(
    r"account|active|address|amount|arriv|balance|bill|book|check|compan|contract|count|current|date|due|email|expir|file|invoice|last|latest"
    r"|licen[cs]e|manager|moment|month|money|next|number|open|outstand|overdue|ow(e|ing)$|packag|paid|pay|plan|previous|receiv"
    r"|recent|regist|renew|role|running|seat|settl|shown|side|status|subscri|sum$|team|tier|time|total|transfer|trial|unpaid|used|user|workspace"
    r"|year|\d|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun"
)
OTHER_WORDS_ALLOWED = 2
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


def asked_facts(text: str, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those of the facts that the message asks for."""
    if not _asks_for_own_data(text, facts):
        return ()
    asked = _most_specific([fact for fact in facts if _asks_for(text, fact.name)])
    invoices = _invoices_meant(text, [fact for fact in asked if fact.name == "invoice"])
    return tuple(fact for fact in asked if fact.name != "invoice" or fact in invoices)


def told(facts: Iterable[Fact], currency: str) -> str:
    """Sentences that tell these facts to the customer."""
    return " ".join(_sentence(fact, currency) for fact in facts)


def _asks_for_own_data(text: str, facts: Sequence[Fact]) -> bool:
    """True when the customer asks for a value of their own account rather than for a procedure, a place or a rule."""
    if asks_how(text) or ASKS_WHERE.found_in(text) or GENERAL_RULE.found_in(text):
        return False
    own = OWN.found_in(text) or any(
        _number_of(fact).lower() in text.lower() for fact in facts if fact.name == "invoice"
    )
    named = {word for fact in facts for word in _spoken(fact.name).split()}
    others = [word for word in content_words(text) if word not in named and not ABOUT_FACTS.match(word)]
    return own and len(others) <= max(OTHER_WORDS_ALLOWED, len(content_words(text)) / 2)


def _most_specific(facts: Sequence[Fact]) -> list[Fact]:
    """Who asks for the account manager does not ask for the account."""
    names = [set(_spoken(fact.name).split()) for fact in facts]
    return [fact for fact, name in zip(facts, names, strict=True) if not any(name < other for other in names)]


def _number_of(invoice: Fact) -> str:
    return invoice.value.split(":")[0]


def _asks_for(text: str, name: str) -> bool:
    """Custom facts are asked for by all the words of their name, in any order and ending."""
    if name in FACT_WORDS:
        return FACT_WORDS[name].found_in(text)
    said = words(text)
    return ASKS_FOR_VALUE.found_in(text) and all(
        any(word.startswith(part) for word in said) for part in _spoken(name).split()
    )


def _invoices_meant(text: str, invoices: Sequence[Fact]) -> Sequence[Fact]:
    """The invoices named by number, else the unpaid ones if the message is about those, else the newest."""
    said = set(words(text))
    named = [invoice for invoice in invoices if _number_of(invoice).lower() in text.lower()]
    of_month = [invoice for invoice in invoices if said & set(words(invoice.value.split("due")[0])[4:])]
    unpaid = [invoice for invoice in invoices if UNPAID.found_in(text) and UNPAID.found_in(invoice.value)]
    count = 1 if LATEST.found_in(text) else INVOICES_TOLD
    return named or of_month or unpaid or invoices[:count]


def _sentence(fact: Fact, currency: str) -> str:
    value = AMOUNT.sub(rf"\g<0> {currency}", fact.value) if fact.name in {"invoice", "balance"} else fact.value
    return TEMPLATES.get(fact.name, f"Your {_spoken(fact.name)}: {{value}}.").format(value=value)


def _spoken(name: str) -> str:
    return re.sub(r"[_:.-]+", " ", fold(name)).strip()
