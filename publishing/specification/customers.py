"""The customers of an organisation: `customers/*.yaml`, or accounts.csv, contacts.csv and invoices.csv beside them."""

from collections import defaultdict
from collections.abc import Iterator

from pydantic import RootModel

from domain.identity.directory import Account, Contact, DirectoryImport, Invoice
from domain.specification.findings import Finding, Location, did_you_mean
from domain.specification.model import Key
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.validation import Read, validated


class InvoiceRow(Invoice):
    """A row of invoices.csv."""

    account: Key


class AccountRows(RootModel[tuple[Account, ...]]):
    """accounts.csv; columns that are no field of an account become custom facts."""


class ContactRows(RootModel[tuple[Contact, ...]]):
    """contacts.csv"""


class InvoiceRows(RootModel[tuple[InvoiceRow, ...]]):
    """invoices.csv"""


class CustomerFiles:
    """Everything read from `customers/`, each record with the place where it stands."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._accounts: list[tuple[Document, Location, Account]] = []
        self._contacts: list[tuple[Document, Location, Contact]] = []
        self._invoices: list[tuple[Document, Location, str, Invoice]] = []

    def read(self) -> DirectoryImport:
        """The whole directory; what is wrong goes to the reader's mistakes."""
        for path in sorted((self._reader.folder / "customers").glob("*.yaml")):
            self._add_yaml(validated(self._reader, self._reader.yaml(path), DirectoryImport))
        self._add_csv()
        for document, finding in self._findings():
            self._reader.add(document.mistake(finding))
        invoices = defaultdict[str, list[Invoice]](list)
        for _, _, account, invoice in self._invoices:
            invoices[account].append(invoice)
        accounts = (
            account.model_copy(update={"invoices": tuple(invoices[account.id])}) for *_, account in self._accounts
        )
        return DirectoryImport(accounts=tuple(accounts), contacts=tuple(contact for *_, contact in self._contacts))

    def _add_yaml(self, read: Read[DirectoryImport] | None) -> None:
        if read is None:
            return
        for number, account in enumerate(read.value.accounts):
            at: Location = ("accounts", number)
            self._accounts.append((read.document, at, account))
            numbered = enumerate(account.invoices)
            self._invoices += [(read.document, (*at, "invoices", n), account.id, invoice) for n, invoice in numbered]
        self._contacts += [(read.document, ("contacts", n), contact) for n, contact in enumerate(read.value.contacts)]

    def _add_csv(self) -> None:
        accounts = self._rows("accounts.csv")
        if accounts:
            rows = [_with_fields(row) for row in accounts.data]
            read = validated(self._reader, Document(accounts.file, rows, row_lines=accounts.row_lines), AccountRows)
            self._accounts += [(accounts, (n,), row) for n, row in enumerate(read.value.root)] if read else []
        contacts = validated(self._reader, self._rows("contacts.csv"), ContactRows)
        if contacts:
            self._contacts += [(contacts.document, (n,), row) for n, row in enumerate(contacts.value.root)]
        invoices = validated(self._reader, self._rows("invoices.csv"), InvoiceRows)
        if invoices:
            numbered = enumerate(invoices.value.root)
            self._invoices += [(invoices.document, (n,), row.account, _invoice(row)) for n, row in numbered]

    def _rows(self, name: str) -> Document | None:
        path = self._reader.folder / "customers" / name
        return self._reader.csv(path) if path.exists() else None

    def _findings(self) -> Iterator[tuple[Document, Finding]]:
        known = {account.id for *_, account in self._accounts}
        owners = [(document, at, contact.account) for document, at, contact in self._contacts]
        owners += [(document, at, account) for document, at, account, _ in self._invoices]
        for document, at, account in owners:
            if account not in known:
                remedy = " ".join(filter(None, (did_you_mean(account, known), "Add the account, or correct its id.")))
                yield document, Finding((*at, "account"), f"no account {account!r}", remedy)
        yield from _repeated("id", [(document, at, account.id) for document, at, account in self._accounts])
        yield from _repeated("id", [(document, at, contact.id) for document, at, contact in self._contacts])
        yield from _repeated("email", [(d, at, contact.email.casefold()) for d, at, contact in self._contacts])
        yield from _repeated("number", [(document, at, invoice.number) for document, at, _, invoice in self._invoices])


def read_customers(reader: DocumentReader) -> DirectoryImport:
    """The directory of an organisation; what is wrong goes to the reader's mistakes."""
    return CustomerFiles(reader).read()


def _repeated(name: str, values: list[tuple[Document, Location, str]]) -> Iterator[tuple[Document, Finding]]:
    seen: dict[str, str] = {}
    for document, at, value in values:
        if value in seen:
            yield document, Finding((*at, name), f"is the same as in {seen[value]}", "Give each its own, or keep one.")
        seen.setdefault(value, f"{document.file}:{document.position_of(at).line}")


def _with_fields(row: dict[str, str]) -> dict[str, object]:
    own = {name: value for name, value in row.items() if name in Account.model_fields}
    return {**own, "fields": {name: value for name, value in row.items() if name not in own}}


def _invoice(row: InvoiceRow) -> Invoice:
    return Invoice.model_validate(row.model_dump(exclude={"account"}))
