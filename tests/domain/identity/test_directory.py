"""The built-in customer directory as it is imported."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.identity.directory import Account, Contact, DirectoryImport

INVOICE = {"number": "R-1", "issued": "2026-10-01", "due": "2026-10-15", "amount": "119.90", "status": "open"}
ACCOUNT = {"id": "initech", "name": "Initech", "plan": "business", "seats": 12, "status": "active"}


def test_accounts_and_contacts_are_read() -> None:
    imported = DirectoryImport.model_validate(
        {
            "accounts": [ACCOUNT | {"fields": {"region": "EU"}, "invoices": [INVOICE]}],
            "contacts": [{"id": "ct1", "account": "initech", "name": "A. Person", "email": "a@example.test"}],
        }
    )
    assert imported.accounts[0].invoices[0].amount == Decimal("119.90")
    assert imported.contacts[0].phone is None


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+49 30 5550-1140", "+493055501140"),
        ("+49 (0)30 / 5550 1140", "+493055501140"),
        ("0049 30 5550 1140", "+493055501140"),
        ("+493055501140", "+493055501140"),
        ("030 5550 1140", "030 5550 1140"),
    ],
)
def test_a_number_is_known_as_channels_name_it(written: str, dialled: str) -> None:
    contact = Contact(id="ct1", account="initech", name="A", email="a@example.test", phone=written)
    assert contact.phone == dialled


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Account, ACCOUNT | {"seats": -1}),
        (Account, ACCOUNT | {"status": "sleeping"}),
        (Account, ACCOUNT | {"colour": "blue"}),
        (Account, ACCOUNT | {"invoices": [INVOICE | {"amount": "-1"}]}),
        (Contact, {"id": "ct1", "account": "Not A Key", "name": "A", "email": "a@example.test"}),
    ],
)
def test_a_mistake_in_the_import_is_refused(model: type, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(**fields)
