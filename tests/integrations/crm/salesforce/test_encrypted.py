"""Fields of contacts that the organisation encrypts: nobody can search by them, so customers are found by others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from domain.conversation.turn import ContactIdentity
from domain.errors import InvalidInputError
from integrations.crm.base import CrmNote, CustomerReference
from integrations.crm.salesforce.refusals import UnsearchableFieldError, refusal
from tests.salesforce_organisation import BY_EMAIL, EMAIL, PHONE, Vendor

pytestmark = pytest.mark.integrations

BY_PHONE = CustomerReference(phone=PHONE, verified=True)
BY_BOTH = CustomerReference(email=EMAIL, phone=PHONE, verified=True)
BY_NUMBER = CustomerReference(contact_id="c-1001", verified=True)
NOTE = CrmNote(key="cv_1-1", subject="Asked about a bell", text="It comes.", at=datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def encrypt(bikes: Vendor) -> Callable[..., Vendor]:
    def encrypted(*names: str) -> Vendor:
        contact = bikes.stand_in.organisation.objects["Contact"]
        contact.add(*(replace(contact.fields[name], encrypted=True) for name in names))
        return bikes

    return encrypted


@pytest.mark.parametrize(
    ("encrypted", "known"),
    [
        (("Email",), BY_BOTH),
        (("Email",), BY_PHONE),
        (("Phone", "MobilePhone"), BY_BOTH),
        (("Phone", "MobilePhone"), BY_EMAIL),
        (("MobilePhone",), BY_EMAIL),
        (("Phone",), BY_PHONE),
        (("Email", "Phone"), BY_BOTH),
        (("Email", "Phone", "MobilePhone"), BY_NUMBER),
    ],
)
async def test_the_other_look_up_still_works(
    encrypt: Callable[..., Vendor], encrypted: tuple[str, ...], known: CustomerReference
) -> None:
    bikes = encrypt(*encrypted)
    erika = bikes.stand_in.records("Contact")[0]
    erika["Phone"] = erika["MobilePhone"]
    crm = bikes.crm()
    for _ in range(2):
        context = await crm.fetch_customer_context("bikes", known, {})
        assert context.matches == 1
        assert ("name", "Erika Mustermann") in [(fact.name, fact.value) for fact in context.facts]
    await crm.add_note("bikes", known, NOTE)
    assert [task["WhoId"] for task in bikes.stand_in.records("Task")] == [erika["Id"]]


async def test_nobody_is_known_by_what_cannot_be_looked_up(encrypt: Callable[..., Vendor]) -> None:
    context = await encrypt("Email").crm().fetch_customer_context("bikes", BY_PHONE, {})
    assert context.contact
    assert context.contact == ContactIdentity(contact_id=context.contact.contact_id, phone=PHONE)


@pytest.mark.parametrize(
    ("encrypted", "known"),
    [(("Email",), BY_EMAIL), (("Phone", "MobilePhone"), BY_PHONE), (("Email", "Phone", "MobilePhone"), BY_BOTH)],
)
async def test_where_there_is_no_other_the_field_is_named_as_the_cause(
    encrypt: Callable[..., Vendor], encrypted: tuple[str, ...], known: CustomerReference
) -> None:
    crm = encrypt(*encrypted).crm()
    for _ in range(2):
        with pytest.raises(InvalidInputError, match=f"search by {encrypted[0]}.*encrypted"):
            await crm.fetch_customer_context("bikes", known, {})
    with pytest.raises(InvalidInputError, match="encrypted"):
        await crm.add_note("bikes", known, NOTE)


async def test_what_could_not_be_looked_for_is_missing_and_not_absent(encrypt: Callable[..., Vendor]) -> None:
    stranger = CustomerReference(email=EMAIL, phone="+4930999999", verified=True)
    crm = encrypt("Email").crm()
    context = await crm.fetch_customer_context("bikes", stranger, {})
    assert (context.matches, context.missing) == (0, ("salesforce Email (cannot be searched)",))
    nobody = CustomerReference(phone="+4930999999", verified=True)
    assert (await crm.fetch_customer_context("bikes", nobody, {})).missing == ()


async def test_it_is_learned_once_and_logged_once(encrypt: Callable[..., Vendor]) -> None:
    bikes = encrypt("Email")
    crm = bikes.crm()
    with capture_logs() as logs:
        await crm.fetch_customer_context("bikes", BY_BOTH, {})
        first = len(bikes.asked())
        await crm.fetch_customer_context("bikes", BY_BOTH, {})
    assert len(bikes.asked()) - first == first - 1
    assert [(log["event"], log["field"]) for log in logs] == [("salesforce_field_cannot_be_searched", "Email")]


async def test_a_claimed_reference_is_counted_by_the_other_field(encrypt: Callable[..., Vendor]) -> None:
    claimed = BY_BOTH.model_copy(update={"verified": False})
    context = await encrypt("Email").crm().fetch_customer_context("bikes", claimed, {})
    assert (context.matches, context.facts) == (1, ())


async def test_the_check_names_the_fields(encrypt: Callable[..., Vendor]) -> None:
    findings = {one.name: one for one in await encrypt("Email", "MobilePhone").crm().check()}
    assert not findings["Contact"].ok
    assert "Email, MobilePhone cannot be searched" in findings["Contact"].detail


@pytest.mark.parametrize("words", ["can not", "cannot"])
def test_salesforces_words_are_known(words: str) -> None:
    text = f'[{{"message": "ERROR at Row:1:Column:9\\nfield \'Email\' {words} be filtered in a query call",'
    error = refusal(400, text + '"errorCode": "INVALID_FIELD"}]', {})
    assert isinstance(error, UnsearchableFieldError)
    assert error.field == "Email"
