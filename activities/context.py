"""What is known about the customer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from temporalio import activity

from domain.steps import FetchCustomerContextInput, FetchedContext
from domain.turn import CustomerContext
from integrations.crm.base import Crm, CustomerReference
from storage.customers import CustomerRepository


class ContextActivities:
    """Asks the CRM of the organisation."""

    def __init__(self, customers: CustomerRepository, crms: Mapping[str, Crm]) -> None:
        self._customers = customers
        self._crms = crms

    @activity.defn
    async def fetch_customer_context(self, input: FetchCustomerContextInput) -> FetchedContext:
        """Fetch contact, account, plan and invoices, keep them in the store, and say how complete they are."""
        now = datetime.now(UTC)
        context = await self._context_of(input)
        context_id = f"cx_{uuid4().hex}"
        await self._customers.save_context(input.conversation_id, context_id, context, now)
        return FetchedContext(
            context_id=context_id,
            fetched_at=now,
            facts=len(context.facts),
            matches=context.matches,
            missing=context.missing,
        )

    async def _context_of(self, input: FetchCustomerContextInput) -> CustomerContext:
        customer = await self._customers.get(input.customer_id) if input.customer_id else None
        if customer is None:
            return CustomerContext()
        reference = CustomerReference(
            contact_id=customer.contact_id, email=customer.email, phone=customer.phone, verified=customer.verified
        )
        return await self._crms[input.crm].fetch_customer_context(input.organisation, reference, {})
