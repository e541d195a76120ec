"""Zendesk as a source of customer context: who is this, what is their organisation, which tickets are open."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from domain.conversation.turn import CustomerContext
from domain.errors import HoldfastError, NotFoundError
from integrations.checks import Finding
from integrations.crm.base import CustomerReference
from integrations.helpdesk.zendesk.client import Raw, ZendeskApi, ZendeskSettings
from integrations.helpdesk.zendesk.facts import (
    MAX_TICKETS,
    STANDARD_FACTS,
    check_fields,
    context_of,
    is_customer,
    search_for,
)
from integrations.settings import VendorSettings


class ZendeskCrm:
    """A contact's id is the `external_id` of the user in Zendesk, which is how companies link it to their CRM."""

    settings_class: ClassVar[type[VendorSettings] | None] = ZendeskSettings
    standard_facts: ClassVar[frozenset[str]] = STANDARD_FACTS

    def __init__(self, settings: ZendeskSettings) -> None:
        self._api = ZendeskApi(settings)

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        """Three calls: the customer, their organisation, their open tickets. A claimed reference opens no facts."""
        check_fields(fields)
        found = [user for user in await self._find(reference) if is_customer(user)]
        if len(found) != 1 or not reference.verified:
            return CustomerContext(matches=len(found))
        user = found[0]
        organization = await self._organization(user.get("organization_id"))
        count, tickets = await self._api.unsolved_tickets_of(user["id"], MAX_TICKETS)
        return context_of(user, organization, count, tickets, fields, as_of=datetime.now(UTC))

    async def check(self) -> Sequence[Finding]:
        """Whether customers can be searched for."""
        try:
            await self._api.find_users(external_id="holdfast-check")
        except HoldfastError as error:
            return [Finding(name="customers", ok=False, detail=str(error))]
        return [Finding(name="customers", ok=True, detail="Customers can be searched for.")]

    async def _find(self, reference: CustomerReference) -> list[Raw]:
        if reference.contact_id:
            return await self._api.find_users(external_id=reference.contact_id)
        query = search_for(email=reference.email, phone=reference.phone)
        return await self._api.find_users(query=query) if query else []

    async def _organization(self, organization_id: int | None) -> Raw | None:
        """None for a customer of none, or of one that was deleted meanwhile."""
        if organization_id is None:
            return None
        try:
            return await self._api.organization(organization_id)
        except NotFoundError:
            return None
