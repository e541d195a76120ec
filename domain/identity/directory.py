"""The built-in customer directory: what a company without a CRM imports from YAML or CSV."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.specification.model import Key, SpecModel

TRUNK = re.compile(r"\(0\)")
NO_DIGIT = re.compile(r"\D")


def as_dialled(phone: str) -> str:
    """A number as channels name it, such as +4930123456; one without its country's prefix stays as it was written."""
    written = phone.strip()
    digits = NO_DIGIT.sub("", TRUNK.sub("", written))
    if written.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else phone


PhoneNumber = Annotated[str, AfterValidator(as_dialled)]


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
    phone: PhoneNumber | None = Field(None, description="With the country's prefix, such as +49 30 123456.")
    role: str = ""


class DirectoryImport(SpecModel):
    """The content of `customers/*.yaml`."""

    accounts: tuple[Account, ...] = ()
    contacts: tuple[Contact, ...] = ()
