"""Customer context from Zendesk through zenpy against the stand-in."""

from typing import Any

import pytest

from domain.conversation.turn import CustomerContext
from domain.errors import CredentialsError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.crm.base import CustomerReference
from integrations.crm.registry import CRMS
from integrations.helpdesk.zendesk.crm import ZendeskCrm
from integrations.registry import adapter_class
from sandbox.frame import Fault
from sandbox.zendesk import Written
from tests.integrations.helpdesk.zendesk.conftest import Desk

pytestmark = pytest.mark.integrations

MIA = "mia+news@example.org"
PHONE = "+4930123456"


@pytest.fixture(scope="module")
def crm(served_desk: Desk) -> ZendeskCrm:
    return ZendeskCrm(served_desk.settings())


@pytest.fixture
def mia(desk: Desk) -> dict[str, Any]:
    fields = {"tier": "Gold", "csm": "Otto", "renews": True}
    organization = desk.account.add_organization("Acme GmbH", organization_fields=fields, tags=["partner"])
    return desk.person(
        MIA,
        phone=PHONE,
        external_id="003XX",
        organization_id=organization["id"],
        tags=["vip", "beta"],
        user_fields={"plan": "Pro", "nothing": None},
    )


async def context(crm: ZendeskCrm, fields: dict[str, str] | None = None, **reference: Any) -> CustomerContext:
    asked = CustomerReference.model_validate({"verified": True, **reference})
    return await crm.fetch_customer_context("acme", asked, fields or {})


def facts(found: CustomerContext) -> list[tuple[str, str]]:
    return [(fact.name, fact.value) for fact in found.facts]


def test_it_is_registered() -> None:
    assert adapter_class(CRMS, "zendesk") is ZendeskCrm


@pytest.mark.parametrize("reference", [{"email": MIA}, {"phone": PHONE}, {"contact_id": "003XX"}])
async def test_a_customer_is_found_by_email_phone_or_the_crms_id(
    crm: ZendeskCrm, mia: dict[str, Any], reference: dict[str, Any]
) -> None:
    found = await context(crm, **reference)
    assert found.matches == 1
    assert facts(found) == [
        ("name", mia["name"]),
        ("email", MIA),
        ("organisation", "Acme GmbH"),
        ("tags", "vip, beta"),
        ("open_tickets", "0"),
    ]
    assert {fact.source for fact in found.facts} == {"zendesk"}


async def test_mapped_fields_of_customer_organisation_and_ticket(
    desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]
) -> None:
    field = desk.account.add_field("Product")["id"]
    ticket = await desk.stand_in.write(Written(author=MIA, body="Seats"))
    desk.account.tickets[ticket]["custom_fields"][0]["value"] = "Mobile"
    fields = {
        "plan": "user.user_fields.plan",
        "tier": "organization.organization_fields.tier",
        "labels": "organization.tags",
        "renews": "organization.organization_fields.renews",
        "product": f"ticket.custom_fields.{field}",
        "empty": "user.user_fields.nothing",
        "unknown": "organization.organization_fields.unknown",
    }
    known = dict(facts(await context(crm, fields, email=MIA)))
    mapped = {name: value for name, value in known.items() if name in fields}
    assert mapped == {"plan": "Pro", "tier": "Gold", "labels": "partner", "renews": "yes", "product": "Mobile"}


async def test_open_tickets_are_named_the_newest_first(desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    tickets = []
    for number in range(7):
        tickets.append(await desk.stand_in.write(Written(author=MIA, subject=f"Question {number}", body="?")))
        desk.time = desk.time.replace(minute=number + 1)
    desk.account.tickets[tickets[6]]["status"] = "solved"
    await desk.stand_in.write(Written(author="other@example.org", body="Not hers"))

    found = facts(await context(crm, email=MIA))

    assert ("open_tickets", "6") in found
    assert [value for name, value in found if name == "ticket"] == [
        f"{tickets[number]}: Question {number}, new, changed 21 November 2026" for number in (5, 4, 3, 2, 1)
    ]


async def test_nobody_and_several_have_no_facts(desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    desk.person("twin@example.org", phone=PHONE)
    assert await context(crm, email="nobody@example.org") == CustomerContext(matches=0)
    assert await context(crm, phone=PHONE) == CustomerContext(matches=2)
    assert await context(crm) == CustomerContext(matches=0)


async def test_a_claimed_reference_opens_no_facts(crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    assert await context(crm, email=MIA, verified=False) == CustomerContext(matches=1)


@pytest.mark.parametrize("more", [{"suspended": True}, {"active": False}, {"role": "agent"}])
async def test_who_is_suspended_deleted_or_a_colleague_is_no_customer(
    crm: ZendeskCrm, mia: dict[str, Any], more: dict[str, Any]
) -> None:
    mia |= more
    assert (await context(crm, contact_id="003XX")).matches == 0


@pytest.mark.parametrize("email", ["*", 'a" role:admin "', "a b@example.org"])
async def test_a_search_cannot_be_widened(desk: Desk, crm: ZendeskCrm, email: str) -> None:
    assert (await context(crm, email=email)).matches == 0
    assert desk.requests("GET") == []


@pytest.mark.parametrize("path", ["plan", "user.user_fields.plan.x", "ticket.status", "account.name"])
async def test_a_mapping_that_leads_nowhere_is_refused(crm: ZendeskCrm, path: str) -> None:
    with pytest.raises(InvalidInputError, match="plan"):
        await context(crm, {"plan": path}, email=MIA)


async def test_an_organisation_that_is_gone(desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    desk.account.organizations.clear()
    found = await context(crm, email=MIA)
    assert found.matches == 1
    assert "organisation" not in dict(facts(found))
    mia["organization_id"] = None
    assert (await context(crm, email=MIA)).matches == 1


async def test_three_calls_are_enough(desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    await context(crm, email=MIA)
    assert len(desk.requests("GET")) == 3


async def test_outages(desk: Desk, crm: ZendeskCrm, mia: dict[str, Any]) -> None:
    desk.stand_in.faults.add(Fault(kind="cut", path="organizations"))
    with pytest.raises(UnavailableError):
        await context(crm, email=MIA)
    desk.stand_in.faults.add(Fault(kind="fail", path="search", status=429, headers={"Retry-After": "5"}))
    with pytest.raises(RateLimitedError):
        await context(crm, email=MIA)
    with pytest.raises(CredentialsError):
        await context(ZendeskCrm(desk.settings(api_token="expired")), email=MIA)


async def test_check(desk: Desk, crm: ZendeskCrm) -> None:
    (finding,) = await crm.check()
    assert finding.ok
    desk.stand_in.faults.add(Fault(kind="fail", path="users", status=403))
    (finding,) = await crm.check()
    assert not finding.ok
