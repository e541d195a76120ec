"""The CRM port: who is this customer, and what do we know. A help desk answers the same question about its tickets."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from pydantic import AwareDatetime

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.model import Frozen


class CustomerReference(Frozen):
    """How a customer is found. Only a verified reference may open personal facts.

    `linked` finds nobody: what the customer was linked to earlier, so that a CRM may look in the same call whether it
    is still one contact's.
    """

    contact_id: str | None = None
    email: str | None = None
    phone: str | None = None
    verified: bool = False
    linked: tuple[ContactIdentity, ...] = ()


class Crm(Protocol):
    """Reads customers.

    `fields` are the specification's own facts: the name of the fact by the vendor's name of the field, such as
    {"csm": "Account.Success_Manager__c"}. `fetch_customer_context` returns matches=0 for nobody, more than 1 for
    several, and no facts in either case. The email and phone of its `contact` are those that no other contact has,
    because the customer is recognised by them elsewhere. Raises UnavailableError and RateLimitedError (tried again), or
    CredentialsError.
    """

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext: ...


class CrmNote(Frozen):
    """What is written back about a conversation. `key` is the same for every attempt."""

    key: str
    subject: str
    text: str
    at: AwareDatetime


@runtime_checkable
class NoteKeeper(Protocol):
    """A CRM that keeps notes of what was done for a customer; the same key is kept once. Raises as Crm does."""

    async def add_note(self, organisation: str, reference: CustomerReference, note: CrmNote) -> None: ...
