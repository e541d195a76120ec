"""The Zendesk stand-in refuses what Zendesk refuses, and signs what it posts."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from sandbox.frame import Fault
from sandbox.serving import serving
from sandbox.zendesk import API_TOKEN, EMAIL, OAUTH_TOKEN, WEBHOOK_SECRET, ZendeskStandIn

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MIA = {"author": "mia@example.org", "subject": "Seats", "body": "How do I add a seat?"}


class Desk(ZendeskStandIn):
    """The stand-in at a time of its own."""

    time = NOW

    def __init__(self) -> None:
        super().__init__(now=lambda: self.time)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Desk, httpx.Client]]:
    desk = Desk()
    with (
        serving(desk.app()) as address,
        httpx.Client(base_url=address, auth=(f"{EMAIL}/token", API_TOKEN), trust_env=False) as client,
    ):
        desk.address = address
        yield desk, client


@pytest.fixture
def desk(served: tuple[Desk, httpx.Client]) -> Desk:
    served[0].restart()
    served[0].time, served[0].page_size, served[0].export_page_size = NOW, 100, 1000
    return served[0]


@pytest.fixture
def client(served: tuple[Desk, httpx.Client], desk: Desk) -> httpx.Client:
    return served[1]


def ticket(client: httpx.Client, **more: Any) -> int:
    return int(client.post("/sandbox/tickets", json={**MIA, **more}).json())


def refused(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["error"]


def test_nobody_without_credentials(client: httpx.Client) -> None:
    for auth in (None, (EMAIL, API_TOKEN), (f"{EMAIL}/token", "other")):
        with httpx.Client(base_url=client.base_url, auth=auth, trust_env=False) as stranger:
            assert refused(stranger.get("/api/v2/users/me.json")) == (401, "Couldn't authenticate you")
    with httpx.Client(base_url=client.base_url, trust_env=False) as bearer:
        me = bearer.get("/api/v2/users/me.json", headers={"Authorization": f"Bearer {OAUTH_TOKEN}"})
    assert me.json()["user"]["email"] == EMAIL


@pytest.mark.parametrize("path", ["incremental/tickets/cursor.json?start_time=0", "webhooks"])
def test_administrators_only(desk: Desk, client: httpx.Client, path: str) -> None:
    assert client.get(f"/api/v2/{path}").status_code == 200
    desk.us["role"] = "agent"
    assert client.get(f"/api/v2/{path}").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["tickets/9.json", "tickets/9/comments.json", "tickets/9/audits.json", "users/9.json", "organizations/9.json"],
)
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    assert refused(client.get(f"/api/v2/{path}")) == (404, "RecordNotFound")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"comment": {"body": " "}}, "comment"),
        ({"status": "finished"}, "status"),
        ({"status": "closed"}, "status"),
        ({"custom_fields": [{"id": 7, "value": "x"}]}, "custom_fields"),
        ({"metadata": {"key": "x" * 2000}}, "metadata"),
        ({"comment": {"body": "x", "uploads": ["unknown"]}}, "base"),
    ],
)
def test_a_change_that_is_not_valid_changes_nothing(
    desk: Desk, client: httpx.Client, change: dict[str, Any], field: str
) -> None:
    number = ticket(client)
    answer = client.put(f"/api/v2/tickets/{number}.json", json={"ticket": change})
    assert refused(answer) == (422, "RecordInvalid")
    assert list(answer.json()["details"]) == [field]
    assert len(desk.account.audits[number]) == 1


def test_a_closed_ticket_never_changes(desk: Desk, client: httpx.Client) -> None:
    number = ticket(client)
    desk.account.tickets[number]["status"] = "closed"
    answer = client.put(f"/api/v2/tickets/{number}.json", json={"ticket": {"comment": {"body": "x"}}})
    assert "closed prevents" in answer.json()["details"]["status"][0]["description"]
    assert client.put(f"/api/v2/tickets/{number}/tags.json", json={"tags": ["x"]}).status_code == 422


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '{"ticket": {"unknown": 1}}'])
def test_a_body_that_is_no_ticket(client: httpx.Client, body: str) -> None:
    number = ticket(client)
    assert client.put(f"/api/v2/tickets/{number}.json", content=body).status_code == 400


def test_a_comment_its_audit_and_its_metadata(client: httpx.Client) -> None:
    number = ticket(client)
    asked = {"comment": {"body": "Hello", "public": False}, "metadata": {"key": "k1"}, "status": "open"}
    audit = client.put(f"/api/v2/tickets/{number}.json", json={"ticket": asked}).json()["audit"]
    assert audit["metadata"]["custom"] == {"key": "k1"}
    assert [event["type"] for event in audit["events"]] == ["Comment", "Change"]
    comments = client.get(f"/api/v2/tickets/{number}/comments.json").json()["comments"]
    assert (comments[-1]["id"], comments[-1]["public"]) == (audit["events"][0]["id"], False)


def test_a_ticket_of_ours(client: httpx.Client) -> None:
    made = client.post("/api/v2/tickets.json", json={"ticket": {"subject": "Seats", "comment": {"body": "Hello"}}})
    assert (made.status_code, made.json()["ticket"]["status"]) == (201, "new")
    assert client.post("/api/v2/tickets.json", json={"ticket": {"subject": "Seats"}}).status_code == 422


def test_pages_by_cursor_and_by_number(desk: Desk, client: httpx.Client) -> None:
    number = ticket(client)
    for text in "bcde":
        client.post(f"/sandbox/tickets/{number}/comments", json={**MIA, "body": text})
    for start in ("?page[size]=2", "?per_page=2"):
        url: str | None = f"/api/v2/tickets/{number}/comments.json{start}"
        found: list[str] = []
        while url:
            page = client.get(url).json()
            found += [comment["body"] for comment in page["comments"]]
            url = page["links"]["next"] if "links" in page else page["next_page"]
        assert found == [MIA["body"], *"bcde"]


def test_the_export_goes_on_from_a_cursor(desk: Desk, client: httpx.Client) -> None:
    desk.export_page_size = 2
    tickets = [ticket(client) for _ in range(3)]
    desk.time += timedelta(minutes=2)
    first = client.get("/api/v2/incremental/tickets/cursor.json", params={"start_time": int(NOW.timestamp())}).json()
    assert ([one["id"] for one in first["tickets"]], first["end_of_stream"]) == (tickets[:2], False)
    second = client.get(first["after_url"]).json()
    assert ([one["id"] for one in second["tickets"]], second["end_of_stream"]) == (tickets[2:], True)
    assert second["tickets"][0]["generated_timestamp"] == int(NOW.timestamp())


def test_the_export_holds_the_last_minute_back(desk: Desk, client: httpx.Client) -> None:
    export = "/api/v2/incremental/tickets/cursor.json"
    ticket(client)
    earlier = int((NOW - timedelta(minutes=5)).timestamp())
    assert client.get(export, params={"start_time": earlier}).json()["tickets"] == []
    assert "Too recent" in client.get(export, params={"start_time": int(NOW.timestamp())}).json()["description"]
    for wrong in ("", "?cursor=-", "?cursor=eA==&start_time=0"):
        assert client.get(f"{export}{wrong}").status_code == 400


def test_a_file_needs_a_name_a_content_and_its_token_once(desk: Desk, client: httpx.Client) -> None:
    assert client.post("/api/v2/uploads.json", content=b"x").status_code == 400
    upload = client.post("/api/v2/uploads.json?filename=a.txt", content=b"abc", headers={"Content-Type": "text/plain"})
    number = ticket(client)
    asked = {"ticket": {"comment": {"body": "See the file.", "uploads": [upload.json()["upload"]["token"]]}}}
    assert client.put(f"/api/v2/tickets/{number}.json", json=asked).status_code == 200
    assert client.put(f"/api/v2/tickets/{number}.json", json=asked).status_code == 422
    (attachment,) = desk.account.comments[number][-1]["attachments"]
    assert client.get(attachment["content_url"]).content == b"abc"
    assert client.get("/attachments/token/x/9").status_code == 404


def test_searches(desk: Desk, client: httpx.Client) -> None:
    number = ticket(client)
    found = client.get("/api/v2/users/search.json", params={"query": 'role:end-user email:"MIA@example.org"'})
    (mia,) = found.json()["users"]
    query = f"type:ticket requester:{mia['id']} status<solved"
    (result,) = client.get("/api/v2/search.json", params={"query": query}).json()["results"]
    assert (result["id"], result["result_type"]) == (number, "ticket")
    assert client.get("/api/v2/users/search.json").status_code == 400
    for path, refused_query in (("users/search", "mia"), ("search", "type:ticket"), ("search", "type:user")):
        assert client.get(f"/api/v2/{path}.json", params={"query": refused_query}).status_code == 422
    many = ",".join(map(str, range(101)))
    assert client.get("/api/v2/users/show_many.json", params={"ids": many}).status_code == 400


def test_only_solved_tickets_are_rated(desk: Desk, client: httpx.Client) -> None:
    number = ticket(client)
    rating = {"score": "good", "comment": "Quick!"}
    assert client.post(f"/sandbox/tickets/{number}/rating", json=rating).status_code == 422
    assert client.put(f"/api/v2/tickets/{number}.json", json={"ticket": {"status": "solved"}}).status_code == 422
    me = client.get("/api/v2/users/me.json").json()["user"]["id"]
    client.put(f"/api/v2/tickets/{number}.json", json={"ticket": {"status": "solved", "assignee_id": me}})
    assert client.post(f"/sandbox/tickets/{number}/rating", json=rating).status_code == 200
    assert client.get(f"/api/v2/tickets/{number}.json").json()["ticket"]["satisfaction_rating"]["score"] == "good"


def test_a_fault_is_worded_as_zendesk_words_it(desk: Desk, client: httpx.Client) -> None:
    desk.faults.add(Fault(kind="fail", path="/api/", status=429, headers={"Retry-After": "9"}))
    answer = client.get("/api/v2/users/me.json")
    assert refused(answer) == (429, "APIRateLimitExceeded")
    assert answer.headers["Retry-After"] == "9"


class Receiver:
    """Answers webhooks with these statuses, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.came = threading.Event()

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/")
        async def receive(request: Request) -> Response:
            self.bodies.append(await request.body())
            self.headers.append(dict(request.headers))
            self.came.set()
            return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

        return app


@pytest.mark.parametrize(
    ("statuses", "attempts"), [((), 1), ((503, 429), 3), ((409,) * 9, 4), ((500,), 1), ((401,), 1)]
)
def test_webhooks_are_signed_and_tried_again_as_zendesk_does(
    desk: Desk, client: httpx.Client, statuses: tuple[int, ...], attempts: int
) -> None:
    receiver = Receiver(*statuses)
    with serving(receiver.app()) as address:
        desk.account.add_webhook(address, WEBHOOK_SECRET, ["zen:event-type:ticket.created"])
        number = ticket(client)
        client.post(f"/sandbox/tickets/{number}/comments", json=MIA)
    assert len(receiver.bodies) == attempts
    headers, body = receiver.headers[0], receiver.bodies[0]
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    digest = hmac.new(WEBHOOK_SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
    assert headers["x-zendesk-webhook-signature"] == base64.b64encode(digest).decode()


def test_what_we_write_is_announced_too(desk: Desk, client: httpx.Client) -> None:
    receiver = Receiver()
    with serving(receiver.app()) as address:
        number = ticket(client)
        desk.account.add_webhook(address, WEBHOOK_SECRET, ["zen:event-type:ticket.comment_added"])
        desk.account.add_webhook(address, WEBHOOK_SECRET, ["zen:event-type:ticket.comment_added"], status="inactive")
        client.put(f"/api/v2/tickets/{number}.json", json={"ticket": {"status": "open"}})
        client.put(f"/api/v2/tickets/{number}.json", json={"ticket": {"comment": {"body": "Hello"}}})
        assert receiver.came.wait(10)
    assert len(receiver.bodies) == 1
    assert b'"subject": "zen:ticket:' in receiver.bodies[0]
