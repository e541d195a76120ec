"""The Salesforce adapter: the official client over TLS against the stand-in."""

import asyncio
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import SecretStr, ValidationError

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.delivery.limits import ASK_AGAIN_AFTER
from domain.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from integrations.crm.base import CrmNote, CustomerReference, NoteKeeper
from integrations.crm.salesforce.crm import SalesforceCrm
from integrations.crm.salesforce.identity import MAX_HOLDERS
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.salesforce import CUSTOMER_FIELDS
from sandbox.serving import serving_tls
from tests.salesforce_organisation import BY_EMAIL, EMAIL, PHONE, Clock, Vendor

pytestmark = pytest.mark.integrations

COMPOSITE = "POST /services/data/v62.0/composite"
EC_KEY = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
FIELDS = {**CUSTOMER_FIELDS, "automation_runs": "account.automation_runs__c"}
NOTE = CrmNote(
    key="cv_4KxQ7Zt2-1", subject="Asked about a bell", text="It is on its way.", at=datetime(2026, 11, 21, tzinfo=UTC)
)

LINKED = BY_EMAIL.model_copy(update={"linked": (ContactIdentity(email=EMAIL), ContactIdentity(phone=PHONE))})


def facts_of(context: CustomerContext) -> list[tuple[str, str]]:
    assert {fact.source for fact in context.facts} <= {"salesforce"}
    return [(fact.name, fact.value) for fact in context.facts]


@contextmanager
def failure(kind: type[HoldfastError]) -> Iterator[Callable[[], HoldfastError]]:
    """Expects an error of exactly this kind, without personal data or secrets in what is shown of it."""
    with pytest.raises(kind) as caught:
        yield lambda: caught.value
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert not [private for private in ("erika", EMAIL, PHONE, "stand-in-secret", "O'Hara") if private in shown.lower()]


async def fetch(crm: SalesforceCrm, reference: CustomerReference = BY_EMAIL, **fields: str) -> CustomerContext:
    return await crm.fetch_customer_context("bikes", reference, fields)


class TestNumbers:
    @pytest.mark.parametrize(
        ("kept", "written_from"),
        [
            ("(030) 5550-1140 (work)", PHONE),
            ("Büro: 030 5550 1140", PHONE),
            ("+52 55 1234 5678", "+5215512345678"),
            ("+52 1 55 1234 5678", "+525512345678"),
        ],
    )
    async def test_a_contact_is_found_however_the_number_is_kept(
        self, bikes: Vendor, kept: str, written_from: str
    ) -> None:
        erika = bikes.stand_in.records("Contact")[0]
        erika["Phone"] = erika["MobilePhone"] = kept
        context = await fetch(bikes.crm(), CustomerReference(phone=written_from, verified=True))
        assert context.matches == 1


class TestContext:
    async def test_everything_about_a_customer_takes_one_call(self, bikes: Vendor) -> None:
        context = await bikes.crm().fetch_customer_context("bikes", LINKED, FIELDS)
        assert bikes.asked() == [COMPOSITE]
        assert context.matches == 1
        assert not context.missing
        contact_id = bikes.stand_in.records("Contact")[0]["Id"]
        assert context.contact == ContactIdentity(contact_id=contact_id, email=EMAIL, phone=PHONE)
        assert facts_of(context) == [
            ("name", "Erika Mustermann"),
            ("email", EMAIL),
            ("role", "owner"),
            ("account", "Bikes & Söhne"),
            ("plan", "Team"),
            ("seats", "14"),
            ("status", "past due"),
            ("renews", "5 December 2026"),
            ("invoice", "BI-2: 98.50, issued 1 October 2026, due 15 October 2026, open"),
            ("invoice", "BI-1: 98.50, issued 1 September 2026, due 15 September 2026, paid"),
            ("balance", "98.50"),
            ("automation_runs", "1,904 of 5,000 this month"),
            ("entitlement", "Gold support, until 31 January 2027"),
            (
                "open_case",
                f"{bikes.stand_in.records('Case')[0]['CaseNumber']}: Bell is missing, New, opened 2 November 2026",
            ),
            ("opportunity", "50 bikes, Proposal, 24000.00, closes 24 December 2026"),
        ]

    async def test_a_contact_without_account_has_the_facts_of_a_person(self, vendor: Vendor) -> None:
        vendor.stand_in.add("Contact", LastName="Alone", Email=EMAIL)
        vendor.stand_in.add("Opportunity", Name="Nobody's", StageName="New", CloseDate="2026-12-24")
        assert facts_of(await fetch(vendor.crm())) == [("name", "Alone"), ("email", EMAIL)]

    async def test_the_entitlement_that_ends_first_is_told_first(self, bikes: Vendor) -> None:
        account = bikes.stand_in.records("Account")[0]["Id"]
        bikes.stand_in.add("Entitlement", AccountId=account, Name="For ever")
        bikes.stand_in.add("Entitlement", AccountId=account, Name="Trial", EndDate="2026-12-01")
        told = [value for name, value in facts_of(await fetch(bikes.crm())) if name == "entitlement"]
        assert told == ["Trial, until 1 December 2026", "Gold support, until 31 January 2027", "For ever"]

    async def test_a_mapped_field_replaces_the_usual_one(self, bikes: Vendor) -> None:
        context = await fetch(bikes.crm(), role="Account.Plan__c")
        assert ("role", "Team") in facts_of(context)
        assert ("role", "owner") not in facts_of(context)

    async def test_a_field_that_salesforce_does_not_know_is_named(self, bikes: Vendor) -> None:
        with failure(InvalidInputError) as caught:
            await fetch(bikes.crm(), csm="Account.Csm__c")
        assert "no field Csm__c on Account" in str(caught())

    @pytest.mark.parametrize(
        "path", ["Name FROM User", "Id,Name", "", "Account..Name", "(SELECT Id FROM Cases)", "Náme"]
    )
    async def test_a_mapping_to_what_is_no_field_is_never_sent(self, bikes: Vendor, path: str) -> None:
        with failure(InvalidInputError):
            await fetch(bikes.crm(), csm=path)
        assert bikes.asked() == []

    async def test_what_cannot_be_read_is_named_as_missing(self, bikes: Vendor) -> None:
        bikes.stand_in.organisation.hidden |= {"Entitlement", "Case"}
        context = await fetch(bikes.crm())
        assert set(context.missing) == {"salesforce entitlements", "salesforce cases"}
        assert {"opportunity", "account"} <= {fact.name for fact in context.facts}

    async def test_an_organisation_without_entitlements_misses_none(self, bikes: Vendor) -> None:
        bikes.stand_in.organisation.hidden.add("Entitlement")
        assert not (await fetch(bikes.crm(entitlements=False))).missing

    async def test_a_contact_that_cannot_be_read_is_an_error(self, bikes: Vendor) -> None:
        bikes.stand_in.organisation.hidden.add("Contact")
        with failure(InvalidInputError):
            await fetch(bikes.crm())


BY_NUMBER = CustomerReference(contact_id="c-1001", verified=True)
BY_PHONE = CustomerReference(phone=PHONE, verified=True)
MAILBOX, MOBILE = {"Email": EMAIL.upper()}, {"MobilePhone": "0049 30 5550 1140"}


class TestIdentity:
    """By what a contact is recognised elsewhere."""

    @pytest.mark.parametrize(("reference", "calls"), [(BY_EMAIL, 2), (BY_PHONE, 2), (BY_NUMBER, 2), (LINKED, 1)])
    async def test_what_it_has_alone_is_its_own(self, bikes: Vendor, reference: CustomerReference, calls: int) -> None:
        contact_id = bikes.stand_in.records("Contact")[0]["Id"]
        context = await fetch(bikes.crm(), reference)
        assert context.contact == ContactIdentity(contact_id=contact_id, email=EMAIL, phone=PHONE)
        assert bikes.asked() == [COMPOSITE] * calls

    @pytest.mark.parametrize(
        ("reference", "colleague", "left"),
        [
            (BY_PHONE, MAILBOX, (None, PHONE)),
            (BY_EMAIL, MOBILE, (EMAIL, None)),
            (BY_EMAIL, {"Phone": "(030) 5550-1140 ext. 7"}, (EMAIL, None)),
            (BY_NUMBER, MAILBOX, (None, PHONE)),
            (BY_NUMBER.model_copy(update={"email": EMAIL}), MAILBOX, (None, PHONE)),
            (BY_NUMBER, MAILBOX | MOBILE, (None, None)),
            (LINKED, MOBILE, (EMAIL, None)),
            (BY_NUMBER.model_copy(update={"linked": LINKED.linked}), MAILBOX, (None, PHONE)),
            (BY_NUMBER, {"MobilePhone": "+1 305-550-1140", "Email": "other@bikes.example"}, (EMAIL, PHONE)),
        ],
    )
    async def test_what_a_colleague_has_as_well_is_nobodys(
        self,
        bikes: Vendor,
        reference: CustomerReference,
        colleague: dict[str, str],
        left: tuple[str | None, str | None],
    ) -> None:
        bikes.stand_in.add("Contact", LastName="Colleague", **colleague)
        context = await fetch(bikes.crm(), reference)
        assert context.contact
        assert (context.contact.email, context.contact.phone) == left
        assert ("name", "Erika Mustermann") in facts_of(context)
        assert context.missing == ()

    async def test_a_contact_with_nothing_further_takes_no_second_call(self, vendor: Vendor) -> None:
        vendor.stand_in.add("Contact", LastName="Alone", Email=EMAIL)
        context = await fetch(vendor.crm())
        assert context.contact
        assert context.contact.email == EMAIL
        assert vendor.asked() == [COMPOSITE]

    async def test_an_address_of_very_many_is_nobodys(self, bikes: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bikes.stand_in, "page_size", 2000)
        for number in range(MAX_HOLDERS):
            bikes.stand_in.add("Contact", LastName="Like", MobilePhone=f"+49 30 5550 1140 {number}")
        context = await fetch(bikes.crm())
        assert context.contact
        assert (context.contact.email, context.contact.phone) == (EMAIL, None)

    async def test_where_the_second_call_fails_facts_are_told_and_nothing_is_linked(
        self, bikes: Vendor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bikes.stand_in, "daily_limit", bikes.stand_in.used_calls + 1)
        context = await fetch(bikes.crm(reserved_share=0), BY_NUMBER)
        assert ("name", "Erika Mustermann") in facts_of(context)
        assert context.contact == ContactIdentity(contact_id=bikes.stand_in.records("Contact")[0]["Id"])

    async def test_an_address_with_a_quote_is_one_value(self, bikes: Vendor) -> None:
        bikes.stand_in.records("Contact")[0]["Email"] = "o'hara' or name != '@bikes.example"
        context = await fetch(bikes.crm(), BY_PHONE)
        assert context.contact
        assert context.contact.email == "o'hara' or name != '@bikes.example"


class TestLookUp:
    @pytest.mark.parametrize(
        "reference",
        [
            CustomerReference(email=EMAIL.upper(), verified=True),
            CustomerReference(contact_id="c-1001", verified=True),
            CustomerReference(phone=PHONE, verified=True),
            CustomerReference(phone="+49 30 5550 1140", email="nobody@bikes.example", verified=True),
            CustomerReference(contact_id="c-1001", email="max@other.example", verified=True),
        ],
        ids=["email", "customer number", "phone", "phone or email", "id before email"],
    )
    async def test_one(self, bikes: Vendor, reference: CustomerReference) -> None:
        context = await fetch(bikes.crm(), reference)
        assert context.matches == 1
        assert ("name", "Erika Mustermann") in facts_of(context)

    async def test_one_by_the_id_of_salesforce(self, bikes: Vendor) -> None:
        contact_id = bikes.stand_in.records("Contact")[1]["Id"]
        context = await fetch(bikes.crm(), CustomerReference(contact_id=contact_id, verified=True))
        assert ("name", "Max O'Hara") in facts_of(context)

    @pytest.mark.parametrize(
        ("reference", "calls"),
        [
            (CustomerReference(email="nobody@bikes.example", verified=True), 1),
            (CustomerReference(phone="+493055501141", verified=True), 1),
            (CustomerReference(contact_id="c-9", verified=True), 1),
            (CustomerReference(phone="anonymous", verified=True), 0),
            (CustomerReference(verified=True), 0),
        ],
        ids=["email", "phone", "customer number", "no phone number", "nothing"],
    )
    async def test_none(self, bikes: Vendor, reference: CustomerReference, calls: int) -> None:
        assert await fetch(bikes.crm(), reference) == CustomerContext(matches=0)
        assert len(bikes.asked()) == calls

    async def test_a_customer_number_finds_nobody_where_there_is_no_field_for_it(self, bikes: Vendor) -> None:
        reference = CustomerReference(contact_id="c-1001", verified=True)
        assert await fetch(bikes.crm(external_id_field=None), reference) == CustomerContext(matches=0)

    async def test_several_open_no_facts(self, bikes: Vendor) -> None:
        bikes.stand_in.add("Contact", LastName="Twin", Email=EMAIL)
        assert await fetch(bikes.crm()) == CustomerContext(matches=2)

    async def test_a_claim_opens_no_facts(self, bikes: Vendor) -> None:
        assert await fetch(bikes.crm(), CustomerReference(email=EMAIL)) == CustomerContext(matches=1)
        (asked,) = bikes.stand_in.queries
        assert asked.startswith("SELECT Id, AccountId, Email, Phone, MobilePhone FROM Contact WHERE")

    async def test_no_address_tells_of_a_customer(self, bikes: Vendor) -> None:
        for verified in (True, False):
            await fetch(bikes.crm(), CustomerReference(email=EMAIL, phone=PHONE, verified=verified))
        assert list(bikes.stand_in.calls) == [COMPOSITE] * 2

    @pytest.mark.parametrize(
        "kept",
        ["+49 30 5550 1140", "0049 30 / 5550-1140", "030 5550 1140", "+49 (0)30 55501140", "(030) 5550 1140 ext. 7"],
    )
    async def test_a_phone_number_is_found_in_any_spelling(self, vendor: Vendor, kept: str) -> None:
        vendor.stand_in.add("Contact", LastName="Kept", Phone=kept)
        assert (await fetch(vendor.crm(), CustomerReference(phone=PHONE, verified=True))).matches == 1

    @pytest.mark.parametrize("kept", ["+1 305-550-1140", "+49 30 5550 11401", "+49 130 5550 1140"])
    async def test_a_similar_phone_number_is_somebody_else(self, vendor: Vendor, kept: str) -> None:
        vendor.stand_in.add("Contact", LastName="Else", Phone=kept)
        assert (await fetch(vendor.crm(), CustomerReference(phone=PHONE, verified=True))).matches == 0

    async def test_a_number_kept_without_country_fits_nobody_unless_the_country_is_known(self, bikes: Vendor) -> None:
        reference = CustomerReference(phone=PHONE, verified=True)
        assert (await fetch(bikes.crm(phone_region=None), reference)).matches == 0
        assert (await fetch(bikes.crm(phone_region="US"), reference)).matches == 0

    async def test_records_of_a_similar_number_are_not_shown(self, bikes: Vendor) -> None:
        stranger = bikes.stand_in.add("Contact", LastName="Else", Phone="+49 30 5550 11401")
        bikes.stand_in.add("Case", ContactId=stranger, Subject="A secret")
        context = await fetch(bikes.crm(), CustomerReference(phone=PHONE, verified=True))
        assert context.matches == 1
        assert "A secret" not in str(context)


class TestSignIn:
    def flows(self, vendor: Vendor) -> dict[str, dict[str, Any]]:
        app = vendor.stand_in.sign_in.app
        key = {"consumer_secret": None, "username": app.username, "private_key_file": vendor.private_key_file}
        return {
            "client credentials": {},
            "username": {"username": app.username, "password": app.password},
            "jwt": key,
        }

    @pytest.mark.parametrize("flow", ["client credentials", "username", "jwt"])
    async def test_each_flow_signs_in(self, bikes: Vendor, flow: str) -> None:
        assert (await fetch(bikes.crm(**self.flows(bikes)[flow]))).matches == 1

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"consumer_key": "other"}, "HOLDFAST_SALESFORCE_CONSUMER_KEY"),
            ({"consumer_secret": SecretStr("other")}, "HOLDFAST_SALESFORCE_CONSUMER_SECRET"),
            ({"username": "x@example.com", "password": SecretStr("other")}, "security token"),
        ],
        ids=["key", "secret", "password"],
    )
    async def test_wrong_credentials_are_explained(self, bikes: Vendor, changed: dict[str, Any], reason: str) -> None:
        with failure(CredentialsError) as caught:
            await fetch(bikes.crm(**changed))
        assert reason in str(caught())

    async def test_a_key_that_the_app_does_not_know_is_explained(self, bikes: Vendor) -> None:
        app = bikes.stand_in.sign_in.app
        app.approved = False
        with failure(CredentialsError) as caught:
            await fetch(bikes.crm(**self.flows(bikes)["jwt"]))
        assert "pre-authorise" in str(caught())

    async def test_no_user_to_run_as_is_explained(self, bikes: Vendor) -> None:
        bikes.stand_in.sign_in.app.runs_as = False
        with failure(CredentialsError) as caught:
            await fetch(bikes.crm())
        assert "choose one" in str(caught())

    @pytest.mark.parametrize("content", [None, b"no key", EC_KEY])
    async def test_an_unreadable_private_key_is_explained(
        self, bikes: Vendor, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "key.pem"
        if content:
            path.write_bytes(content)
        with failure(CredentialsError) as caught:
            await fetch(bikes.crm(username="x@example.com", private_key_file=path))
        assert "HOLDFAST_SALESFORCE_PRIVATE_KEY_FILE" in str(caught())

    @pytest.mark.parametrize(
        "changed",
        [
            {"consumer_secret": None},
            {"password": SecretStr("alone")},
            {"base_url": "https://login.salesforce.com"},
            {"base_url": "http://example.my.salesforce.com"},
            {"external_id_field": "Id = 'x' OR Id"},
        ],
    )
    def test_settings_that_lead_nowhere_are_refused(self, vendor: Vendor, changed: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            vendor.settings(**changed)


class TestSession:
    async def test_an_expired_session_is_renewed_once(self, bikes: Vendor) -> None:
        crm = bikes.crm()
        await fetch(crm, LINKED)
        bikes.stand_in.sign_in.expire()
        assert (await fetch(crm, LINKED)).matches == 1
        assert bikes.stand_in.sign_in.opened == 2
        assert bikes.asked() == [COMPOSITE] * 3

    async def test_a_session_that_expires_at_once_is_not_renewed_again(self, bikes: Vendor) -> None:
        expired = '[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]'
        bikes.stand_in.faults.add(Fault(kind="fail", path="/composite", status=401, body=expired, times=10))
        with failure(CredentialsError):
            await fetch(bikes.crm())
        assert bikes.stand_in.sign_in.opened == 2
        assert [fault.left for fault in bikes.stand_in.faults.pending()] == [8]

    async def test_callers_at_once_share_one_renewal(self, bikes: Vendor) -> None:
        crm = bikes.crm()
        await fetch(crm)
        bikes.stand_in.sign_in.expire()
        await asyncio.gather(*(fetch(crm) for _ in range(8)))
        assert bikes.stand_in.sign_in.opened == 2


class TestDailyLimit:
    async def test_what_is_used_is_known_from_every_response(self, bikes: Vendor) -> None:
        crm = bikes.crm()
        assert crm.limit_state.state == "unknown"
        bikes.stand_in.used_calls = 17
        await fetch(crm, LINKED)
        assert (crm.limit_state.state, crm.limit_state.used, crm.limit_state.total) == ("open", 18, 100_000)

    async def test_a_reserve_is_kept_for_people(self, bikes: Vendor) -> None:
        clock = Clock()
        crm = bikes.crm(clock)
        bikes.stand_in.used_calls = 89_999
        await fetch(crm)
        assert (crm.limit_state.state, crm.limit_state.reserved_calls) == ("reserved", 10_000)
        with failure(RateLimitedError) as caught:
            await fetch(crm)
        assert "10,000 of 100,000 that are kept for people" in str(caught())
        assert caught().retry_after == ASK_AGAIN_AFTER  # type: ignore[attr-defined]
        assert len(bikes.asked()) == 1

    async def test_one_call_in_a_while_finds_out_whether_there_are_calls_again(self, bikes: Vendor) -> None:
        clock = Clock()
        crm = bikes.crm(clock)
        bikes.stand_in.used_calls = 95_000
        await fetch(crm)
        clock.passes(ASK_AGAIN_AFTER)
        await fetch(crm)
        with failure(RateLimitedError):
            await fetch(crm)
        clock.passes(ASK_AGAIN_AFTER)
        bikes.stand_in.used_calls = 10
        await fetch(crm)
        await fetch(crm)
        assert crm.limit_state.state == "open"

    async def test_no_calls_left_is_a_state(self, bikes: Vendor) -> None:
        clock = Clock()
        crm = bikes.crm(clock)
        bikes.stand_in.used_calls = 100_000
        with failure(RateLimitedError):
            await fetch(crm)
        assert crm.limit_state.state == "exhausted"
        clock.passes(timedelta(minutes=5))
        with failure(RateLimitedError) as caught:
            await fetch(crm)
        assert caught().retry_after == timedelta(minutes=10)  # type: ignore[attr-defined]
        assert len(bikes.asked()) == 1

    async def test_too_many_long_calls_are_no_daily_limit(self, bikes: Vendor) -> None:
        body = '[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'
        bikes.stand_in.faults.add(Fault(kind="fail", path="/composite", status=403, body=body))
        crm = bikes.crm()
        with failure(RateLimitedError):
            await fetch(crm)
        assert crm.limit_state.state != "exhausted"
        assert (await fetch(crm)).matches == 1


class TestFaults:
    async def test_slow_down_is_obeyed(self, bikes: Vendor) -> None:
        bikes.stand_in.faults.add(Fault(kind="fail", path="/composite", status=429, headers={"Retry-After": "7"}))
        with failure(RateLimitedError) as caught:
            await fetch(bikes.crm())
        assert caught().retry_after == timedelta(seconds=7)  # type: ignore[attr-defined]

    @pytest.mark.parametrize("path", ["/composite", "/token"])
    @pytest.mark.parametrize(
        "fault", [Fault(kind="fail", status=503), Fault(kind="fail", status=500, body="<html>"), Fault(kind="cut")]
    )
    async def test_an_outage_is_worth_another_try(self, bikes: Vendor, fault: Fault, path: str) -> None:
        bikes.stand_in.faults.add(fault.model_copy(update={"path": path}))
        crm = bikes.crm()
        with failure(UnavailableError):
            await fetch(crm)
        assert (await fetch(crm)).matches == 1

    async def test_a_slow_answer_is_waited_for(self, bikes: Vendor) -> None:
        bikes.stand_in.faults.add(Fault(kind="delay", path="/composite", seconds=0.2))
        assert (await fetch(bikes.crm())).matches == 1

    async def test_no_answer_is_given_up(self, bikes: Vendor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, failure(UnavailableError):
            address = f"https://127.0.0.1:{silent.getsockname()[1]}"
            await fetch(bikes.crm(base_url=address, timeout_seconds=0.2))

    @pytest.mark.parametrize("signs_in", [True, False])
    async def test_something_that_is_not_salesforce_answers(self, bikes: Vendor, signs_in: bool) -> None:
        app = FastAPI()

        @app.post("/{path:path}")
        async def answer(request: Request) -> Response:
            session = {"access_token": "token", "instance_url": str(request.base_url).rstrip("/")}
            at_sign_in = signs_in and request.url.path.endswith("/token")
            return JSONResponse(session) if at_sign_in else HTMLResponse("<html>Maintenance</html>")

        with serving_tls(app, Authority(bikes.ca_file.parent)) as address, failure(UnavailableError) as caught:
            await fetch(bikes.crm(base_url=address))
        assert "HOLDFAST_SALESFORCE_BASE_URL" in str(caught())

    async def test_nobody_there(self, bikes: Vendor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            address = f"https://127.0.0.1:{unused.getsockname()[1]}"
        with failure(UnavailableError):
            await fetch(bikes.crm(base_url=address))

    async def test_an_unknown_authority_is_not_trusted(self, bikes: Vendor) -> None:
        with failure(UnavailableError):
            await fetch(bikes.crm(ca_file=None))

    @pytest.mark.parametrize("code", ["UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT"])
    async def test_passing_troubles_are_worth_another_try(self, bikes: Vendor, code: str) -> None:
        body = f'[{{"message": "later", "errorCode": "{code}"}}]'
        bikes.stand_in.faults.add(Fault(kind="fail", path="/composite", status=400, body=body))
        with failure(UnavailableError):
            await fetch(bikes.crm())

    async def test_a_refusal_is_not_worth_another_try(self, bikes: Vendor) -> None:
        body = (
            '[{"message": "API is not enabled for this Organization or Partner", "errorCode": "API_DISABLED_FOR_ORG"}]'
        )
        bikes.stand_in.faults.add(Fault(kind="fail", path="/composite", status=403, body=body))
        with failure(CredentialsError) as caught:
            await fetch(bikes.crm())
        assert "API_DISABLED_FOR_ORG" in str(caught())


class TestNotes:
    async def test_a_note_is_kept_once(self, bikes: Vendor) -> None:
        crm = bikes.crm()
        assert isinstance(crm, NoteKeeper)
        await crm.add_note("bikes", BY_EMAIL, NOTE)
        await crm.add_note("bikes", BY_EMAIL, NOTE)
        (task,) = bikes.stand_in.records("Task")
        assert task["WhoId"] == bikes.stand_in.records("Contact")[0]["Id"]
        assert task["WhatId"] == bikes.stand_in.records("Case")[0]["Id"]
        assert (task["Subject"], task["Description"], task["Status"]) == (NOTE.subject, NOTE.text, "Completed")
        assert task["Holdfast_Key__c"] == NOTE.key

    async def test_an_answer_that_was_lost_makes_no_second_note(self, bikes: Vendor) -> None:
        bikes.stand_in.faults.add(Fault(kind="cut", path="/sobjects/Task/", handled=True))
        crm = bikes.crm()
        with failure(UnavailableError):
            await crm.add_note("bikes", BY_EMAIL, NOTE)
        await crm.add_note("bikes", BY_EMAIL, NOTE)
        assert len(bikes.stand_in.records("Task")) == 1

    async def test_a_note_that_is_there_twice_already_is_not_written_again(self, bikes: Vendor) -> None:
        for _ in range(2):
            bikes.stand_in.add("Task", Holdfast_Key__c=NOTE.key)
        await bikes.crm().add_note("bikes", BY_EMAIL, NOTE)
        assert len(bikes.stand_in.records("Task")) == 2

    async def test_a_long_note_is_cut(self, bikes: Vendor) -> None:
        await bikes.crm().add_note(
            "bikes", BY_EMAIL, NOTE.model_copy(update={"subject": "s" * 300, "text": "t" * 40_000})
        )
        (task,) = bikes.stand_in.records("Task")
        assert (len(task["Subject"]), len(task["Description"])) == (255, 32_000)

    async def test_nobody_gets_no_note(self, bikes: Vendor) -> None:
        for reference in (
            CustomerReference(email="nobody@bikes.example", verified=True),
            CustomerReference(verified=True),
        ):
            with failure(NotFoundError):
                await bikes.crm().add_note("bikes", reference, NOTE)

    async def test_several_get_no_note(self, bikes: Vendor) -> None:
        bikes.stand_in.add("Contact", LastName="Twin", Email=EMAIL)
        with failure(ConflictError):
            await bikes.crm().add_note("bikes", BY_EMAIL, NOTE)
        assert not bikes.stand_in.records("Task")

    async def test_who_merely_claims_to_be_somebody_gets_no_note(self, bikes: Vendor) -> None:
        with failure(ForbiddenError):
            await bikes.crm().add_note("bikes", CustomerReference(email=EMAIL), NOTE)
        assert bikes.asked() == []

    async def test_a_missing_field_for_the_key_is_an_error(self, bikes: Vendor) -> None:
        with failure(NotFoundError):
            await bikes.crm(note_key_field="Nothing__c").add_note("bikes", BY_EMAIL, NOTE)


class TestCheck:
    async def test_all_is_well(self, bikes: Vendor) -> None:
        findings = await bikes.crm().check()
        assert [finding.name for finding in findings if not finding.ok] == []
        assert {"connection", "Contact", "Task", "API calls"} <= {finding.name for finding in findings}
        assert bikes.asked() == [COMPOSITE]

    async def test_what_is_missing_is_named(self, bikes: Vendor) -> None:
        organisation = bikes.stand_in.organisation
        organisation.hidden |= {"Entitlement", "Contact.Title", "Case.Subject", "Task.Holdfast_Key__c"}
        organisation.objects["Task"].createable = False
        found = {finding.name: finding for finding in await bikes.crm().check()}
        assert {name for name, finding in found.items() if not finding.ok} == {"Entitlement", "Contact", "Case", "Task"}
        assert "Title" in found["Contact"].detail
        assert "Subject" in found["Case"].detail
        assert "Holdfast_Key__c" in found["Task"].detail
        assert "Edit Tasks" in found["Task"].detail
        assert "read access" in found["Entitlement"].detail

    async def test_what_is_not_used_is_not_looked_at(self, bikes: Vendor) -> None:
        bikes.stand_in.organisation.hidden.add("Entitlement")
        assert all(finding.ok for finding in await bikes.crm(entitlements=False, external_id_field=None).check())

    async def test_a_key_field_must_be_an_external_id(self, bikes: Vendor) -> None:
        found = {finding.name: finding for finding in await bikes.crm(external_id_field="Title").check()}
        assert found["Contact"].detail == "Title must be marked as an external id."

    async def test_wrong_credentials_are_the_only_finding(self, bikes: Vendor) -> None:
        (finding,) = await bikes.crm(consumer_secret=SecretStr("other")).check()
        assert not finding.ok
        assert "HOLDFAST_SALESFORCE_CONSUMER_SECRET" in finding.detail

    async def test_fields_that_we_may_not_write_are_named(self, bikes: Vendor) -> None:
        task = bikes.stand_in.organisation.objects["Task"]
        task.add(replace(task.fields["WhatId"], createable=False))
        found = {finding.name: finding for finding in await bikes.crm().check()}
        assert "may not write WhatId" in found["Task"].detail

    async def test_a_reached_limit_is_a_finding(self, bikes: Vendor) -> None:
        bikes.stand_in.used_calls = 95_000
        found = {finding.name: finding for finding in await bikes.crm().check()}
        assert not found["API calls"].ok
        assert "95,001 of 100,000" in found["API calls"].detail
