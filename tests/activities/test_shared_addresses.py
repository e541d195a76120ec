"""Colleagues who share a mailbox or a number: what one of them is told, the other does not hear."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from temporalio.testing import ActivityEnvironment

from activities.context import CONTEXT_ATTEMPTS
from domain.conversation.activity_models import FetchCustomerContextInput
from domain.conversation.turn import CustomerContext, Fact
from domain.delivery.inbound import InboundMessage, Sender
from domain.errors import UnavailableError
from domain.identity.directory import Account, Contact, DirectoryImport
from integrations.crm.base import Crm, CustomerReference
from integrations.crm.directory import DirectoryCrm
from storage.database import connect
from storage.inbox import InboxRepository
from tests.activities.test_context import activities_with
from tests.organisation import VERSION
from tests.salesforce_organisation import Vendor, served, vendor
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, staged

__all__ = ["served", "vendor"]

INFO, ADAS_NUMBER, BENS_NUMBER = "info@velo.example", "+4930555011", "+4930555022"
VELO = Account(id="velo", name="Velo", plan="Racing", seats=3, status="active")
ADA = Contact(id="ada", account="velo", name="Ada", email=INFO, phone=ADAS_NUMBER)
BEN = Contact(id="ben", account="velo", name="Ben", email=INFO, phone=BENS_NUMBER)
BY_MAIL, BY_SMS = Sender(email=INFO, verified=True), Sender(phone=ADAS_NUMBER, verified=True)


class Desk:
    """A help desk that knows something of everybody."""

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        return CustomerContext(facts=(Fact(name="ticket", value="7", source="desk", as_of=NOW),), matches=1)


class DirectoryBook:
    """Contacts in the built-in directory."""

    def __init__(self, stage: Stage) -> None:
        self._customers = stage.customers
        self.crm: Crm = DirectoryCrm(stage.customers)

    async def has(self, *contacts: Contact) -> None:
        await self._customers.import_directory(ORGANISATION, DirectoryImport(accounts=(VELO,), contacts=contacts))


class SalesforceBook:
    """Contacts in a served organisation of Salesforce."""

    def __init__(self, vendor: Vendor) -> None:
        self._stand_in = vendor.stand_in
        self.crm: Crm = vendor.crm()

    async def has(self, *contacts: Contact) -> None:
        self._stand_in.organisation.records.clear()
        self._stand_in.load_customers([VELO.model_dump()], [contact.model_dump() for contact in contacts])


class Severed:
    """A CRM that answers so many times and is away then."""

    def __init__(self, crm: Crm, answers: int) -> None:
        self._crm = crm
        self._answers = answers

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        if self._answers == 0:
            raise UnavailableError("no answer")
        self._answers -= 1
        return await self._crm.fetch_customer_context(organisation, reference, fields)


@dataclass
class Desks:
    """What the customers of one organisation hear."""

    stage: Stage
    book: DirectoryBook | SalesforceBook
    customers: list[str | None] = field(default_factory=list)

    async def hears(self, sender: Sender, channel: str, crm: Crm | None = None) -> CustomerContext:
        event = InboundMessage.model_validate(
            {
                "channel": channel,
                "event_id": f"n-{len(self.customers)}",
                "at": NOW,
                "thread": f"{channel} {len(self.customers)}",
                "sender": sender,
                "text": "What is our plan?",
            }
        )
        kept = await InboxRepository(self.stage.database).keep(ORGANISATION, event, NOW)
        self.customers.append(kept.customer_id)
        return await self._fetch(crm or self.book.crm, channel, attempt=CONTEXT_ATTEMPTS if crm else 1)

    async def _fetch(self, crm: Crm, channel: str, *, attempt: int) -> CustomerContext:
        activities = activities_with(self.stage, {"crm": crm, "desk": Desk()})
        input = FetchCustomerContextInput(
            organisation=ORGANISATION,
            spec_hash=VERSION.content_hash,
            sources=("crm", "desk"),
            conversation_id=CONVERSATION,
            customer_id=self.customers[-1],
            channel=channel,
        )
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        fetched = await environment.run(activities.fetch_customer_context, input)
        context = await self.stage.customers.load_context(fetched.context_id)
        assert context is not None
        return context


@pytest.fixture(params=["directory", "salesforce"])
async def desks(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Desks]:
    database = await connect(database_url)
    stage = await staged(database)
    if request.param == "directory":
        yield Desks(stage, DirectoryBook(stage))
    else:
        yield Desks(stage, SalesforceBook(request.getfixturevalue("vendor")))
    await database.close()


def is_told(context: CustomerContext, name: str) -> bool:
    return name in [fact.value for fact in context.facts if fact.name == "name"]


async def test_a_colleague_from_a_shared_mailbox_hears_nothing_of_who_was_recognised_before(desks: Desks) -> None:
    await desks.book.has(ADA, BEN)
    assert is_told(await desks.hears(BY_SMS, "sms"), "Ada")
    assert await desks.hears(BY_MAIL, "email") == CustomerContext(matches=2)
    assert len(set(desks.customers)) == 2


async def test_a_colleague_with_a_shared_number_hears_nothing_of_who_was_recognised_before(desks: Desks) -> None:
    ada = ADA.model_copy(update={"email": "ada@velo.example"})
    await desks.book.has(ada, BEN.model_copy(update={"phone": ADAS_NUMBER}))
    assert is_told(await desks.hears(Sender(email=ada.email, verified=True), "email"), "Ada")
    assert await desks.hears(BY_SMS, "sms") == CustomerContext(matches=2)


async def test_a_mailbox_that_is_shared_since_opens_no_facts_any_more(desks: Desks) -> None:
    await desks.book.has(ADA)
    for sender, channel in ((BY_SMS, "sms"), (BY_MAIL, "email")):
        assert is_told(await desks.hears(sender, channel), "Ada")
    assert len(set(desks.customers)) == 1
    await desks.book.has(ADA, BEN)
    for _ in range(2):
        assert await desks.hears(BY_MAIL, "email") == CustomerContext(matches=2)
        assert is_told(await desks.hears(BY_SMS, "sms"), "Ada")


async def test_a_mailbox_that_is_a_colleagues_now_opens_no_facts(desks: Desks) -> None:
    await desks.book.has(ADA)
    await desks.hears(BY_SMS, "sms")
    await desks.book.has(ADA.model_copy(update={"email": "ada@velo.example"}), BEN)
    assert await desks.hears(BY_MAIL, "email") == CustomerContext(matches=2)


@pytest.mark.parametrize("email", [None, INFO])
async def test_whoever_is_known_by_id_and_writes_from_a_shared_mailbox_hears_nothing(
    desks: Desks, email: str | None
) -> None:
    """The id was proved on another channel, which any reader of the mailbox has nothing to do with."""
    await desks.book.has(ADA)
    signed_in = Sender(contact_id="ada", email=email, verified=True)
    assert is_told(await desks.hears(signed_in, "http"), "Ada")
    await desks.book.has(ADA, BEN)
    assert await desks.hears(BY_MAIL, "email") == CustomerContext(matches=2)
    assert is_told(await desks.hears(signed_in, "web_chat"), "Ada")


@pytest.mark.parametrize("answers", [0, 1])
async def test_while_the_crm_does_not_say_whose_the_mailbox_is_nobody_tells_anything(
    desks: Desks, answers: int
) -> None:
    await desks.book.has(ADA)
    await desks.hears(BY_SMS, "sms")
    await desks.book.has(ADA, BEN)
    context = await desks.hears(BY_MAIL, "email", Severed(desks.book.crm, answers))
    assert context == CustomerContext(missing=("crm",))
