"""How the Zendesk stand-in pages, searches and exports over HTTP, and what it refuses there."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.serving import serving
from sandbox.zendesk import API_TOKEN, EMAIL, ZendeskStandIn

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EXPORT = "/api/v2/incremental/tickets/cursor.json"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[ZendeskStandIn, httpx.Client]]:
    desk = ZendeskStandIn(now=lambda: NOW)
    with (
        serving(desk.app()) as address,
        httpx.Client(base_url=address, auth=(f"{EMAIL}/token", API_TOKEN), trust_env=False) as client,
    ):
        desk.address = address
        yield desk, client


@pytest.fixture
def desk(served: tuple[ZendeskStandIn, httpx.Client]) -> ZendeskStandIn:
    served[0].restart()
    served[0].page_size = 100
    return served[0]


@pytest.fixture
def client(served: tuple[ZendeskStandIn, httpx.Client], desk: ZendeskStandIn) -> httpx.Client:
    return served[1]


@pytest.fixture
def articles(desk: ZendeskStandIn) -> list[str]:
    section = desk.account.add_section("Billing")
    return [desk.account.add_article(section, f"Article {number}", "", NOW)["title"] for number in range(5)]


def read(client: httpx.Client, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v2/{path}", params=params)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def refused(client: httpx.Client, path: str, **params: Any) -> tuple[int, str]:
    answer = client.get(f"/api/v2/{path}", params=params)
    return answer.status_code, answer.json()["error"]


def titles(page: dict[str, Any]) -> list[str]:
    return [article["title"] for article in page["articles"]]


class TestPages:
    PATH = "help_center/articles.json"

    def test_by_cursor(self, client: httpx.Client, articles: list[str]) -> None:
        first = read(client, self.PATH, **{"page[size]": 2})
        assert (titles(first), first["meta"]["has_more"]) == (articles[:2], True)
        second = client.get(first["links"]["next"]).json()
        last = client.get(second["links"]["next"]).json()
        assert titles(second) + titles(last) == articles[2:]
        assert (last["meta"]["has_more"], last["meta"]["after_cursor"], last["links"]["next"]) == (False, None, None)
        assert "count" not in first

    def test_by_number(self, client: httpx.Client, articles: list[str]) -> None:
        first = read(client, self.PATH, per_page=3)
        assert (titles(first), first["count"]) == (articles[:3], 5)
        last = client.get(first["next_page"]).json()
        assert (titles(last), last["next_page"]) == (articles[3:], None)
        assert titles(read(client, self.PATH, per_page=3, page=9)) == []

    @pytest.mark.parametrize("params", [{"page[size]": 5}, {"per_page": 5}, {}])
    def test_an_end_that_falls_on_the_end_of_a_page_has_no_next(
        self, client: httpx.Client, articles: list[str], params: dict[str, int]
    ) -> None:
        page = read(client, self.PATH, **params)
        assert titles(page) == articles
        assert (page["links"]["next"] if "links" in page else page["next_page"]) is None

    def test_a_page_is_never_larger_than_the_account_allows(
        self, desk: ZendeskStandIn, client: httpx.Client, articles: list[str]
    ) -> None:
        desk.page_size = 2
        for params in ({"page[size]": 100}, {"per_page": 100}, {}):
            assert titles(read(client, self.PATH, **params)) == articles[:2]

    @pytest.mark.parametrize(
        "params",
        [
            {"page[size]": 0},
            {"page[size]": "many"},
            {"page[size]": -1},
            {"page[size]": 2, "page[after]": "next"},
            {"page[size]": 2, "page[after]": -2},
            {"per_page": 0},
            {"page": 0},
            {"page": "next"},
        ],
    )
    def test_a_page_that_there_cannot_be(
        self, client: httpx.Client, articles: list[str], params: dict[str, Any]
    ) -> None:
        assert refused(client, self.PATH, **params) == (400, "InvalidPaginationParameter")


class TestPeople:
    @pytest.fixture
    def mia(self, desk: ZendeskStandIn) -> int:
        account = desk.account
        return int(account.add_user("Mia", "mia@example.org", phone="+49170", external_id="c-1")["id"])

    def test_several_at_once_without_those_that_are_not_there(self, client: httpx.Client, mia: int) -> None:
        found = read(client, "users/show_many.json", ids=f"{mia},7,{mia}")["users"]
        assert [user["name"] for user in found] == ["Mia", "Mia"]
        assert read(client, "users/show_many.json", ids="7,none")["users"] == []

    @pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
    def test_at_most_a_hundred(self, client: httpx.Client, count: int, status: int) -> None:
        ids = ",".join(str(number) for number in range(count))
        assert client.get("/api/v2/users/show_many.json", params={"ids": ids}).status_code == status

    @pytest.mark.parametrize(
        ("params", "names"),
        [
            ({"external_id": "c-1"}, ["Mia"]),
            ({"external_id": "c-2"}, []),
            ({"query": "email:MIA@EXAMPLE.ORG"}, ["Mia"]),
            ({"query": 'role:end-user phone:"+49170"'}, ["Mia"]),
            ({"query": "role:agent email:mia@example.org"}, []),
            ({"query": "email:mia@example"}, []),
        ],
    )
    def test_searches(self, client: httpx.Client, mia: int, params: dict[str, str], names: list[str]) -> None:
        assert [user["name"] for user in read(client, "users/search.json", **params)["users"]] == names

    @pytest.mark.parametrize(
        ("params", "status"),
        [
            ({}, 400),
            ({"query": "email:a@b.example", "external_id": "c-1"}, 400),
            ({"query": "mia"}, 422),
            ({"query": "name:mia"}, 422),
            ({"query": "email:a@b.example OR phone:1"}, 422),
        ],
    )
    def test_searches_that_are_refused(
        self, client: httpx.Client, mia: int, params: dict[str, str], status: int
    ) -> None:
        assert client.get("/api/v2/users/search.json", params=params).status_code == status

    def test_a_company(self, desk: ZendeskStandIn, client: httpx.Client) -> None:
        company = desk.account.add_organization("Bikes", tags=["vip"])
        assert read(client, f"organizations/{company['id']}.json")["organization"]["tags"] == ["vip"]


class TestTicketSearch:
    @pytest.mark.parametrize(
        "query",
        [
            "type:ticket requester:1001",
            "type:ticket status<solved",
            "type:user requester:1001 status<solved",
            "type:ticket requester:1001 status<closed",
            "type:ticket requester:1001 status<solved seats",
            "type:ticket requester:1001 status<solved subject:seats",
            "type:ticket requester:mia@example.org status<solved",
            "type:ticket requester: status<solved",
        ],
    )
    def test_what_the_stand_in_cannot_search_for_it_refuses(self, client: httpx.Client, query: str) -> None:
        assert refused(client, "search.json", query=query) == (422, "invalid")

    def test_nobodys_tickets(self, client: httpx.Client) -> None:
        assert read(client, "search.json", query="type:ticket requester:7 status<solved")["results"] == []


class TestExport:
    def test_a_cursor_is_good_for_good(self, desk: ZendeskStandIn, client: httpx.Client) -> None:
        before = NOW - timedelta(minutes=10)
        first = client.get(EXPORT, params={"start_time": int(before.timestamp())}).json()
        assert (first["tickets"], first["end_of_stream"]) == ([], True)
        again = client.get(EXPORT, params={"cursor": first["after_cursor"]}).json()
        assert again["after_cursor"] == first["after_cursor"]
        user = desk.account.add_user("Mia", "mia@example.org")
        desk.account.create(user, {"comment": {"body": "x"}}, NOW - timedelta(minutes=5))
        assert len(client.get(first["after_url"]).json()["tickets"]) == 1

    @pytest.mark.parametrize(
        "cursor",
        [
            "no base64!",
            base64.b64encode(b"1.0|7").decode(),
            base64.b64encode(b"x||7|").decode(),
            base64.b64encode(b"1.0||x|").decode(),
            base64.b64encode(b"\xff\xfe").decode(),
        ],
    )
    def test_a_cursor_that_is_none(self, client: httpx.Client, cursor: str) -> None:
        answer = client.get(EXPORT, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["description"]) == (400, "cursor is invalid")

    @pytest.mark.parametrize(("seconds", "status"), [(60, 200), (59, 400)])
    def test_a_start_is_a_minute_ago_at_least(self, client: httpx.Client, seconds: int, status: int) -> None:
        start = int(NOW.timestamp()) - seconds
        assert client.get(EXPORT, params={"start_time": start}).status_code == status

    def test_a_start_is_a_number(self, client: httpx.Client) -> None:
        assert client.get(EXPORT, params={"start_time": "today"}).status_code == 422


class TestWebhooks:
    def test_the_secret_of_one(self, desk: ZendeskStandIn, client: httpx.Client) -> None:
        made = desk.account.add_webhook("https://holdfast.example", "s3cret", ["zen:event-type:ticket.created"])
        secret = read(client, f"webhooks/{made['id']}/signing_secret")["signing_secret"]
        assert secret == {"algorithm": "SHA256", "secret": "s3cret"}
        assert refused(client, "webhooks/none/signing_secret") == (404, "RecordNotFound")

    def test_as_many_as_were_asked_for(self, desk: ZendeskStandIn, client: httpx.Client) -> None:
        for number in range(3):
            desk.account.add_webhook(f"https://{number}.example", "s", [])
        shown = read(client, "webhooks", **{"page[size]": 2})["webhooks"]
        assert [one["endpoint"] for one in shown] == ["https://0.example", "https://1.example"]


def test_a_field_of_tickets(desk: ZendeskStandIn, client: httpx.Client) -> None:
    field = desk.account.add_field("Plan", "tagger")
    assert read(client, f"ticket_fields/{field['id']}.json")["ticket_field"]["type"] == "tagger"
    assert refused(client, "ticket_fields/7.json") == (404, "RecordNotFound")


@pytest.mark.parametrize(
    "path",
    [
        "users/me.json",
        "users/1.json",
        "users/show_many.json?ids=1",
        "users/search.json?external_id=1",
        "organizations/1.json",
        "tickets/1.json",
        "tickets/1/comments.json",
        "tickets/1/audits.json",
        "search.json?query=x",
        "incremental/tickets/cursor.json?start_time=0",
        "ticket_fields/1.json",
        "help_center/articles.json",
        "help_center/sections.json",
        "webhooks",
        "webhooks/1/signing_secret",
    ],
)
def test_nothing_is_read_without_credentials(client: httpx.Client, path: str) -> None:
    answer = httpx.get(f"{client.base_url}/api/v2/{path}", trust_env=False)
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})
