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
    """An invoice of an account."""

    number: str = Field(description="Unique among all invoices.")
    issued: date = Field(description="Day on which it was written.")
    due: date = Field(description="Day by which it is to be paid.")
    amount: Decimal = Field(ge=0, description="In the organisation's currency.")
    status: Literal["paid", "open", "overdue", "disputed", "refunded"] = Field(description="How it stands.")


class Account(SpecModel):
    """A company that buys; `fields` are custom facts that the specification may name."""

    id: Key = Field(description="Name of the account wherever it is named.")
    name: str = Field(description="Of the company.")
    plan: str = Field(description="What it buys.")
    seats: int = Field(ge=0, description="For how many people.")
    status: Literal["trial", "active", "past_due", "cancelled"] = Field(description="How it stands.")
    renews: date | None = Field(None, description="Day on which the plan goes on.")
    fields: dict[str, str] = Field(
        {}, description="Further facts by their name, which `customer_facts` of AI agents may list."
    )
    invoices: tuple[Invoice, ...] = Field((), description="In any order.")


class Contact(SpecModel):
    """A person at an account, found by `id`, email or phone."""

    id: Key = Field(description="Name of the contact wherever it is named.")
    account: Key = Field(description="Id of the account.")
    name: str = Field(description="As the person is addressed.")
    email: str = Field(description="Unique among all contacts.")
    phone: PhoneNumber | None = Field(None, description="With the country's prefix, such as +49 30 123456.")
    role: str = Field("", description="What the person does there.")


class DirectoryImport(SpecModel):
    """The content of `customers/*.yaml`."""

    accounts: tuple[Account, ...] = Field((), description="Companies that buy.")
    contacts: tuple[Contact, ...] = Field((), description="People at them.")
