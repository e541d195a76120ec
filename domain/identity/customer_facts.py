"""Which customer facts a message asks for, and the sentences that tell them.

Names are those of the customer directory (domain.identity.directory_facts); any other fact, such as a custom field of
an account, is asked for by the words of its name and told plainly.
"""

import re
from collections.abc import Collection, Iterable, Sequence, Set
from datetime import UTC, datetime

from domain.conversation.turn import Fact
from domain.language.amounts import figures_in
from domain.language.questions import asks_how
from domain.language.text import content_words, fold, words
from domain.language.wordings import Wordings

OWN = Wordings("my|our|mine|ours|we|i|am|im|us|me|you|were|still|currently\nthis account|workspace|company")
OTHERS = Wordings(
    """
    competitor*|friend*|neighbour*|neighbor*|someone_else|somebody_else|anybody_else
    other|another|your customers|customer|companies|company|clients|client|people|users|accounts|workspaces
    in_general|generally|usually|normally|typically
    ltd|gmbh|inc|llc|plc|sarl
    """
)
"""The own account's facts answer nothing about these."""
ALSO_ASKS = re.compile(r"\b(?:and|but)\b[^.!?]*\b(?:what|how|where|why|can|could|would|should)\b")
ASKS = Wordings(
    """
    what|whats|which|when|whens|who|whos|how_many|how_much|how_long|how_full|how_high|until_when|till_when|status|name|any
    is|are|am|do|does|did|have|has|was|were i|we|my|our|you|there|it|everything|anything|this|that
    tell|show|give|remind|check|confirm|look_up|let me_know|me|us|our|my|up
    please|pls|right /
    """
)
ASKS_OTHERWISE = Wordings(
    """
    where can|do|is|are|in
    which|what|a|the|any page|screen|menu|section
    what does|do .. mean
    what|why happens|happened|if
    do|does|should|must i|we|everybody|each|one have_to|need
    why|how_come
    will|would i|we|it|they|anything
    could|would|if|whether .. not|need|want
    wrong|not_right|incorrect|claims|higher|too_high|too_much|extra|removed|nobody
    cant|cannot|dont see|find|open
    get .. money|refund
    when in_the|during
    per|each|a|every seat|user|month|year|person
    if we|i|you
    minimum|maximum|max|at_most|limit
    on|in|with|under|of the|a|each|which .. plan|plans|tier|package
    compare*|difference|instead|versus|vs
    """
)
FACT_WORDS = {
    "plan": Wordings(
        """
        what|whats|which|our|my|the|is|look_up .. plan|tier|package|edition
        what|whats|which .. subscribed|subscription
        am|are i|we .. on
        we|i|were are? on
        do|did we|i have|buy|book|get .. or
        """
    ),
    "seats": Wordings("seat*|licence*|license*\nhow_many .. users|people|members .. have|allowed|account|left|are"),
    "renews": Wordings(
        """
        renew*|extended|expire*|expiry|prolonged
        next .. billing|payment|charge|invoice|bill|time
        subscription|plan|contract|licence|license .. end|ends|over|paid|running|run|runs|last
        charge|bill|debit us|me again|next
        """
    ),
    "status": Wordings("status|active|suspended|cancelled|canceled|past_due|paused|blocked|locked\nstill running"),
    "account": Wordings("company .. name|registered|under\nname|which .. account|company|organisation !manager"),
    "invoice": Wordings(
        """
        invoice*|bill|bills
        payment|payments|transfer|money .. arrive*|received|reach*|booked|go_through|gone_through|come_through|get|there
        get|got|receive|received .. payment|transfer|money
        did you|we bill|charge|pay us|last
        """
    ),
    "balance": Wordings(
        """
        owe|owing|outstanding|balance|unpaid|up_to_date
        have|need to_pay .. you|moment|now|currently|at
        everything|anything|all .. paid|settled|open|due
        paid|settled everything|all
        open|overdue invoices|bills|payments|amount|sum
        """
    ),
    "name": Wordings("my name\nname .. for_me"),
    "role": Wordings("my|what|which role|rights|permission*\nam i a|an|the owner|admin|member|viewer|guest"),
    "email": Wordings("email|mail|address .. registered|on_file|have|use|know\nregistered .. email|mail|address"),
}
OVERRULED = {
    "invoice": ("plan", "account", "status"),
    "renews": ("plan", "status", "invoice"),
    "balance": ("plan", "account", "status"),
    "seats": ("plan", "account", "invoice"),
    "status": ("plan", "account"),
    "email": ("account", "name"),
    "role": ("account", "plan", "name"),
}
"""Who asks when the plan renews does not ask which plan it is."""
ABOUT_FACTS = re.compile(
    r"account|active|address|admin|amount|arriv|balance|bill|book|bought|charg|check|compan|confirm|contract|correct|count|current"
    r"|date|day|due|email|everyth|expir|extend|file|full|gone|invoice|last|latest|left|licen[cs]e|manager|moment|money|month"
    r"|name|next|number|october|open|outstand|overdue|ow(e|ing|n|ner)|packag|paid|past|pay|people|plan|present|previous|purchas"
    r"|receiv|recent|regist|remain|renew|right|role|running|seat|settl|shown|side|space|status|subscri|sum$|suspend|team|tell"
    r"|tier|time|total|transfer|trial|unpaid|until|used|user|workspace|year|\d|jan|feb|mar|apr|jun|jul|aug|sep|nov|dec|mon|tues"
    r"|wednes|thurs|fri|satur|sun"
)
OTHER_WORDS_ALLOWED = 2
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ALSO_CALLED = {"end": ("end", "run", "over", "expire", "left", "until"), "storage": ("storage", "space")}
"""Words of custom fact names by the beginnings of those that customers use."""
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
ONE_NUMBER = re.compile(r"[\d.,]+")
AMOUNT = re.compile(r"\b\d+\.\d{2}\b")
UNPAID = Wordings("open|unpaid|outstanding|overdue|owe")
LATEST = Wordings("last|latest|recent|newest|current|this_months|my|our .. invoice|bill")
INVOICES_TOLD = 3


def asked_facts(text: str, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those of the facts that the message asks for by its words."""
    return facts_named(text, facts_asked_by_words(text, facts), facts)


def facts_asked_by_words(text: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """The names of the facts that the message asks for, each once."""
    if not _asks_for_own_data(text, facts):
        return ()
    asked = _most_specific([fact for fact in facts if _asks_for(text, fact.name)])
    return tuple(dict.fromkeys(fact.name for fact in asked))


def facts_named(text: str, names: Collection[str], facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts of these names; of several invoices those that the message means."""
    named = [fact for fact in facts if fact.name in names]
    invoices = _invoices_meant(text, [fact for fact in named if fact.name == "invoice"])
    return tuple(fact for fact in named if fact.name != "invoice" or fact in invoices)


def is_about_own_account(text: str) -> bool:
    """True when the customer speaks of themselves, and neither of others, nor in general, nor of a second thing."""
    return OWN.found_in(text) and not OTHERS.found_in(text) and not ALSO_ASKS.search(fold(text))


def asks_for_a_rule(text: str) -> bool:
    """True when the customer asks for a procedure, a place or a rule, rather than for a value of their own account."""
    return asks_how(text) or ASKS_OTHERWISE.found_in(text)


def asks_for_any(text: str, names: Iterable[str]) -> bool:
    """True when the message asks for one of these facts, whatever their values are."""
    unknown = [Fact(name=name, value="(unknown)", source="", as_of=LONG_AGO) for name in names]
    return bool(asked_facts(text, unknown))


def facts_stated(text: str, facts: Iterable[Fact]) -> tuple[str, ...]:
    """The names of the facts whose value stands in a text, in capitals or not, each once.

    A number or a date is found however it is written: `1200.00` in `1,200 EUR`.
    """
    folded, figures = fold(text), figures_in(text)
    stated = [fact.name for fact in facts if _stands_in(fold(fact.value).strip(), folded, figures)]
    return tuple(dict.fromkeys(stated))


def _stands_in(value: str, text: str, figures: Set[str]) -> bool:
    own = figures_in(value)
    if own and (ONE_NUMBER.fullmatch(value) or any("-" in figure for figure in own)):
        return own <= figures
    return bool(value) and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def told(facts: Iterable[Fact], currency: str) -> str:
    """Sentences that tell these facts to the customer."""
    return " ".join(_sentence(fact, currency) for fact in facts)


def _asks_for_own_data(text: str, facts: Sequence[Fact]) -> bool:
    """True when the customer asks for a value of their own account."""
    asks = text.rstrip().endswith("?") or ASKS.found_in(text)
    if not asks or asks_for_a_rule(text) or OTHERS.found_in(text):
        return False
    own = OWN.found_in(text) or any(
        _number_of(fact).lower() in text.lower() for fact in facts if fact.name == "invoice"
    )
    named = {word for fact in facts for word in _spoken(fact.name).split()}
    others = [word for word in content_words(text) if word not in named and not ABOUT_FACTS.match(word)]
    return own and len(others) <= OTHER_WORDS_ALLOWED


def _most_specific(facts: Sequence[Fact]) -> list[Fact]:
    """Without what is only named along: the account of the account manager, the plan that renews."""
    names = {fact.name: set(_spoken(fact.name).split()) for fact in facts}
    overruled = {other for name in names for other in OVERRULED.get(name, ())}
    custom = {name for name in names if name not in FACT_WORDS}
    overruled |= {name for name in names if any(names[name] < names[other] for other in names)}
    return [fact for fact in facts if fact.name not in overruled and (not custom or fact.name in custom)]


def _number_of(invoice: Fact) -> str:
    return invoice.value.split(":")[0]


def _asks_for(text: str, name: str) -> bool:
    """Custom facts are asked for by all the words of their name, in any order and ending."""
    if name in FACT_WORDS:
        return FACT_WORDS[name].found_in(text)
    said = words(text)
    return all(any(word.startswith(ALSO_CALLED.get(part, (part,))) for word in said) for part in _spoken(name).split())


def _invoices_meant(text: str, invoices: Sequence[Fact]) -> Sequence[Fact]:
    """The invoices named by number or month, else the unpaid ones if the message is about those, else the newest."""
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
