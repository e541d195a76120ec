"""The process's page over HTTP, with every vendor behind it and a product that takes their webhooks."""

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from sandbox.process.all_vendors import all_vendors
from sandbox.process.running import Running, running
from sandbox.serving import serving

GREETING = '<?xml version="1.0"?><Response><Gather action="/webhooks/phone"><Say>Hello.</Say></Gather></Response>'


class Product:
    """Takes every webhook, and answers calls."""

    def __init__(self) -> None:
        self.heard: SimpleQueue[str] = SimpleQueue()

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/{channel}")
        async def take(channel: str, request: Request) -> Response:
            self.heard.put(channel)
            await request.body()
            return Response(GREETING if channel == "phone" else "{}")

        return app


@pytest.fixture(scope="module")
def product() -> Product:
    return Product()


@pytest.fixture(scope="module")
def sandbox(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("authority")
    with (
        serving(product.app()) as holdfast,
        running(all_vendors(), folder=folder, holdfast=holdfast, port_base=0) as started,
    ):
        yield started


@pytest.fixture
def page(sandbox: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.page, trust_env=False, timeout=20) as client:
        for vendor in client.get("/state").json()["vendors"]:
            client.post(f"/vendors/{vendor['name']}/reset").raise_for_status()
        yield client


def test_a_form_that_is_filled_in_otherwise_is_refused_with_its_fields(page: httpx.Client) -> None:
    refused = page.post("/channels/sms/write", json={"sender": "+4930555", "body": "Hello"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "This takes from_, body.")


def vendor_of(page: httpx.Client, name: str) -> dict[str, Any]:
    return next(vendor for vendor in page.get("/state").json()["vendors"] if vendor["name"] == name)


def lines_of(page: httpx.Client, name: str) -> list[dict[str, Any]]:
    channels = page.get("/state").json()["channels"]
    return next(channel["lines"] for channel in channels if channel["name"] == name)


def forms(page: httpx.Client) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each channel's first action, filled in as the page fills it in."""
    for channel in page.get("/state").json()["channels"]:
        first = channel["actions"][0]
        yield channel["name"], first["name"], {field["name"]: field["value"] for field in first["fields"]}


def test_every_channel_can_be_played_also_after_a_reset(page: httpx.Client, product: Product) -> None:
    for channel, action, values in forms(page):
        assert page.post(f"/channels/{channel}/{action}", json=values).status_code == 200
        assert lines_of(page, channel), channel
    awaited = {"sms", "whatsapp", "phone", "slack", "zendesk"}
    while awaited:
        awaited.discard(product.heard.get(timeout=20))


def test_a_refusal_is_told(page: httpx.Client) -> None:
    refused = page.post("/channels/phone/hang_up", json={})
    assert (refused.status_code, refused.json()["detail"]) == (422, "Refused: nobody has called yet.")
    assert page.post("/channels/phone/sing", json={}).status_code == 404


def test_a_thread_that_is_not_there_is_told(page: httpx.Client) -> None:
    for channel in ("slack", "slack-direct"):
        refused = page.post(f"/channels/{channel}/write", json={"text": "Hello", "thread_ts": "1.1"})
        assert (refused.status_code, refused.json()["detail"]) == (422, "Refused: thread_not_found.")
        assert lines_of(page, channel) == []


@pytest.mark.parametrize(
    ("channel", "action", "values"),
    [
        ("email", "write", {"sender": "mia@example.org\nBcc: all@example.org", "subject": "", "text": "Hello"}),
        ("phone", "say", {"text": "Hello?"}),
        ("phone", "stay_silent", {}),
        ("zendesk", "comment", {"author": "mia@example.org", "ticket": "one", "body": "x"}),
        ("zendesk", "comment", {"author": "mia@example.org", "ticket": "", "body": "x"}),
    ],
)
def test_what_makes_no_sense_is_refused(page: httpx.Client, channel: str, action: str, values: dict[str, str]) -> None:
    refused = page.post(f"/channels/{channel}/{action}", json=values)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("Refused: ")
    assert lines_of(page, channel) == []


def test_what_a_vendor_received_is_shown_once(page: httpx.Client, sandbox: Running) -> None:
    twilio = vendor_of(page, "twilio")
    httpx.get(f"{twilio['addresses'][0]}/nowhere", verify=False, trust_env=False)  # noqa: S501
    shown = page.get("/state").json()
    numbers = [max((entry["number"] for entry in vendor["entries"]), default=0) for vendor in shown["vendors"]]
    names = [vendor["name"] for vendor in shown["vendors"]]
    assert shown["vendors"][names.index("twilio")]["entries"][-1]["what"] == "GET /nowhere"
    again = page.get("/state", params={"seen": numbers}).json()
    assert all(vendor["entries"] == [] for vendor in again["vendors"])


def test_faults_are_set_from_the_page_and_met_by_the_vendor(page: httpx.Client) -> None:
    page.post("/vendors/slack/faults", json=[{"kind": "fail", "status": 429, "headers": {"Retry-After": "5"}}])
    address = vendor_of(page, "slack")["addresses"][0]
    refused = httpx.post(f"{address}/api/auth.test", verify=False, trust_env=False)  # noqa: S501
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    page.put("/vendors/slack/webhooks", json={"duplicate": 1})
    assert vendor_of(page, "slack")["webhooks"]["duplicate"] == 1
    assert page.delete("/vendors/slack/faults").json()["webhooks"]["duplicate"] == 0


def test_a_call_is_played_turn_by_turn(page: httpx.Client) -> None:
    page.post("/channels/phone/call", json={"from_": "+493055501140"})
    page.post("/channels/phone/say", json={"text": "Where is my order?"})
    page.post("/channels/phone/hang_up", json={})
    said = [(line["by"], line["text"]) for line in lines_of(page, "phone")]
    assert said == [
        ("company", "Hello."),
        ("customer", "Where is my order?"),
        ("company", "Hello."),
        ("company", "completed"),
    ]


def test_a_ticket_goes_on(page: httpx.Client) -> None:
    written = {"author": "mia@example.org", "subject": "Help", "body": "It broke."}
    page.post("/channels/zendesk/write", json=written)
    ticket = lines_of(page, "zendesk")[0]["reply"]["ticket"]
    answer = {"author": "sam.carter@techflow.example", "ticket": ticket, "body": "Which one?"}
    page.post("/channels/zendesk/answer", json=answer)
    assert [line["by"] for line in lines_of(page, "zendesk")] == ["customer", "company"]
    refused = page.post("/channels/zendesk/comment", json=answer | {"ticket": "7"})
    assert refused.json()["detail"] == "Refused: there is no such ticket."
    blank = page.post("/channels/zendesk/write", json=written | {"body": " "})
    assert blank.json()["detail"] == "Refused: a comment cannot be blank."


def test_what_only_one_vendor_does(page: httpx.Client) -> None:
    labels = [trouble["label"] for trouble in vendor_of(page, "salesforce")["troubles"]]
    assert page.post(f"/vendors/salesforce/troubles/{labels.index('Use up the day')}").status_code == 200
    shown = page.post(f"/vendors/salesforce/troubles/{labels.index('Outage 30 s')}").json()
    assert shown["faults"][0]["status"] == 503
    for wrong in ("salesforce/troubles/99", "salesforce/troubles/-1", "nobody/troubles/0"):
        assert page.post(f"/vendors/{wrong}").status_code == 404
    assert len(vendor_of(page, "salesforce")["faults"]) == 1


def test_the_page_is_shown_to_this_machine_alone(page: httpx.Client) -> None:
    assert "Holdfast sandbox" in page.get("/").text
    assert page.get("/static/sandbox.js").status_code == 200
    assert page.get("/state", headers={"Host": "evil.example"}).status_code == 400


def test_a_second_start_keeps_the_authority(tmp_path: Path) -> None:
    for _ in range(2):
        with running(all_vendors()[:1], folder=tmp_path, holdfast="http://127.0.0.1:9", port_base=0):
            authority = (tmp_path / "ca.pem").read_bytes()
    assert (tmp_path / "ca.pem").read_bytes() == authority
