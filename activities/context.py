"""What is known about the customer."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio import activity

from answering.organisations import Organisations
from domain.conversation.activity_models import FetchCustomerContextInput, FetchedContext
from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.delivery.channels import ChannelTraits
from domain.errors import HoldfastError, RetryableError
from integrations.crm.base import Crm, CustomerReference
from storage.customers import CustomerRepository
from storage.views import Customer

Answer = CustomerContext | HoldfastError
CONTEXT_ATTEMPTS = 3
LOOKUP_TIMEOUT = timedelta(seconds=2)
"""No turn waits for a source that wants to be left alone for longer, such as one behind an open circuit breaker."""


class ContextActivities:
    """Asks the CRM and the help desk of the organisation."""

    def __init__(self, customers: CustomerRepository, crms: Mapping[str, Crm], organisations: Organisations) -> None:
        self._customers = customers
        self._crms = crms
        self._organisations = organisations

    @activity.defn
    async def fetch_customer_context(self, input: FetchCustomerContextInput) -> FetchedContext:
        """Fetch contact, account, plan and tickets, keep them in the store, and say how complete they are.

        A source that fails is asked again by the next attempt; after the last one, or where it says that it will not
        be back soon, it is named as missing.
        """
        now = datetime.now(UTC)
        customer = await self._customer(input)
        context = await self._context_of(input, customer, last_attempt=activity.info().attempt >= CONTEXT_ATTEMPTS)
        context_id = f"cx_{uuid4().hex}"
        await self._customers.save_context(input.conversation_id, context_id, context, now)
        if context.contact and customer:
            await self._customers.link(input.organisation, customer.customer_id, context.contact, now)
        return FetchedContext(
            context_id=context_id,
            fetched_at=now,
            facts=len(context.facts),
            matches=context.matches,
            missing=context.missing,
        )

    async def _customer(self, input: FetchCustomerContextInput) -> Customer | None:
        if input.customer_id is None:
            return None
        return await self._customers.proved(input.conversation_id, input.channel, input.customer_id)

    async def _context_of(
        self, input: FetchCustomerContextInput, customer: Customer | None, *, last_attempt: bool
    ) -> CustomerContext:
        if customer is None:
            return CustomerContext()
        reference = CustomerReference(
            contact_id=customer.contact_id,
            email=customer.email,
            phone=customer.phone,
            verified=customer.verified,
            linked=await self._customers.linked(customer.customer_id),
        )
        served = await self._organisations.served(input.spec_hash)
        specification = served.specification
        traits = served.policy.traits_of(input.channel)
        fields = {specification.crm: specification.crm_fields}
        answers = await asyncio.gather(
            *(self._ask(source, input.organisation, reference, fields.get(source, {})) for source in input.sources)
        )
        if (doubtful := _doubtful(traits, reference)) and answers:
            answers = await self._confirmed(input, answers, doubtful)
        passing = [answer for answer in answers if isinstance(answer, RetryableError) and _comes_back(answer)]
        if passing and not last_attempt:
            raise passing[0]
        return _joined(dict(zip(input.sources, answers, strict=True)))

    async def _confirmed(
        self, input: FetchCustomerContextInput, answers: Sequence[Answer], doubtful: Sequence[ContactIdentity]
    ) -> list[Answer]:
        """What the CRM says now of the address that is written from stands before what was linked to it earlier.

        While it does not answer, no other source tells anything.
        """
        answer = await self._still_fits(input, answers[0], doubtful)
        if isinstance(answer, CustomerContext):
            return [answer, *answers[1:]]
        return [answer, *(CustomerContext() if isinstance(one, CustomerContext) else one for one in answers[1:])]

    async def _still_fits(
        self, input: FetchCustomerContextInput, answer: Answer, doubtful: Sequence[ContactIdentity]
    ) -> Answer:
        """The CRM's answer, unless somebody else has one of these as well."""
        if isinstance(answer, HoldfastError) or answer.contact is None:
            return answer
        for one in doubtful:
            if _has(answer.contact, one):
                continue
            holder = CustomerReference(email=one.email, phone=one.phone, verified=True)
            now = await self._ask(input.sources[0], input.organisation, holder, {})
            if isinstance(now, HoldfastError):
                return now
            if now.matches and (now.contact is None or now.contact.contact_id != answer.contact.contact_id):
                return CustomerContext(matches=max(now.matches, 2))
        return answer

    async def _ask(
        self, source: str, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> Answer:
        try:
            return await self._crms[source].fetch_customer_context(organisation, reference, fields)
        except HoldfastError as error:
            return error


def _doubtful(traits: ChannelTraits, reference: CustomerReference) -> list[ContactIdentity]:
    """What they may be recognised by on this channel, and the CRM is not searched by. Who is signed in proves more."""
    searched = reference if reference.contact_id is None else CustomerReference()
    linked = [one for one in reference.linked if any(getattr(one, kind) for kind in traits.recognised_by)]
    return [one for one in linked if not _has(searched, one)]


def _has(known: ContactIdentity | CustomerReference, linked: ContactIdentity) -> bool:
    if linked.email:
        return (known.email or "").lower() == linked.email
    return known.phone == linked.phone


def _comes_back(error: RetryableError) -> bool:
    return error.retry_after is None or error.retry_after <= LOOKUP_TIMEOUT


def _joined(answers: Mapping[str, Answer]) -> CustomerContext:
    """The first source is the CRM, which says who the customer is; each one that failed is named.

    Of several no source tells anything.
    """
    known: Sequence[CustomerContext] = [answer for answer in answers.values() if isinstance(answer, CustomerContext)]
    failed = tuple(source for source, answer in answers.items() if not isinstance(answer, CustomerContext))
    if known and known[0].matches > 1:
        return CustomerContext(missing=failed, matches=known[0].matches)
    return CustomerContext(
        facts=tuple(fact for context in known for fact in context.facts),
        missing=(*failed, *(name for context in known for name in context.missing)),
        matches=known[0].matches if known else 0,
        contact=next((context.contact for context in known if context.contact), None),
    )
