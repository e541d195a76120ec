import pytest

from domain.conversation.turn import ContactIdentity
from domain.identity.directory import Account, Contact
from domain.identity.directory_facts import context_of
from integrations.crm.base import Crm, CustomerReference
from integrations.crm.directory import DirectoryCrm

CONTACT = Contact(id="ada", account="velo", name="Ada", email="ada@velo.example")
ACCOUNT = Account(id="velo", name="Velo Ltd", plan="Pro", seats=5, status="active")
VERIFIED = CustomerReference(contact_id="ada", verified=True)


class Directory:
    """A directory in memory that finds these."""

    def __init__(self, *found: tuple[Contact, Account]) -> None:
        self._found = list(found)

    async def find_contacts(
        self, organisation: str, *, contact_id: str | None, email: str | None, phone: str | None
    ) -> list[tuple[Contact, Account]]:
        return self._found

    async def find_identity(self, organisation: str, contact_id: str) -> ContactIdentity:
        return ContactIdentity(contact_id=contact_id, phone="+4930123")


async def test_a_verified_contact_opens_the_facts_of_its_account() -> None:
    crm: Crm = DirectoryCrm(Directory((CONTACT, ACCOUNT)))
    context = await crm.fetch_customer_context("bikeshop", VERIFIED, {})
    assert context.facts
    known = context_of(CONTACT, ACCOUNT, as_of=context.facts[0].as_of)
    alone = ContactIdentity(contact_id="ada", phone="+4930123")
    assert context == known.model_copy(update={"contact": alone})


@pytest.mark.parametrize(
    ("found", "reference", "matches"),
    [
        ([], VERIFIED, 0),
        ([(CONTACT, ACCOUNT)] * 2, VERIFIED, 2),
        ([(CONTACT, ACCOUNT)], CustomerReference(contact_id="ada"), 1),
    ],
)
async def test_nobody_several_and_merely_claimed_open_no_facts(
    found: list[tuple[Contact, Account]], reference: CustomerReference, matches: int
) -> None:
    context = await DirectoryCrm(Directory(*found)).fetch_customer_context("bikeshop", reference, {})
    assert (context.matches, context.facts) == (matches, ())
