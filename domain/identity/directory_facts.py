"""What the customer directory knows of a contact, as facts.

The names, which an AI agent's `customer_facts` may list: name, email, role, account, plan, seats, status, renews,
invoice (one fact for each, newest first), balance, and every custom field of the account under its own name. Amounts
are in the organisation's currency.
"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from domain.conversation.turn import ContactIdentity, CustomerContext, Fact
from domain.identity.directory import Account, Contact, Invoice
from domain.specification.organisation import DIRECTORY

UNPAID = frozenset({"open", "overdue"})


def context_of(contact: Contact, account: Account, as_of: datetime) -> CustomerContext:
    """The context of a contact who was found without doubt; `as_of` is when the directory was read.

    It knows them by their id only: whether an email or a phone is theirs alone, one contact does not tell.
    """
    known = [*_person(contact), *_account(account), *_invoices(account.invoices)]
    taken = {name for name, _ in known}
    custom = [(name, value) for name, value in account.fields.items() if name not in taken]
    facts = (Fact(name=name, value=value, source=DIRECTORY, as_of=as_of) for name, value in [*known, *custom] if value)
    return CustomerContext(facts=tuple(facts), matches=1, contact=ContactIdentity(contact_id=contact.id))


def _person(contact: Contact) -> list[tuple[str, str]]:
    return [("name", contact.name), ("email", contact.email), ("role", contact.role)]


def _account(account: Account) -> list[tuple[str, str]]:
    return [
        ("account", account.name),
        ("plan", account.plan),
        ("seats", str(account.seats)),
        ("status", account.status.replace("_", " ")),
        ("renews", _spoken(account.renews) if account.renews else ""),
    ]


def _invoices(invoices: tuple[Invoice, ...]) -> list[tuple[str, str]]:
    newest = sorted(invoices, key=lambda invoice: (invoice.issued, invoice.number), reverse=True)
    unpaid = sum((invoice.amount for invoice in invoices if invoice.status in UNPAID), Decimal(0))
    balance = [("balance", f"{unpaid:.2f}")] if invoices else []
    return [*(("invoice", _described(invoice)) for invoice in newest), *balance]


def _described(invoice: Invoice) -> str:
    issued, due = _spoken(invoice.issued), _spoken(invoice.due)
    return f"{invoice.number}: {invoice.amount:.2f}, issued {issued}, due {due}, {invoice.status}"


def invoiced(described: str) -> Decimal | None:
    """The amount of an `invoice` fact; None for one that another CRM describes otherwise."""
    try:
        return Decimal(described.split(": ")[1].split(",")[0])
    except (IndexError, InvalidOperation):
        return None


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
