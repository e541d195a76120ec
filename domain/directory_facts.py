"""What the customer directory knows of a contact, as facts.

The names, which an AI agent's `customer_facts` may list: name, email, role, account, plan, seats, status, renews,
invoice (one fact for each), balance, and every custom field of the account under its own name.
"""

from datetime import date, datetime
from decimal import Decimal

from domain.directory import Account, Contact, Invoice
from domain.turn import CustomerContext, Fact

SOURCE = "customer directory"
UNPAID = frozenset({"open", "overdue"})


def context_of(contact: Contact, account: Account, *, currency: str, as_of: datetime) -> CustomerContext:
    """The context of a contact who was found without doubt; `as_of` is when the directory was read or imported."""
    values = [*_person(contact), *_account(account), *_invoices(account.invoices, currency), *account.fields.items()]
    facts = tuple(Fact(name=name, value=value, source=SOURCE, as_of=as_of) for name, value in values if value)
    return CustomerContext(facts=facts, matches=1)


def _person(contact: Contact) -> list[tuple[str, str]]:
    return [("name", contact.name), ("email", contact.email), ("role", contact.role)]


def _account(account: Account) -> list[tuple[str, str]]:
    return [
        ("account", account.name),
        ("plan", account.plan),
        ("seats", str(account.seats)),
        ("status", account.status.replace("_", " ")),
        ("renews", spoken_date(account.renews) if account.renews else ""),
    ]


def _invoices(invoices: tuple[Invoice, ...], currency: str) -> list[tuple[str, str]]:
    """Newest first, then what is unpaid in all."""
    newest = sorted(invoices, key=lambda invoice: (invoice.issued, invoice.number), reverse=True)
    told = [("invoice", _told(invoice, currency)) for invoice in newest]
    unpaid = sum((invoice.amount for invoice in invoices if invoice.status in UNPAID), Decimal(0))
    return [*told, ("balance", f"{unpaid:.2f} {currency}")] if invoices else []


def _told(invoice: Invoice, currency: str) -> str:
    issued, due = spoken_date(invoice.issued), spoken_date(invoice.due)
    return f"{invoice.number} of {issued} over {invoice.amount:.2f} {currency}, due {due}, is {invoice.status}"


def spoken_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
