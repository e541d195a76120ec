"""The CRM port: who is this customer, and what do we know."""

from typing import Protocol

from domain.conversation import Frozen
from domain.turn import CustomerContext


class CustomerReference(Frozen):
    """How a customer is found. Only a verified reference may open personal facts."""

    contact_id: str | None = None
    email: str | None = None
    phone: str | None = None
    verified: bool = False


class Crm(Protocol):
    """Reads customers.

    `fetch_customer_context` returns matches=0 for nobody, more than 1 for several, and no facts in either case.
    Raises UnavailableError and RateLimitedError (tried again) or CredentialsError.
    """

    async def fetch_customer_context(self, organisation: str, reference: CustomerReference) -> CustomerContext: ...
