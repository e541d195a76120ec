"""The built-in customer directory: what a company without a CRM imports from YAML or CSV."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from domain.spec import Key, SpecModel


class Invoice(SpecModel):
    number: str
    issued: date
    due: date
    amount: Decimal = Field(ge=0)
    status: Literal["paid", "open", "overdue", "disputed", "refunded"]


class Account(SpecModel):
    """A company that buys; `fields` are custom facts that the specification may name."""

    id: Key
    name: str
    plan: str
    seats: int = Field(ge=0)
    status: Literal["trial", "active", "past_due", "cancelled"]
    renews: date | None = None
    fields: dict[str, str] = {}
    invoices: tuple[Invoice, ...] = ()


class Contact(SpecModel):
    """A person at an account, found by `id`, email or phone."""

    id: Key
    account: Key
    name: str
    email: str
    phone: str | None = None
    role: str = ""


class DirectoryImport(SpecModel):
    """The content of `customers/*.yaml`."""

    accounts: tuple[Account, ...] = ()
    contacts: tuple[Contact, ...] = ()
