"""The built-in customer directory as a CRM, for companies that have none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.identity.directory import Account, Contact
from domain.identity.directory_facts import context_of
from integrations.crm.base import CustomerReference


class DirectoryLookup(Protocol):
    """Where the directory is kept. Raises UnavailableError while it cannot be read."""

    async def find_contacts(
        self, organisation: str, *, contact_id: str | None, email: str | None, phone: str | None
    ) -> list[tuple[Contact, Account]]: ...

    async def find_identity(self, organisation: str, contact_id: str) -> ContactIdentity:
        """The contact's id, with the email and the phone that no other contact has."""
        ...


class DirectoryCrm:
    """Finds contacts by id, email or phone."""

    def __init__(self, lookup: DirectoryLookup) -> None:
        self._lookup = lookup

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        """Facts of the one contact that fits. A reference that was merely claimed opens none.

        An account's own fields are facts under their own names, so `fields` map nothing here.
        """
        found = await self._lookup.find_contacts(
            organisation, contact_id=reference.contact_id, email=reference.email, phone=reference.phone
        )
        if len(found) != 1 or not reference.verified:
            return CustomerContext(matches=len(found))
        contact, account = found[0]
        identity = await self._lookup.find_identity(organisation, contact.id)
        return context_of(contact, account, as_of=datetime.now(UTC)).model_copy(update={"contact": identity})
