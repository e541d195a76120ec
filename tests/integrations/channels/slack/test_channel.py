"""The Slack adapter: slack_sdk over real sockets against the stand-in, and the stand-in's events to a real receiver."""

import asyncio
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.delivery.inbound import ColleagueReply, InboundMessage
from domain.errors import (
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    RateLimitedError,
    UnavailableError,
)
from integrations.channels.base import (
    Channel,
    ForgedRequestError,
    OutboundMessage,
    Received,
    UnreadableRequestError,
    WebhookRequest,
    WebhookSource,
)
from integrations.channels.slack.channel import MAX_FILE_BYTES, MAX_PAGES, PAGE, SCOPES, SlackChannel, SlackSettings
from integrations.checks import Checkable
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.serving import serving, serving_tls
from sandbox.slack import BOT_TOKEN, SIGNING_SECRET, Clicks, Deletes, Edits, SlackStandIn, Writes
from sandbox.slack_workspace import CUSTOMER_TEAM, TEAM, Person, Room, StoredFile
from tests.slack_description import SentRequest, problems

pytestmark = pytest.mark.integrations

ERIKA = Person(id="U0ERIKA", team_id=CUSTOMER_TEAM, real_name="Erika Mustermann", email="erika@example.com")
ANNE = Person(id="U0ANNE", team_id=TEAM, real_name="Anne of Support", email="anne@holdfast.example")
SHARED = Room(id="C0SHARED", is_ext_shared=True)
DIRECT = Room(id="D0ERIKA")
QUESTION = Writes(channel=SHARED.id, user=ERIKA.id, text="Where is my order?")


class Recorder:
    """Notes the requests to the Web API on their way to the stand-in."""

    def __init__(self, app: ASGIApp, requests: list[SentRequest]) -> None:
        self.app = app
        self.requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            request = Request(scope, receive)
            body = await request.body()
            method = scope["path"].removeprefix("/api/")
            self.requests.append(SentRequest(method, request.url.query, dict(request.headers), body))
            receive = _again(body, receive)
        await self.app(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Any:
        return messages.pop() if messages else await receive()

    return replayed


@dataclass
class Inbox:
    """What a gateway does with Slack's requests: verify, read, keep each event once, and only then answer."""

    channel: SlackChannel
    kept: dict[str, Any] = field(default_factory=dict)
    retries: list[str] = field(default_factory=list)
    failures: int = 0
    seen: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    answers: list[Received] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.post("/webhooks/slack")(self.take_in)
        return app

    async def take_in(self, request: Request) -> Response:
        self.retries.append(request.headers.get("x-slack-retry-num", ""))
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        held = WebhookRequest(
            method=request.method,
            url=str(request.url),
            headers=dict(request.headers),
            body=await request.body(),
            received_at=datetime.now(UTC),
        )
        self.channel.verify(held)
        received = await self.channel.read(held)
        self.kept |= {event.event_id: event for event in received.events}
        self.answers.append(received)
        self.seen.release()
        return Response(received.answer.body, received.answer.status, media_type=received.answer.media_type)

    def messages(self) -> list[InboundMessage]:
        return [event for event in self.kept.values() if isinstance(event, InboundMessage)]


@dataclass
class Slack:
    """The stand-in, what was asked of it, and where it is served."""

    stand_in: SlackStandIn
    requests: list[SentRequest]
    address: str

    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    def channel(self, **changes: Any) -> SlackChannel:
        return SlackChannel(self.settings(**changes))

    def settings(self, **changes: Any) -> SlackSettings:
        given = {
            "bot_token": SecretStr(BOT_TOKEN),
            "signing_secret": SecretStr(SIGNING_SECRET),
            "base_url": f"{self.address}/api/",
            "files_url": f"{self.address}/files/",
            "verified_workspaces": CUSTOMER_TEAM,
        }
        return SlackSettings.model_validate(given | changes)

    async def failure(self, *faults: Fault, **changes: Any) -> HoldfastError:
        """The error that a reply meets, checked to hold no personal data and no key, nor to chain any."""
        self.stand_in.faults.add(*faults)
        with pytest.raises(HoldfastError) as caught:
            await self.channel(**changes).send(REPLY)
        shown = "".join(traceback.format_exception(caught.value, chain=True))
        assert not [private for private in ("Erika", "Monday", BOT_TOKEN) if private in shown]
        assert caught.value.__cause__ is None
        return caught.value


REPLY = OutboundMessage(
    idempotency_key="d1f0-1",
    conversation_id="conversation-1",
    author="ai_agent",
    kind="reply",
    text="Dear Erika, it **arrives** on Monday: see [the track](https://shop.example/t?a=1&b=2). <!channel> @here",
    address={"channel": DIRECT.id},
)


@pytest.fixture(scope="module")
def served() -> Iterator[Slack]:
    stand_in = SlackStandIn()
    requests: list[SentRequest] = []
    app = stand_in.app()
    app.add_middleware(Recorder, requests=requests)
    with serving(app) as address:
        stand_in.address = address
        yield Slack(stand_in, requests, address)


@pytest.fixture
def slack(served: Slack) -> Slack:
    served.stand_in.restart()
    served.stand_in.workspace.add(ERIKA, ANNE, SHARED, DIRECT)
    served.requests.clear()
    return served


@pytest.fixture
def inbox(slack: Slack) -> Iterator[Inbox]:
    inbox = Inbox(slack.channel())
    with serving(inbox.app()) as address:
        slack.stand_in.events_url = slack.stand_in.interactivity_url = f"{address}/webhooks/slack"
        yield inbox


def posted(slack: Slack, room: Room) -> list[dict[str, Any]]:
    return [message for message in slack.stand_in.workspace.messages.get(room.id, []) if "bot_id" in message]


def test_it_is_a_channel_that_takes_webhooks_and_can_be_checked(slack: Slack) -> None:
    channel: Channel = slack.channel()
    assert isinstance(channel, WebhookSource)
    assert isinstance(channel, Checkable)


class TestSending:
    async def test_a_reply_stands_in_the_customers_thread_and_calls_nobody(self, slack: Slack) -> None:
        ts = await slack.stand_in.write(QUESTION)
        address = {"channel": SHARED.id, "thread_ts": ts}
        receipt = await slack.channel().send(REPLY.model_copy(update={"address": address}))
        (message,) = posted(slack, SHARED)
        assert receipt.provider_message_id == f"C0SHARED/{message['ts']}"
        assert message["thread_ts"] == ts
        assert message["text"] == (
            "Dear Erika, it *arrives* on Monday: see <https://shop.example/t?a=1&amp;b=2|the track>. "
            "&lt;!channel&gt; @here"
        )
        assert slack.stand_in.workspace.mass_mentions == []

    async def test_a_direct_message_is_answered_where_the_customer_wrote(self, slack: Slack) -> None:
        await slack.channel().send(REPLY)
        assert "thread_ts" not in posted(slack, DIRECT)[0]

    @pytest.mark.parametrize("address", [{}, {"channel": "#general"}, {"channel": "C1", "thread_ts": "now"}])
    async def test_without_an_address_nothing_is_sent(self, slack: Slack, address: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError, match="no address in Slack"):
            await slack.channel().send(REPLY.model_copy(update={"address": address}))
        assert slack.requests == []


class TestNothingTwice:
    @pytest.mark.parametrize("threaded", [True, False])
    async def test_a_reply_whose_answer_was_lost_is_found(self, slack: Slack, threaded: bool) -> None:
        room = SHARED if threaded else DIRECT
        ts = await slack.stand_in.write(QUESTION.model_copy(update={"channel": room.id}))
        address = {"channel": room.id} | ({"thread_ts": ts} if threaded else {})
        message = REPLY.model_copy(update={"address": address})
        assert await slack.channel().find_sent(message) is None
        slack.stand_in.faults.add(Fault(kind="cut", path="chat.postMessage", handled=True))
        with pytest.raises(UnavailableError):
            await slack.channel().send(message)
        found = await slack.channel().find_sent(message)
        (sent,) = posted(slack, room)
        assert found is not None
        assert found.provider_message_id == f"{room.id}/{sent['ts']}"
        assert await slack.channel().find_sent(message.model_copy(update={"idempotency_key": "other"})) is None

    async def test_it_is_found_in_a_thread_of_many_pages(self, slack: Slack) -> None:
        ts = await slack.stand_in.write(QUESTION)
        for number in range(2 * PAGE):
            slack.stand_in.workspace.write(SHARED, ERIKA, f"And {number}?", ts)
        message = REPLY.model_copy(update={"address": {"channel": SHARED.id, "thread_ts": ts}})
        await slack.channel().send(message)
        assert await slack.channel().find_sent(message)
        assert slack.methods()[1:] == ["conversations.replies"] * 3

    async def test_a_direct_message_channel_is_searched_backwards_so_far(self, slack: Slack) -> None:
        for number in range(PAGE * MAX_PAGES + 1):
            slack.stand_in.workspace.write(DIRECT, ERIKA, f"And {number}?")
        assert await slack.channel().find_sent(REPLY) is None
        assert slack.methods() == ["conversations.history"] * MAX_PAGES


class TestFailures:
    async def test_asked_to_slow_down(self, slack: Slack) -> None:
        error = await slack.failure(Fault(kind="fail", status=429, headers={"Retry-After": "7"}, body='{"ok":false}'))
        assert isinstance(error, RateLimitedError)
        assert error.retry_after == timedelta(seconds=7)

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(kind="fail", status=503),
            Fault(kind="fail", status=502, body="<html>Bad gateway</html>", headers={"content-type": "text/html"}),
            Fault(kind="fail", status=500, body="{", headers={"content-type": "application/json"}),
            Fault(kind="cut"),
            Fault(kind="delay", seconds=60),
        ],
        ids=["503", "html", "broken json", "cut", "slow"],
    )
    async def test_an_outage_is_tried_again(self, slack: Slack, fault: Fault) -> None:
        assert isinstance(await slack.failure(fault, timeout_seconds=1), UnavailableError)

    async def test_nobody_listens(self, slack: Slack) -> None:
        assert isinstance(await slack.failure(base_url="http://127.0.0.1:9/api/"), UnavailableError)

    async def test_a_token_that_is_wrong_or_expired(self, slack: Slack) -> None:
        error = await slack.failure(bot_token="xoxb-old")
        assert isinstance(error, CredentialsError)
        assert "invalid_auth" in str(error)

    async def test_a_scope_that_is_missing_is_named(self, slack: Slack) -> None:
        slack.stand_in.scopes.discard("chat:write")
        error = await slack.failure()
        assert isinstance(error, CredentialsError)
        assert "missing_scope chat:write" in str(error)

    @pytest.mark.parametrize(
        ("room", "says"),
        [
            (None, "channel_not_found): invite the app"),
            (DIRECT.model_copy(update={"is_member": False}), "not_in_channel): invite the app"),
            (DIRECT.model_copy(update={"is_archived": True}), "is_archived): the channel is archived"),
        ],
    )
    async def test_a_channel_that_cannot_be_written_to(self, slack: Slack, room: Room | None, says: str) -> None:
        slack.stand_in.workspace.rooms = {room.id: room} if room else {}
        error = await slack.failure()
        assert isinstance(error, InvalidInputError)
        assert says in str(error)

    async def test_other_refusals_keep_slacks_code(self, slack: Slack) -> None:
        with pytest.raises(InvalidInputError, match=r"msg_too_long.*docs\.slack\.dev"):
            await slack.channel().send(REPLY.model_copy(update={"text": "&" * 10_000}))


class TestWhatWeSend:
    """Against Slack's own description of its API."""

    @pytest.mark.shared
    async def test_every_request_is_as_described(self, slack: Slack, inbox: Inbox) -> None:
        slack.stand_in.workspace.add(
            StoredFile(id="F0A", name="a.txt", mimetype="text/plain", content=b"a", hidden=True)
        )
        ts = await slack.stand_in.write(QUESTION.model_copy(update={"files": ["F0A"]}))
        for address in ({"channel": SHARED.id, "thread_ts": ts}, {"channel": DIRECT.id}):
            message = REPLY.model_copy(update={"address": address})
            await slack.channel().send(message)
            await slack.channel().find_sent(message)
        await slack.channel().check()
        assert {*slack.methods()} == {
            "auth.test",
            "chat.postMessage",
            "conversations.history",
            "conversations.replies",
            "files.info",
            "users.info",
        }
        assert [found for request in slack.requests for found in problems(request)] == []

    @pytest.mark.shared
    @pytest.mark.parametrize(
        "change",
        [
            {"method": "chat.postMesage"},
            {"query": "as_usr=1"},
            {"headers": {"content-type": "application/json"}},
            {"body": b'{"text": "no channel"}'},
            {"body": b'{"channel": "C1", "text": 5}'},
            {"body": b'{"channel": "C1", "txt": "x"}'},
            {"body": b'{"channel": "C1", "text": "x", "metadata": {"event_type": "x"}}'},
            {"body": b'{"channel": "C1", "text": "x", "link_names": "perhaps"}'},
        ],
    )
    async def test_the_check_notices_a_bad_request(self, slack: Slack, change: dict[str, Any]) -> None:
        await slack.channel().send(REPLY)
        assert problems(replace(slack.requests[-1], **change))


class TestIncoming:
    async def test_a_message_comes_with_its_author_and_the_way_to_answer(self, slack: Slack, inbox: Inbox) -> None:
        ts = await slack.stand_in.write(QUESTION)
        (message,) = inbox.messages()
        assert message.text == QUESTION.text
        assert message.thread == f"{TEAM}/{SHARED.id}/{ts}"
        assert message.address == {"channel": SHARED.id, "thread_ts": ts}
        assert message.sender.model_dump(exclude_none=True) == {
            "email": ERIKA.email,
            "external_id": f"{CUSTOMER_TEAM}/{ERIKA.id}",
            "name": ERIKA.real_name,
            "verified": True,
        }

    async def test_members_of_other_workspaces_are_not_verified(self, slack: Slack, inbox: Inbox) -> None:
        slack.stand_in.workspace.add(ERIKA.model_copy(update={"team_id": "T0ELSEWHERE"}))
        await slack.stand_in.write(QUESTION)
        assert not inbox.messages()[0].sender.verified

    async def test_our_own_messages_and_other_bots_are_never_read_back(self, slack: Slack, inbox: Inbox) -> None:
        bot = Person(id="U0OTHERBOT", bot_id="B0OTHERBOT")
        slack.stand_in.workspace.add(bot)
        await slack.stand_in.write(QUESTION.model_copy(update={"user": bot.id}))
        await slack.channel().send(REPLY)
        await asyncio.to_thread(inbox.seen.acquire, timeout=30)
        await asyncio.to_thread(inbox.seen.acquire, timeout=30)
        assert inbox.retries == ["", ""]
        assert inbox.kept == {}

    async def test_a_colleague_answers_in_the_shared_channel(self, slack: Slack, inbox: Inbox) -> None:
        ts = await slack.stand_in.write(QUESTION)
        answer = Writes(channel=SHARED.id, user=ANNE.id, text="It is on its way.", thread_ts=ts)
        await slack.stand_in.write(answer)
        reply = list(inbox.kept.values())[-1]
        assert isinstance(reply, ColleagueReply)
        assert (reply.text, reply.person_id) == ("It is on its way.", f"slack-{ANNE.id}")
        assert reply.thread == inbox.messages()[0].thread

    async def test_edits_and_deletions_are_events_of_their_own(self, slack: Slack, inbox: Inbox) -> None:
        ts = await slack.stand_in.write(QUESTION)
        await slack.stand_in.edit(Edits(channel=SHARED.id, ts=ts, text="Where is order 7?"))
        await slack.stand_in.delete(Deletes(channel=SHARED.id, ts=ts))
        texts = [message.text for message in inbox.messages()]
        assert texts[:2] == [
            QUESTION.text,
            f"Where is order 7?\n[This replaces an earlier message that said: {QUESTION.text}]",
        ]
        assert texts[2].endswith("was deleted.]")
        assert len({message.thread for message in inbox.messages()}) == 1

    async def test_a_deletion_is_told_after_our_answer_too(self, slack: Slack, inbox: Inbox) -> None:
        ts = await slack.stand_in.write(QUESTION)
        address = {"channel": SHARED.id, "thread_ts": ts}
        await slack.channel().send(REPLY.model_copy(update={"address": address}))
        await slack.stand_in.delete(Deletes(channel=SHARED.id, ts=ts))
        asked, gone = inbox.messages()
        assert gone.text.endswith("was deleted.]")
        assert (gone.thread, gone.sender) == (asked.thread, asked.sender)

    async def test_retries_and_duplicates_are_one_message(self, slack: Slack, inbox: Inbox) -> None:
        inbox.failures = 3
        slack.stand_in.webhooks.duplicate = 2
        await slack.stand_in.write(QUESTION)
        assert inbox.retries == ["", "1", "2", "3", "", ""]
        assert len(inbox.messages()) == 1

    async def test_messages_out_of_order_keep_their_times(self, slack: Slack, inbox: Inbox) -> None:
        slack.stand_in.webhooks.reorder = True
        first = await slack.stand_in.write(QUESTION)
        await slack.stand_in.write(QUESTION.model_copy(update={"text": "And 2?", "thread_ts": first}))
        late, early = inbox.messages()
        assert (late.text, early.text) == ("And 2?", QUESTION.text)
        assert early.at < late.at
        assert early.thread == late.thread

    async def test_the_request_url_answers_the_handshake(self, slack: Slack, inbox: Inbox) -> None:
        assert await slack.stand_in.handshake()
        assert inbox.answers[0].answer.media_type == "text/plain"

    async def test_clicks_are_not_for_this_channel(self, slack: Slack, inbox: Inbox) -> None:
        await slack.channel().send(REPLY)
        (message,) = posted(slack, DIRECT)
        click = Clicks(channel=DIRECT.id, ts=message["ts"], user=ERIKA.id, action_id="approve")
        assert await slack.stand_in.click(click) == 500
        assert inbox.kept == {}


class TestAuthors:
    async def test_a_profile_is_asked_for_once(self, slack: Slack, inbox: Inbox) -> None:
        await slack.stand_in.write(QUESTION)
        await slack.stand_in.write(QUESTION)
        assert slack.methods() == ["users.info"]
        assert [message.sender.email for message in inbox.messages()] == [ERIKA.email] * 2

    @pytest.mark.parametrize(
        "fault",
        [Fault(kind="fail", path="users.info"), Fault(kind="delay", path="users.info", seconds=60)],
        ids=["down", "slow"],
    )
    async def test_a_message_does_not_wait_for_its_author(self, slack: Slack, inbox: Inbox, fault: Fault) -> None:
        slack.stand_in.faults.add(fault)
        await slack.stand_in.write(QUESTION)
        await slack.stand_in.write(QUESTION)
        assert [message.sender.email for message in inbox.messages()] == [None, ERIKA.email]
        assert inbox.retries == ["", ""]

    async def test_without_the_scope_there_is_no_email(self, slack: Slack, inbox: Inbox) -> None:
        slack.stand_in.scopes.discard("users:read.email")
        await slack.stand_in.write(QUESTION)
        assert inbox.messages()[0].sender.email is None


class TestFiles:
    @pytest.mark.parametrize("hidden", [False, True])
    async def test_a_file_comes_along(self, slack: Slack, inbox: Inbox, hidden: bool) -> None:
        photo = StoredFile(id="F0A", name="bill.png", mimetype="image/png", content=b"\x89PNG", hidden=hidden)
        await self.send(slack, photo)
        (message,) = inbox.messages()
        assert message.text == QUESTION.text
        (file,) = message.files
        assert (file.name, file.media_type, file.content) == ("bill.png", "image/png", b"\x89PNG")

    @pytest.mark.parametrize(
        "change", [{"content": b"0" * (MAX_FILE_BYTES + 1)}, {"is_external": True}], ids=["too large", "elsewhere"]
    )
    async def test_a_file_that_is_not_fetched_is_named(
        self, slack: Slack, inbox: Inbox, change: dict[str, Any]
    ) -> None:
        await self.send(slack, StoredFile(id="F0A", name="bill.png", mimetype="image/png", content=b"a"), **change)
        assert "[File that was not fetched: bill.png, https://" in inbox.messages()[0].text
        assert inbox.messages()[0].files == ()
        assert not [entry for entry in slack.stand_in.journal.entries if "/files/F0A" in entry.what]

    @pytest.mark.parametrize("fault", [Fault(kind="fail", path="/files/"), Fault(kind="cut", path="/files/"), None])
    async def test_nor_is_one_that_slack_does_not_give(self, slack: Slack, inbox: Inbox, fault: Fault | None) -> None:
        slack.stand_in.faults.add(*([fault] if fault else []))
        if not fault:
            slack.stand_in.scopes.discard("files:read")
        await self.send(slack, StoredFile(id="F0A", name="bill.png", mimetype="image/png", content=b"a"))
        assert inbox.messages()[0].files == ()
        assert "bill.png" in inbox.messages()[0].text

    @staticmethod
    async def send(slack: Slack, file: StoredFile, **changes: Any) -> None:
        slack.stand_in.workspace.add(file.model_copy(update=changes))
        await slack.stand_in.write(QUESTION.model_copy(update={"files": [file.id]}))


class TestSignatures:
    """The first is Slack's own example (docs.slack.dev/authentication/verifying-requests-from-slack)."""

    EXAMPLE_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
    EXAMPLE_BODY = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    EXAMPLE_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    AT = datetime.fromtimestamp(1531420618, UTC)

    def request(self, *, seconds_later: float = 0, body: bytes = EXAMPLE_BODY, **headers: str) -> WebhookRequest:
        given = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": self.EXAMPLE_SIGNATURE}
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        received_at = self.AT + timedelta(seconds=seconds_later)
        return WebhookRequest(method="POST", url="", headers=given | changed, body=body, received_at=received_at)

    def verify(self, slack: Slack, request: WebhookRequest) -> None:
        slack.channel(signing_secret=self.EXAMPLE_SECRET).verify(request)

    @pytest.mark.parametrize("seconds", [0, 300, -300])
    def test_slacks_example(self, slack: Slack, seconds: int) -> None:
        self.verify(slack, self.request(seconds_later=seconds))

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"seconds_later": 301}, "five minutes"),
            ({"seconds_later": -301}, "five minutes"),
            ({"body": EXAMPLE_BODY + b" "}, "wrong"),
            ({"body": b"\xff"}, "wrong"),
            ({"x_slack_signature": "v0=" + "0" * 64}, "wrong"),
            ({"x_slack_signature": ""}, "wrong"),
            ({"x_slack_signature": "v0=ü"}, "no usable"),
            ({"x_slack_request_timestamp": "1531420617"}, "wrong"),
            ({"x_slack_request_timestamp": ""}, "no usable"),
            ({"x_slack_request_timestamp": "now"}, "no usable"),
            ({"x_slack_request_timestamp": "1" * 5000}, "no usable"),
        ],
    )
    def test_a_forged_or_replayed_request(self, slack: Slack, change: dict[str, Any], says: str) -> None:
        with pytest.raises(ForgedRequestError, match=says):
            self.verify(slack, self.request(**change))

    async def test_a_signed_request_that_is_no_event(self, slack: Slack) -> None:
        with pytest.raises(UnreadableRequestError):
            await slack.channel().read(self.request())


class TestCheck:
    async def test_all_is_well(self, slack: Slack) -> None:
        findings = await slack.channel().check()
        assert [finding.name for finding in findings] == ["token", *SCOPES]
        assert all(finding.ok for finding in findings)
        assert slack.methods() == ["auth.test"]

    async def test_a_missing_scope_is_named_with_what_to_do(self, slack: Slack) -> None:
        slack.stand_in.scopes.discard("im:history")
        missing = [finding for finding in await slack.channel().check() if not finding.ok]
        assert [finding.name for finding in missing] == ["im:history"]
        assert missing[0].detail.startswith("Cannot read direct messages: add the scope under OAuth & Permissions")

    async def test_a_refused_token_and_an_outage(self, slack: Slack) -> None:
        (refused,) = await slack.channel(bot_token="xoxb-old").check()
        assert (refused.ok, "invalid_auth" in refused.detail) == (False, True)
        (down,) = await slack.channel(base_url="http://127.0.0.1:9/").check()
        assert not down.ok


class TestSettings:
    def test_no_secret_is_shown(self, slack: Slack) -> None:
        assert BOT_TOKEN not in repr(slack.settings())

    @pytest.mark.parametrize("workspaces", ["", "T1", "T1, T2", "E1,T2"])
    def test_workspaces_are_a_list(self, slack: Slack, workspaces: str) -> None:
        assert slack.settings(verified_workspaces=workspaces)

    @pytest.mark.parametrize(
        "change", [{"verified_workspaces": "acme"}, {"bot_token": ""}, {"files_url": "https://files.slack.com"}]
    )
    def test_what_cannot_work_is_refused(self, slack: Slack, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            slack.settings(**change)

    async def test_it_trusts_the_authority_that_is_named(self, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        stand_in = SlackStandIn()
        with serving_tls(stand_in.app(), authority) as address:
            given = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": f"{address}/api/"}
            (refused,) = await SlackChannel(SlackSettings.model_validate(given)).check()
            trusted = SlackSettings.model_validate(given | {"ca_file": authority.ca_file})
            assert all(finding.ok for finding in await SlackChannel(trusted).check())
            assert not refused.ok
