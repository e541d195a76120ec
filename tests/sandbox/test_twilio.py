"""The Twilio stand-in refuses what Twilio refuses, in Twilio's words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from sandbox.frame import Fault
from sandbox.serving import serving
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from sandbox.twilio_requests import Number, Written, sign

OURS, CUSTOMER = "+4930901820", "+491701234567"
ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = {"To": CUSTOMER, "From": OURS, "Body": "Hello"}


@pytest.fixture(scope="module")
def served() -> Iterator[TwilioStandIn]:
    stand_in = TwilioStandIn(numbers=[Number(phone_number=OURS)])
    with serving(stand_in.app()) as stand_in.address:
        yield stand_in


@pytest.fixture
def twilio(served: TwilioStandIn) -> TwilioStandIn:
    served.restart()
    return served


@pytest.fixture
def api(twilio: TwilioStandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=twilio.address, auth=(ACCOUNT_SID, AUTH_TOKEN), trust_env=False) as api:
        yield api


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"To": "0170 1234567"}, 21211),
        ({"From": "+4930000000"}, 21660),
        ({"To": OURS}, 21266),
        ({"To": f"whatsapp:{CUSTOMER}"}, 21910),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "nowhere"}, 21609),
    ],
)
def test_a_message_that_is_refused(api: httpx.Client, change: dict[str, str], code: int) -> None:
    refused = api.post(f"{ACCOUNT}/Messages.json", data={**GOOD, **change})
    body = refused.json()
    assert (refused.status_code, body["code"], body["status"]) == (400, code, 400)
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


def test_a_message_to_somebody_who_stopped_is_refused(api: httpx.Client, twilio: TwilioStandIn) -> None:
    twilio.opted_out.add((CUSTOMER, OURS))
    assert api.post(f"{ACCOUNT}/Messages.json", data=GOOD).json()["code"] == 21610


def test_json_is_refused(api: httpx.Client) -> None:
    assert api.post(f"{ACCOUNT}/Messages.json", json=GOOD).status_code == 400


@pytest.mark.parametrize("auth", [None, (ACCOUNT_SID, "wrong"), ("AC0", AUTH_TOKEN)])
@pytest.mark.parametrize("path", [".json", "/Messages.json", "/IncomingPhoneNumbers.json", "/Messages/SM0.json"])
def test_without_credentials_nothing_is_told(twilio: TwilioStandIn, path: str, auth: Any) -> None:
    refused = httpx.get(f"{twilio.address}{ACCOUNT}{path}", auth=auth, trust_env=False)
    assert (refused.status_code, refused.json()["code"]) == (401, 20003)


@pytest.mark.parametrize("path", [f"{ACCOUNT}/Messages/SM0.json", "/2010-04-01/Accounts/AC0.json"])
def test_what_does_not_exist_is_not_found(api: httpx.Client, path: str) -> None:
    missing = api.get(path)
    assert (missing.status_code, missing.json()["code"]) == (404, 20404)


def test_messages_are_listed_in_pages_the_newest_first(api: httpx.Client) -> None:
    for number in range(3):
        assert api.post(f"{ACCOUNT}/Messages.json", data={**GOOD, "Body": str(number)}).status_code == 201
    first = api.get(f"{ACCOUNT}/Messages.json", params={"To": CUSTOMER, "PageSize": 2}).json()
    assert [message["body"] for message in first["messages"]] == ["2", "1"]
    second = api.get(first["next_page_uri"]).json()
    assert [message["body"] for message in second["messages"]] == ["0"]
    assert second["next_page_uri"] is None
    assert api.get(f"{ACCOUNT}/Messages.json", params={"To": OURS}).json()["messages"] == []
    assert api.get(f"{ACCOUNT}/Messages.json", params={"PageSize": 5000}).status_code == 400


def test_a_file_is_handed_out_with_the_key_and_elsewhere_without(api: httpx.Client, twilio: TwilioStandIn) -> None:
    written = {"from_": CUSTOMER, "to": OURS, "media": [{"content": "aGVsbG8="}]}
    sid = api.post("/sandbox/messages", json=written).json()
    path = f"{ACCOUNT}/Messages/{sid}/Media/{twilio.messages[sid].media[0].sid}"
    assert httpx.get(twilio.address + path, trust_env=False).status_code == 401
    moved = api.get(path)
    assert moved.status_code == 307
    assert httpx.get(moved.headers["location"], trust_env=False).content == b"hello"
    assert api.get(path + "0").status_code == 404


def test_a_customer_writes_through_the_control_route(api: httpx.Client, twilio: TwilioStandIn) -> None:
    written = api.post("/sandbox/messages", json={"from_": CUSTOMER, "to": OURS, "body": "Hello"})
    assert twilio.messages[written.json()].body == "Hello"


def test_signatures_are_those_of_twilios_documentation() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_caller_is_played_through_the_control_routes(api: httpx.Client, twilio: TwilioStandIn) -> None:
    call = api.post("/sandbox/calls", json={"from_": CUSTOMER, "to": OURS}).json()
    assert (call["status"], call["error"][:5]) == ("failed", "11200")
    assert api.post(f"/sandbox/calls/{call['sid']}", json={"text": "Hello?"}).status_code == 409
    assert api.post(f"/sandbox/calls/{call['sid']}", json={"hangs_up": True}).json()["status"] == "completed"
    assert api.get(f"{ACCOUNT}/Calls/{call['sid']}.json").json()["from"] == CUSTOMER
    assert len(api.get(f"{ACCOUNT}/Calls.json").json()["calls"]) == 1
    assert api.get(f"{ACCOUNT}/Calls/CA0.json").status_code == 404


def test_a_caller_speaks_or_not_through_the_control_routes(api: httpx.Client, twilio: TwilioStandIn) -> None:
    product = FastAPI()

    @product.post("/webhooks/phone")
    async def answer(said: str = "") -> Response:
        return Response(
            f"<Response><Gather><Say>Yes? {said}</Say></Gather><Redirect>?said=nothing</Redirect></Response>"
        )

    with serving(product) as address:
        twilio.numbers[OURS].voice_url = f"{address}/webhooks/phone"
        sid = api.post("/sandbox/calls", json={"from_": CUSTOMER, "to": OURS}).json()["sid"]
        api.post(f"/sandbox/calls/{sid}", json={"text": "Hello?"})
        heard = api.post(f"/sandbox/calls/{sid}", json={}).json()["heard"]
    twilio.numbers[OURS].voice_url = ""
    assert heard == ["Yes? ", "Yes? ", "Yes? nothing"]


class Product:
    """Takes Twilio's webhooks; refuses the first ones with these statuses."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.signatures: list[tuple[str, str]] = []
        self.refusals: list[int] = []

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/{kind}")
        async def take(kind: str, request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            self.forms.append(form)
            self.signatures.append((request.headers["x-twilio-signature"], str(request.url)))
            return Response(status_code=self.refusals.pop(0) if self.refusals else 204)

        return app


@pytest.fixture(scope="module")
def served_product() -> Iterator[tuple[Product, str]]:
    product = Product()
    with serving(product.app()) as address:
        yield product, f"{address}/webhooks/sms"


@pytest.fixture
def url(served_product: tuple[Product, str]) -> str:
    return served_product[1]


@pytest.fixture
def product(served_product: tuple[Product, str]) -> Product:
    product = served_product[0]
    product.forms, product.signatures, product.refusals = [], [], []
    return product


@pytest.fixture
def desk(url: str) -> TwilioStandIn:
    """An account of its own, in which nobody is served."""
    numbers = [Number(phone_number=OURS, sms_url=f"{url}#rc=2&rp=all")]
    stand_in = TwilioStandIn(numbers=numbers, now=lambda: NOW)
    stand_in.address = "https://twilio.example"
    return stand_in


class TestWebhooks:
    async def test_a_message_is_posted_with_a_signature_over_what_was_posted(
        self, desk: TwilioStandIn, product: Product, url: str
    ) -> None:
        sid = await desk.write(Written(from_=CUSTOMER, to=OURS, body="Grüße & more = 1"))
        (form,) = product.forms
        assert (form["Body"], form["MessageSid"], form["NumMedia"]) == ("Grüße & more = 1", sid, "0")
        assert product.signatures == [(sign(AUTH_TOKEN, url, form), url)]

    async def test_files_come_as_addresses_of_the_account(self, desk: TwilioStandIn, product: Product) -> None:
        pictures = [{"content": "YQ=="}, {"content": "Yg==", "media_type": "image/png"}]
        sid = await desk.write(Written.model_validate({"from_": CUSTOMER, "to": OURS, "media": pictures}))
        (form,) = product.forms
        assert (sid[:2], form["NumMedia"], form["MediaContentType1"]) == ("MM", "2", "image/png")
        assert form["MediaUrl0"].startswith(f"https://twilio.example{ACCOUNT}/Messages/{sid}/Media/ME")

    @pytest.mark.parametrize(("refusals", "posted"), [([], 1), ([503], 2), ([500, 404], 3), ([500] * 5, 3)])
    async def test_an_address_is_tried_as_often_as_it_says(
        self, desk: TwilioStandIn, product: Product, refusals: list[int], posted: int
    ) -> None:
        product.refusals = refusals
        await desk.write(Written(from_=CUSTOMER, to=OURS, body="Hello"))
        assert len(product.forms) == posted
        assert len({form["MessageSid"] for form in product.forms}) == 1

    @pytest.mark.parametrize("word", ["STOP", " stop ", "Unsubscribe", "REVOKE", "OptOut"])
    async def test_a_word_of_refusal_stops_what_we_send_until_start(
        self, desk: TwilioStandIn, product: Product, word: str
    ) -> None:
        desk.advanced_opt_out = True
        await desk.write(Written(from_=CUSTOMER, to=OURS, body=word))
        assert desk.opted_out == {(CUSTOMER, OURS)}
        await desk.write(Written(from_=CUSTOMER, to=OURS, body="Start"))
        assert desk.opted_out == set()
        assert [form["OptOutType"] for form in product.forms] == ["STOP", "START"]

    @pytest.mark.parametrize("text", ["please stop", "Yes", "START", "stop it", ""])
    async def test_other_words_stop_nothing(self, desk: TwilioStandIn, product: Product, text: str) -> None:
        desk.advanced_opt_out = True
        await desk.write(Written(from_=CUSTOMER, to=OURS, body=text))
        assert desk.opted_out == set()
        assert "OptOutType" not in product.forms[0]

    async def test_the_kind_is_told_to_accounts_that_set_it_up_alone(
        self, desk: TwilioStandIn, product: Product
    ) -> None:
        for advanced in (False, True):
            desk.advanced_opt_out = advanced
            await desk.write(Written(from_=CUSTOMER, to=OURS, body="HELP"))
        assert [form.get("OptOutType") for form in product.forms] == [None, "HELP"]

    async def test_on_whatsapp_stop_is_a_word_like_any_other(self, desk: TwilioStandIn, product: Product) -> None:
        await desk.write(Written(from_=f"whatsapp:{CUSTOMER}", to=f"whatsapp:{OURS}", body="STOP"))
        assert desk.opted_out == set()
        assert product.forms[0]["WaId"] == CUSTOMER.removeprefix("+")

    async def test_a_message_of_ours_is_reported_step_by_step(
        self, desk: TwilioStandIn, product: Product, url: str
    ) -> None:
        desk.outcomes[CUSTOMER] = 30003
        for to in (CUSTOMER, "+491709999999"):
            await desk.carry(desk.create_message({**GOOD, "To": to, "StatusCallback": url}))
        reported = [(form["MessageStatus"], form.get("ErrorCode")) for form in product.forms]
        assert reported == [("sent", None), ("undelivered", "30003"), ("sent", None), ("delivered", None)]

    async def test_whatsapp_takes_free_text_for_a_day_after_the_customers_last(self, desk: TwilioStandIn) -> None:
        customer, ours = f"whatsapp:{CUSTOMER}", f"whatsapp:{OURS}"
        await desk.write(Written(from_=customer, to=ours, body="Hello"))
        outcomes = []
        for later in (timedelta(hours=24), timedelta(hours=24, seconds=1)):
            desk.now = partial(NOW.__add__, later)
            message = desk.create_message({"To": customer, "From": ours, "Body": "Here"})
            await desk.carry(message)
            outcomes.append((message.status, message.error_code))
        assert outcomes == [("delivered", None), ("undelivered", 63016)]

    async def test_nothing_is_posted_where_no_address_is_set(self, desk: TwilioStandIn, product: Product) -> None:
        desk.numbers[OURS].sms_url = ""
        await desk.write(Written(from_=CUSTOMER, to=OURS, body="Hello"))
        assert product.forms == []
        assert len(desk.messages) == 1


def test_messages_are_filtered_by_who_and_when(api: httpx.Client, twilio: TwilioStandIn) -> None:
    start = twilio.now
    for day in (19, 20, 21):
        twilio.now = partial(NOW.replace, day=day)
        api.post("/sandbox/messages", json={"from_": CUSTOMER, "to": OURS, "body": str(day)}).raise_for_status()
    twilio.now = start

    def bodies(**query: str) -> list[str]:
        listed = api.get(f"{ACCOUNT}/Messages.json", params={name.replace("_", ">"): v for name, v in query.items()})
        return [message["body"] for message in listed.json()["messages"]]

    assert bodies(To=OURS, From=CUSTOMER) == ["21", "20", "19"]
    assert bodies(DateSent_="2026-11-20") == ["21", "20"]
    assert bodies(DateSent_="2026-11-20T12:00:01Z") == ["21"]
    assert bodies(From=OURS) == []


def test_what_is_queued_fits_no_date_of_sending(api: httpx.Client, twilio: TwilioStandIn) -> None:
    twilio.create_message(GOOD)
    assert len(api.get(f"{ACCOUNT}/Messages.json").json()["messages"]) == 1
    assert api.get(f"{ACCOUNT}/Messages.json", params={"DateSent>": "2020-01-01"}).json()["messages"] == []


@pytest.mark.parametrize("query", [{"DateSent>": "yesterday"}, {"PageSize": "many"}, {"Page": "-1"}])
def test_a_query_that_makes_no_sense_is_refused(api: httpx.Client, query: dict[str, str]) -> None:
    refused = api.get(f"{ACCOUNT}/Messages.json", params=query)
    assert (refused.status_code, refused.json()["code"]) == (400, 20001)


def test_numbers_are_found_by_number(api: httpx.Client) -> None:
    path = f"{ACCOUNT}/IncomingPhoneNumbers.json"
    (found,) = api.get(path, params={"PhoneNumber": OURS}).json()["incoming_phone_numbers"]
    assert found["phone_number"] == OURS
    assert api.get(path, params={"PhoneNumber": CUSTOMER}).json()["incoming_phone_numbers"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/messages", {"from_": CUSTOMER, "to": "+4930000000", "body": "x"}, 404),
        ("/sandbox/calls", {"from_": CUSTOMER, "to": "+4930000000"}, 404),
        ("/sandbox/calls/CA0", {"text": "Hello?"}, 404),
        ("/sandbox/messages", {"from_": CUSTOMER, "to": OURS, "media": [{"content": "no base64"}]}, 400),
        ("/sandbox/messages", {"to": OURS}, 422),
    ],
)
def test_a_customer_who_is_played_wrongly_is_refused(
    api: httpx.Client, twilio: TwilioStandIn, path: str, body: dict[str, Any], status: int
) -> None:
    assert api.post(path, json=body).status_code == status
    assert twilio.messages == {}
    assert twilio.calls == {}


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503), (502, None)])
def test_a_fault_is_worded_as_twilio_words_it(
    api: httpx.Client, twilio: TwilioStandIn, status: int, code: int | None
) -> None:
    twilio.faults.add(Fault(kind="fail", path="/Messages", status=status))
    refused = api.post(f"{ACCOUNT}/Messages.json", data=GOOD)
    assert (refused.status_code, refused.json()) == (status, {"code": code, "status": status})
    assert twilio.messages == {}


def test_a_restart_forgets_what_was_said_and_not_the_numbers(api: httpx.Client, twilio: TwilioStandIn) -> None:
    api.post(f"{ACCOUNT}/Messages.json", data=GOOD).raise_for_status()
    twilio.opted_out.add((CUSTOMER, OURS))
    api.post("/sandbox/reset").raise_for_status()
    assert (twilio.messages, twilio.opted_out, list(twilio.numbers)) == ({}, set(), [OURS])
