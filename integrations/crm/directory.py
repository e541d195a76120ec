"""The built-in customer directory as a CRM, for companies that have none."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Protocol

from domain.directory import Account, Contact, Invoice
from domain.turn import CustomerContext, Fact
from integrations.crm.base import CustomerReference

SOURCE = "directory"
UNPAID = frozenset({"open", "overdue", "disputed"})


class DirectoryLookup(Protocol):
    """Where the directory is kept. Raises UnavailableError while it cannot be read."""

    async def find_contacts(
        self, organisation: str, *, contact_id: str | None, email: str | None, phone: str | None
    ) -> list[tuple[Contact, Account]]: ...


class DirectoryCrm:
    """Finds contacts by id, email or phone."""

    def __init__(self, lookup: DirectoryLookup) -> None:
        self._lookup = lookup

    async def fetch_customer_context(self, organisation: str, reference: CustomerReference) -> CustomerContext:
        """Facts of the one contact that fits. A reference that was merely claimed opens none."""
        found = await self._lookup.find_contacts(
            organisation, contact_id=reference.contact_id, email=reference.email, phone=reference.phone
        )
        if len(found) != 1 or not reference.verified:
            return CustomerContext(matches=len(found))
        contact, account = found[0]
        now = datetime.now(UTC)
        facts = tuple(
            Fact(name=name, value=value, source=SOURCE, as_of=now) for name, value in _facts(contact, account)
        )
        return CustomerContext(facts=facts, matches=1)


def _facts(contact: Contact, account: Account) -> Iterator[tuple[str, str]]:
    """Names and values; an account's own fields never replace what the platform itself knows."""
    known: Mapping[str, str] = {
        "contact_name": contact.name,
        "email": contact.email,
        "plan": account.plan,
        "seats": str(account.seats),
        "account_name": account.name,
        "account_status": account.status,
        "open_invoices": str(sum(invoice.status in UNPAID for invoice in account.invoices)),
        **({"renewal_date": account.renews.isoformat()} if account.renews else {}),
        **_last_invoice(account.invoices),
    }
    yield from {**account.fields, **known}.items()


def _last_invoice(invoices: tuple[Invoice, ...]) -> Mapping[str, str]:
    if not invoices:
        return {}
    last = max(invoices, key=lambda invoice: invoice.issued)
    return {
        "last_invoice_number": last.number,
        "last_invoice_amount": str(last.amount),
        "last_invoice_status": last.status,
        "last_invoice_due": last.due.isoformat(),
    }
