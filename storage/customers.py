"""Customers, the built-in directory of contacts and accounts, and what was known at a turn."""

from datetime import datetime
from uuid import uuid4

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.specification.organisation import ChannelKind
from storage.database import Database
from storage.views import Customer, ImportCounts


class CustomerRepository:
    """Customers have opaque ids; the directory is the CRM of a company that has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, organisation: str, *, contact_id: str | None = None, email: str | None = None, verified: bool = False
    ) -> str:
        """A new customer's id. The same verified contact is the same customer; a merely claimed one never is."""
        customer_id: str = await self._database.fetchval(
            """
            INSERT INTO customers (customer_id, organisation, contact_id, email, verified) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (organisation, contact_id) WHERE verified AND contact_id IS NOT NULL
            DO UPDATE SET email = coalesce(excluded.email, customers.email)
            RETURNING customer_id
            """,
            f"cu_{uuid4().hex}",
            organisation,
            contact_id,
            email,
            verified,
        )
        return customer_id

    async def get(self, customer_id: str) -> Customer | None:
        """None for an unknown id."""
        row = await self._database.fetchrow("SELECT * FROM customers WHERE customer_id = $1", customer_id)
        return Customer.model_validate(dict(row)) if row else None

    async def proved(self, conversation_id: str, channel: ChannelKind | None, customer_id: str) -> Customer | None:
        """The customer whom somebody has proved to be in this conversation and channel, or who they claim to be."""
        row = await self._database.fetchrow(
            "SELECT * FROM customers WHERE customer_id = proved_customer($1, $2, $3)",
            conversation_id,
            channel,
            customer_id,
        )
        return Customer.model_validate(dict(row)) if row else None

    async def link(self, organisation: str, customer_id: str, contact: ContactIdentity, now: datetime) -> None:
        """By these the customer is known from now on, on any channel, as whoever was known by one of them before."""
        await self._database.fetchval("SELECT link_contact($1, $2, $3, $4)", organisation, customer_id, contact, now)

    async def linked(self, customer_id: str) -> tuple[ContactIdentity, ...]:
        """The emails and phones by which this customer is recognised once they are proved, the newest first."""
        rows = await self._database.fetch(
            """
            SELECT kind, value FROM customer_identities
            WHERE customer_id = $1 AND verified AND kind IN ('email', 'phone') ORDER BY since DESC, kind, value
            """,
            customer_id,
        )
        return tuple(ContactIdentity.model_validate({row["kind"]: row["value"]}) for row in rows)

    async def import_directory(self, organisation: str, directory: DirectoryImport) -> ImportCounts:
        """Add or replace accounts and contacts, all or none; a contact needs its account, imported now or before."""
        async with self._database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO directory_accounts (organisation, account_id, document)
                SELECT $1, account->>'id', account FROM jsonb_array_elements($2) AS account
                ON CONFLICT (organisation, account_id)
                DO UPDATE SET document = excluded.document, imported_at = now()
                """,
                organisation,
                directory.accounts,
            )
            await connection.execute(
                """
                INSERT INTO directory_contacts (organisation, contact_id, account_id, name, email, phone, role)
                SELECT $1, id, account, name, email, phone, role
                FROM jsonb_to_recordset($2) AS (id text, account text, name text, email text, phone text, role text)
                ON CONFLICT (organisation, contact_id)
                DO UPDATE SET account_id = excluded.account_id, name = excluded.name, email = excluded.email,
                    phone = excluded.phone, role = excluded.role
                """,
                organisation,
                directory.contacts,
            )
        return ImportCounts(accounts=len(directory.accounts), contacts=len(directory.contacts))

    async def find_contacts(
        self, organisation: str, *, contact_id: str | None = None, email: str | None = None, phone: str | None = None
    ) -> list[tuple[Contact, Account]]:
        """Every contact that fits: by id when there is one, otherwise by email or phone."""
        rows = await self._database.fetch(
            """
            SELECT c.contact_id AS id, c.account_id AS account, c.name, c.email, c.phone, c.role, a.document
            FROM directory_contacts c JOIN directory_accounts a USING (organisation, account_id)
            WHERE organisation = $1
                AND (c.contact_id = $2 OR $2::text IS NULL AND (lower(c.email) = lower($3) OR c.phone = $4))
            ORDER BY c.contact_id
            """,
            organisation,
            contact_id,
            email,
            phone,
        )
        return [
            (
                Contact.model_validate({key: value for key, value in row.items() if key != "document"}),
                Account.model_validate(row["document"]),
            )
            for row in rows
        ]

    async def find_identity(self, organisation: str, contact_id: str) -> ContactIdentity:
        """By what this contact alone is known: an email or a phone that another one has as well identifies neither."""
        row = await self._database.fetchrow(
            """
            SELECT
                nullif(c.email, '') AS email,
                nullif(c.phone, '') AS phone,
                EXISTS (SELECT FROM directory_contacts o WHERE o.organisation = c.organisation
                        AND o.contact_id <> c.contact_id AND lower(o.email) = lower(c.email)) AS shares_email,
                EXISTS (SELECT FROM directory_contacts o WHERE o.organisation = c.organisation
                        AND o.contact_id <> c.contact_id AND o.phone = c.phone) AS shares_phone
            FROM directory_contacts c WHERE c.organisation = $1 AND c.contact_id = $2
            """,
            organisation,
            contact_id,
        )
        if row is None:
            return ContactIdentity(contact_id=contact_id)
        email = None if row["shares_email"] else row["email"]
        phone = None if row["shares_phone"] else row["phone"]
        return ContactIdentity(contact_id=contact_id, email=email, phone=phone)

    async def save_context(
        self, conversation_id: str, context_id: str, context: CustomerContext, now: datetime
    ) -> None:
        """Keep what was known; the same id is kept once."""
        await self._database.fetchval(
            """
            INSERT INTO customer_contexts (context_id, conversation_id, document, fetched_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (context_id) DO NOTHING
            """,
            context_id,
            conversation_id,
            context,
            now,
        )

    async def load_context(self, context_id: str) -> CustomerContext | None:
        """What was known under this id; None for an unknown one."""
        document = await self._database.fetchval(
            "SELECT document FROM customer_contexts WHERE context_id = $1", context_id
        )
        return CustomerContext.model_validate(document) if document is not None else None
