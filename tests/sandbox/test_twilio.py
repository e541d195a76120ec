"""The Twilio stand-in refuses what Twilio refuses, in Twilio's words."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response

from sandbox.serving import serving
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from sandbox.twilio_requests import Number, sign

OURS, CUSTOMER = "+4930901820", "+491701234567"
ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
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
