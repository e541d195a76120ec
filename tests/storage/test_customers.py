from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.conversation.turn import ContactIdentity
from domain.identity.directory import Account, Contact, DirectoryImport, Invoice
from storage.customers import CustomerRepository
from storage.database import Database
from storage.views import ImportCounts

INVOICE = Invoice(number="R-1", issued=date(2026, 1, 1), due=date(2026, 2, 1), amount=Decimal("49.90"), status="paid")
ACCOUNT = Account(id="velo", name="Velo Ltd", plan="Pro", seats=5, status="active", invoices=(INVOICE,))
ADA = Contact(id="ada", account="velo", name="Ada", email="Ada@velo.example", phone="+4930123")
BEN = Contact(id="ben", account="velo", name="Ben", email="ben@velo.example", phone="+4930123")
DIRECTORY = DirectoryImport(accounts=(ACCOUNT,), contacts=(ADA, BEN))

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def customers(database: Database) -> CustomerRepository:
    return CustomerRepository(database)


async def test_the_same_verified_contact_is_the_same_customer(customers: CustomerRepository) -> None:
    first = await customers.create("bikeshop", contact_id="ada", verified=True)
    again = await customers.create("bikeshop", contact_id="ada", email="ada@velo.example", verified=True)
    elsewhere = await customers.create("another", contact_id="ada", verified=True)

    assert first == again != elsewhere
    customer = await customers.get(first)
    assert customer is not None
    assert (customer.email, customer.verified) == ("ada@velo.example", True)
    assert "ada" not in first


async def test_who_merely_claims_to_be_a_contact_is_somebody_else(customers: CustomerRepository) -> None:
    real = await customers.create("bikeshop", contact_id="ada", verified=True)
    claimed = await customers.create("bikeshop", contact_id="ada")
    customer = await customers.get(claimed)
    assert real != claimed
    assert customer is not None
    assert not customer.verified
    assert await customers.get("cu_unknown") is None


async def test_an_import_adds_and_replaces(customers: CustomerRepository) -> None:
    assert await customers.import_directory("bikeshop", DIRECTORY) == ImportCounts(accounts=1, contacts=2)
    moved = DirectoryImport(contacts=(ADA.model_copy(update={"phone": None, "role": "owner"}),))
    assert await customers.import_directory("bikeshop", moved) == ImportCounts(accounts=0, contacts=1)
    assert await customers.find_contacts("bikeshop", contact_id="ada") == [(moved.contacts[0], ACCOUNT)]


async def test_an_import_with_a_contact_of_no_account_changes_nothing(customers: CustomerRepository) -> None:
    lost = ADA.model_copy(update={"account": "nowhere"})
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await customers.import_directory("bikeshop", DirectoryImport(accounts=(ACCOUNT,), contacts=(BEN, lost)))
    assert await customers.find_contacts("bikeshop", contact_id="ben") == []


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ({"contact_id": "ada"}, ["ada"]),
        ({"contact_id": "ada", "phone": "+4930123"}, ["ada"]),
        ({"email": "ADA@velo.EXAMPLE"}, ["ada"]),
        ({"phone": "+4930123"}, ["ada", "ben"]),
        ({"email": "nobody@velo.example"}, []),
        ({}, []),
    ],
)
async def test_contacts_are_found_by_id_or_else_by_email_or_phone(
    customers: CustomerRepository, reference: dict[str, str], found: list[str]
) -> None:
    await customers.import_directory("bikeshop", DIRECTORY)
    assert [contact.id for contact, _ in await customers.find_contacts("bikeshop", **reference)] == found
    assert await customers.find_contacts("another", **reference) == []


async def test_what_two_contacts_share_identifies_neither(customers: CustomerRepository) -> None:
    await customers.import_directory("bikeshop", DIRECTORY)
    cal = BEN.model_copy(update={"id": "cal", "email": "ADA@velo.example", "phone": "+4930456"})
    alone = ContactIdentity(contact_id="ada", email="Ada@velo.example")
    assert await customers.find_identity("bikeshop", "ada") == alone
    await customers.import_directory("bikeshop", DirectoryImport(contacts=(cal,)))
    assert await customers.find_identity("bikeshop", "ada") == ContactIdentity(contact_id="ada")
    assert await customers.find_identity("bikeshop", "cal") == ContactIdentity(contact_id="cal", phone="+4930456")
    assert await customers.find_identity("another", "ada") == ContactIdentity(contact_id="ada")
    await customers.import_directory("another", DIRECTORY)
    assert (await customers.find_identity("another", "ada")).email == ADA.email


async def test_what_a_customer_was_linked_to_is_known(customers: CustomerRepository) -> None:
    customer = await customers.create("bikeshop", contact_id="ada", verified=True)
    await customers.link("bikeshop", customer, ContactIdentity(contact_id="ada", email="Ada@velo.example"), NOW)
    await customers.link("bikeshop", customer, ContactIdentity(phone="+4930123"), NOW + timedelta(1))
    linked = (ContactIdentity(phone="+4930123"), ContactIdentity(email="ada@velo.example"))
    assert await customers.linked(customer) == linked


async def test_an_unknown_context_is_none(customers: CustomerRepository) -> None:
    assert await customers.load_context("cx_unknown") is None


async def test_a_contact_is_found_by_the_number_that_a_message_comes_from(customers: CustomerRepository) -> None:
    written = ADA.model_validate({**ADA.model_dump(), "phone": "+49 30 5550 1140"})
    await customers.import_directory("bikeshop", DirectoryImport(accounts=(ACCOUNT,), contacts=(written,)))
    found = await customers.find_contacts("bikeshop", phone="+493055501140")
    assert [contact.id for contact, _ in found] == ["ada"]
