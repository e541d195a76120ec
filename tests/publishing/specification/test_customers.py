"""The customers of an organisation, from YAML and from CSV."""

from decimal import Decimal

import pytest

from publishing.specification.customers import read_customers
from publishing.specification.documents import DocumentReader
from tests.publishing.specification.conftest import Folder

ACCOUNTS = "id,name,plan,seats,status,renews,frame_size\nsouth,South,Silver,3,trial,2026-12-01,56 cm\n"
CONTACTS = "id,account,name,email,phone,role\nc-2,south,Bo,bo@south.example,,owner\n"
INVOICES = "account,number,issued,due,amount,status\nsouth,W-2,2026-02-02,2026-02-16,99.90,paid\n"


def mistakes(folder: Folder) -> list[str]:
    reader = DocumentReader(folder.path)
    read_customers(reader)
    return [str(problem) for problem in reader.mistakes]


def test_csv_files_add_to_yaml_files(folder: Folder) -> None:
    for name, text in (("accounts", ACCOUNTS), ("contacts", CONTACTS), ("invoices", INVOICES)):
        folder.write(f"customers/{name}.csv", text)
    directory = read_customers(DocumentReader(folder.path))
    north, south = directory.accounts
    assert (north.id, south.id) == ("north", "south")
    assert south.fields == {"frame_size": "56 cm"}
    assert [invoice.amount for invoice in south.invoices] == [Decimal("99.90")]
    assert [(contact.id, contact.phone) for contact in directory.contacts] == [("c-1", "+49305550"), ("c-2", None)]


def test_invoices_may_stand_in_another_file_than_their_account(folder: Folder) -> None:
    folder.write("customers/invoices.csv", INVOICES.replace("south", "north"))
    [north] = read_customers(DocumentReader(folder.path)).accounts
    assert [invoice.number for invoice in north.invoices] == ["W-1", "W-2"]


@pytest.mark.parametrize(
    ("file", "text", "mistake"),
    [
        (
            "contacts.csv",
            CONTACTS.replace("south", "nort"),
            "customers/contacts.csv:2: account: no account 'nort'. Did you mean 'north'?",
        ),
        (
            "invoices.csv",
            INVOICES,
            "customers/invoices.csv:2: account: no account 'south'. Did you mean 'north'?",
        ),
        (
            "accounts.csv",
            ACCOUNTS.replace("south", "north"),
            "customers/accounts.csv:2: id: is the same as in customers/customers.yaml:2.",
        ),
        (
            "contacts.csv",
            CONTACTS.replace("south", "north").replace("bo@north", "ADA@north"),
            "customers/contacts.csv:2: email: is the same as in customers/customers.yaml:11.",
        ),
        (
            "invoices.csv",
            INVOICES.replace("south", "north").replace("W-2", "W-1"),
            "customers/invoices.csv:2: number: is the same as in customers/customers.yaml:9.",
        ),
        (
            "accounts.csv",
            ACCOUNTS.replace("trial", "tried"),
            "customers/accounts.csv:2: status: is none of the words that may stand here. Did you mean 'trial'?",
        ),
        (
            "contacts.csv",
            CONTACTS + "c-3,nort,Cy,cy@south.example,,\n",
            "customers/contacts.csv:3: account: no account 'nort'. Did you mean 'north'?",
        ),
        (
            "contacts.csv",
            CONTACTS.replace(",name,", ",nam,"),
            "customers/contacts.csv:2: name: is missing. Add it.",
        ),
    ],
)
def test_mistakes_are_named_with_their_row(folder: Folder, file: str, text: str, mistake: str) -> None:
    folder.write(f"customers/{file}", text)
    assert any(found.startswith(mistake) for found in mistakes(folder)), mistakes(folder)


def test_mistakes_tell_nothing_of_a_person(folder: Folder) -> None:
    folder.write("customers/contacts.csv", CONTACTS.replace("south", "north").replace("c-2", "No Key"))
    folder.replace("customers/customers.yaml", "seats: 1", "seats: many")
    found = "\n".join(mistakes(folder))
    assert found
    assert not any(value in found for value in ("Bo", "bo@north.example", "Ada", "No Key", "many"))
