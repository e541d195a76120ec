"""The stand-in for Slack: it refuses what Slack refuses, and posts what Slack posts."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from jsonschema import Draft7Validator

from sandbox.serving import serving
from sandbox.slack import BOT_TOKEN, SIGNING_SECRET, Clicks, Deletes, Edits, SlackStandIn, Writes
from sandbox.slack_workspace import BOT_USER, CUSTOMER_TEAM, Person, Room

DATA = Path(__file__).parents[3] / "shared" / "data"
ERIKA = Person(id="U0ERIKA", team_id=CUSTOMER_TEAM, real_name="Erika", email="erika@example.com")
HELP, DIRECT = Room(id="C0HELP", is_ext_shared=True), Room(id="D0ERIKA")
QUESTION = Writes(channel=HELP.id, user=ERIKA.id, text="Where is it?")


class App:
    """Somebody's app, which answers with `statuses` and then with 200, and echoes a challenge."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.posted = threading.Semaphore(0)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.post("/slack")(self.take)
        return app

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.posts.append((dict(request.headers), body))
        self.posted.release()
        challenge = json.loads(body).get("challenge", "") if body.startswith(b"{") else ""
        return Response(challenge, self.statuses.pop(0) if self.statuses else 200)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body)["event"] for _, body in self.posts]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SlackStandIn, httpx.Client]]:
    stand_in = SlackStandIn()
    bearer = {"Authorization": f"Bearer {BOT_TOKEN}"}
    with (
        serving(stand_in.app()) as address,
        httpx.Client(base_url=address, headers=bearer, trust_env=False) as client,
    ):
        stand_in.address = address
        yield stand_in, client


@pytest.fixture
def stand_in(served: tuple[SlackStandIn, httpx.Client]) -> SlackStandIn:
    served[0].restart()
    served[0].workspace.add(ERIKA, HELP, DIRECT)
    return served[0]


@pytest.fixture
def client(stand_in: SlackStandIn, served: tuple[SlackStandIn, httpx.Client]) -> httpx.Client:
    return served[1]


@pytest.fixture
def app(stand_in: SlackStandIn) -> Iterator[App]:
    app = App()
    with serving(app.app()) as address:
        stand_in.events_url = stand_in.interactivity_url = f"{address}/slack"
        yield app


def call(client: httpx.Client, method: str, **arguments: Any) -> Any:
    response = client.post(f"/api/{method}", json=arguments)
    assert response.status_code == 200
    return response.json()


class TestRefusals:
    @pytest.mark.parametrize(
        ("header", "code"), [("", "not_authed"), ("Bearer", "not_authed"), ("Bearer xoxb-1", "invalid_auth")]
    )
    def test_tokens(self, client: httpx.Client, header: str, code: str) -> None:
        response = client.post("/api/auth.test", headers={"Authorization": header})
        assert (response.status_code, response.json()) == (200, {"ok": False, "error": code})

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"text": "x"}, "channel_not_found"),
            ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
            ({"channel": HELP.id}, "no_text"),
            ({"channel": HELP.id, "text": "x" * 40_001}, "msg_too_long"),
            ({"channel": HELP.id, "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
            ({"channel": HELP.id, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
            ({"channel": HELP.id, "text": "x", "parse": "half"}, "invalid_arguments"),
        ],
    )
    def test_messages(self, client: httpx.Client, arguments: dict[str, Any], code: str) -> None:
        assert call(client, "chat.postMessage", **arguments) == {"ok": False, "error": code}

    @pytest.mark.parametrize(
        ("method", "arguments", "code"),
        [
            ("conversations.history", {"channel": HELP.id, "limit": 1000}, "invalid_limit"),
            ("conversations.history", {"channel": HELP.id, "cursor": "next"}, "invalid_cursor"),
            ("conversations.replies", {"channel": HELP.id, "ts": "1.1"}, "thread_not_found"),
            ("conversations.info", {"channel": "C0NONE"}, "channel_not_found"),
            ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
            ("files.info", {"file": "F0NONE"}, "file_not_found"),
            ("chat.shout", {}, "unknown_method"),
        ],
    )
    def test_questions(self, client: httpx.Client, method: str, arguments: dict[str, Any], code: str) -> None:
        assert call(client, method, **arguments)["error"] == code

    @pytest.mark.parametrize("body", ["{", "[]"])
    def test_bodies(self, client: httpx.Client, body: str) -> None:
        response = client.post("/api/auth.test", content=body, headers={"Content-Type": "application/json"})
        assert response.json()["error"] in {"invalid_json", "json_not_object"}

    @pytest.mark.parametrize(
        ("scope", "method", "arguments"),
        [
            ("chat:write", "chat.postMessage", {"channel": HELP.id, "text": "x"}),
            ("im:history", "conversations.history", {"channel": DIRECT.id}),
            ("channels:history", "conversations.history", {"channel": HELP.id}),
            ("users:read", "users.info", {"user": ERIKA.id}),
        ],
    )
    def test_scopes(
        self, stand_in: SlackStandIn, client: httpx.Client, scope: str, method: str, arguments: dict[str, str]
    ) -> None:
        assert call(client, method, **arguments)["ok"]
        stand_in.scopes.discard(scope)
        refused = call(client, method, **arguments)
        assert (refused["error"], refused["needed"]) == ("missing_scope", scope)
        assert scope not in refused["provided"].split(",")
        assert scope not in client.post("/api/auth.test").headers["x-oauth-scopes"].split(",")


class TestMessages:
    def test_mentions_of_everybody_are_noticed(self, stand_in: SlackStandIn, client: httpx.Client) -> None:
        call(client, "chat.postMessage", channel=HELP.id, text="&lt;!here&gt; @channel <!subteam_x>")
        assert stand_in.workspace.mass_mentions == []
        call(client, "chat.postMessage", channel=HELP.id, text="<!here> <!channel|all>")
        call(client, "chat.postMessage", channel=HELP.id, text="@channel", link_names=True)
        assert stand_in.workspace.mass_mentions == ["<!here>", "<!channel|all>", "@channel"]

    async def test_history_is_the_channel_backwards_and_replies_are_the_thread(
        self, stand_in: SlackStandIn, client: httpx.Client
    ) -> None:
        first = await stand_in.write(QUESTION)
        second = await stand_in.write(QUESTION)
        payload = {"event_type": "e", "event_payload": {"key": "1"}}
        ours = call(client, "chat.postMessage", channel=HELP.id, text="Here.", thread_ts=first, metadata=payload)
        history = call(client, "conversations.history", channel=HELP.id, limit=1)
        assert [message["ts"] for message in history["messages"]] == [second]
        cursor = history["response_metadata"]["next_cursor"]
        rest = call(client, "conversations.history", channel=HELP.id, limit=1, cursor=cursor)
        assert [message["ts"] for message in rest["messages"]] == [first]
        assert not rest["has_more"]
        thread = call(client, "conversations.replies", channel=HELP.id, ts=first, include_all_metadata=True)
        assert [message["ts"] for message in thread["messages"]] == [first, ours["ts"]]
        assert thread["messages"][1]["metadata"] == payload
        assert "metadata" not in call(client, "conversations.replies", channel=HELP.id, ts=first)["messages"][1]

    def test_a_channel_says_what_it_is(self, client: httpx.Client) -> None:
        shown = call(client, "conversations.info", channel=HELP.id)["channel"]
        assert (shown["is_channel"], shown["is_im"], shown["is_ext_shared"]) == (True, False, True)

    def test_a_file_is_for_the_token_alone(self, client: httpx.Client) -> None:
        page = client.get("/files/F0A/a.txt", headers={"Authorization": "Bearer xoxb-1"})
        assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")

    def test_people_act_over_http_too(self, stand_in: SlackStandIn, client: httpx.Client, app: App) -> None:
        stand_in.events_url = ""
        setup = {"people": [{"id": "U0MAX"}], "rooms": [{"id": "C0NEW"}], "events_url": stand_in.interactivity_url}
        assert client.post("/sandbox/workspace", json=setup).status_code == 204
        ts = client.post("/sandbox/messages", json={"channel": "C0NEW", "user": "U0MAX", "text": "Hello"}).json()
        client.post("/sandbox/edits", json={"channel": "C0NEW", "ts": ts, "text": "Hello!"}).raise_for_status()
        client.post("/sandbox/deletions", json={"channel": "C0NEW", "ts": ts}).raise_for_status()
        assert [event.get("subtype") for event in app.events()] == [None, "message_changed", "message_deleted"]


class TestEvents:
    async def test_they_are_signed(self, stand_in: SlackStandIn, app: App) -> None:
        await stand_in.write(QUESTION)
        ((headers, body),) = app.posts
        base = f"v0:{headers['x-slack-request-timestamp']}:".encode() + body
        assert (
            headers["x-slack-signature"] == f"v0={hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()}"
        )

    async def test_they_are_tried_four_times(self, stand_in: SlackStandIn, app: App) -> None:
        app.statuses = [500, 404, 301, 500, 200]
        await stand_in.write(QUESTION)
        tried = [(headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for headers, _ in app.posts]
        assert tried == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
        assert len({body for _, body in app.posts}) == 1

    async def test_a_request_url_has_to_answer_the_challenge(self, stand_in: SlackStandIn, app: App) -> None:
        assert await stand_in.handshake()
        app.statuses = [401]
        assert not await stand_in.handshake()

    async def test_the_ids_of_events_go_on_after_a_reset(self, stand_in: SlackStandIn, app: App) -> None:
        url = stand_in.events_url
        await stand_in.write(QUESTION)
        stand_in.restart()
        stand_in.workspace.add(ERIKA, HELP)
        stand_in.events_url = url
        await stand_in.write(QUESTION)
        assert len({json.loads(body)["event_id"] for _, body in app.posts}) == 2

    @pytest.mark.shared
    async def test_they_have_the_shape_that_slack_documents(
        self, stand_in: SlackStandIn, app: App, client: httpx.Client
    ) -> None:
        wrapper, shapes = DATA / "openapi/slack/slack_common_event_wrapper_schema.json", DATA / "slack/payload_shapes"
        if not (wrapper.exists() and shapes.exists()):
            pytest.skip("needs Slack's descriptions at ../shared/data/openapi/slack and ../shared/data/slack")
        ts = await stand_in.write(QUESTION)
        await stand_in.edit(Edits(channel=HELP.id, ts=ts, text="Where is order 7?"))
        await stand_in.delete(Deletes(channel=HELP.id, ts=ts))
        bodies = [json.loads(body) for _, body in app.posts]
        problems = [error for body in bodies for error in Draft7Validator(_read(wrapper)).iter_errors(body)]
        assert problems == []
        newer = {"context_team_id", "context_enterprise_id", "app_id"}
        for body, name in zip(bodies, ("Message", "MessageChanged", "MessageDeleted"), strict=True):
            assert _unknown(body, _read(shapes / "events" / f"{name}Payload.json")) <= newer

    @pytest.mark.shared
    async def test_clicks_have_the_shape_of_a_real_one(self, stand_in: SlackStandIn, app: App) -> None:
        real = DATA / "slack/block_actions.json"
        if not real.exists():
            pytest.skip("needs a click of Slack's at ../shared/data/slack/block_actions.json")
        ts = await stand_in.write(QUESTION)
        click = Clicks(channel=HELP.id, ts=ts, user=ERIKA.id, action_id="approve", value="1")
        assert await stand_in.click(click) == 200
        ((payload,),) = parse_qs(app.posts[-1][1].decode()).values()
        newer = {"enterprise", "is_enterprise_install", "message"}
        click_made = {name: value for name, value in json.loads(payload).items() if name not in newer}
        assert _unknown(click_made, _read(real)) == set()

    def test_an_app_is_told_of_its_own_messages(self, app: App, client: httpx.Client) -> None:
        call(client, "chat.postMessage", channel=HELP.id, text="Hello")
        assert app.posted.acquire(timeout=30)
        assert app.events()[0]["user"] == BOT_USER


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _unknown(given: Any, shape: Any) -> set[str]:
    """Names that the shape does not have, at any depth."""
    if isinstance(given, list):
        return {name for entry in given for name in _unknown(entry, shape[0])} if shape else set()
    if not isinstance(given, dict):
        return set()
    deeper: set[str] = {name for key in given.keys() & shape.keys() for name in _unknown(given[key], shape[key])}
    return deeper | set(given.keys() - shape.keys())


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("messages", {"channel": "C0NONE", "user": ERIKA.id, "text": "x"}, "channel_not_found"),
        ("messages", {"channel": HELP.id, "user": "U0NONE", "text": "x"}, "user_not_found"),
        ("messages", {"channel": HELP.id, "user": ERIKA.id, "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ("messages", {"channel": HELP.id, "user": ERIKA.id, "text": "x", "files": ["F0NONE"]}, "file_not_found"),
        ("edits", {"channel": HELP.id, "ts": "1.1", "text": "x"}, "message_not_found"),
        ("deletions", {"channel": HELP.id, "ts": "1.1"}, "message_not_found"),
        ("clicks", {"channel": HELP.id, "ts": "1.1", "user": ERIKA.id, "action_id": "a"}, "message_not_found"),
        ("clicks", {"channel": HELP.id, "ts": "1.1", "user": "U0NONE", "action_id": "a"}, "user_not_found"),
    ],
)
def test_people_who_are_played_wrongly_are_refused(
    stand_in: SlackStandIn, client: httpx.Client, app: App, path: str, body: dict[str, Any], code: str
) -> None:
    refused = client.post(f"/sandbox/{path}", json=body)
    assert (refused.status_code, refused.json()) == (404, {"ok": False, "error": code})
    assert stand_in.workspace.messages.get(HELP.id, []) == []
    assert app.posts == []
