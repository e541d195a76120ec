"""The channel for systems of one's own: signed messages in, and signed callbacks to a receiver on a real socket."""

import hmac
import json
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from config.settings import read_vendor
from domain.delivery.inbound import InboundFile, InboundMessage, Sender
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.channels.base import (
    Channel,
    ForgedRequestError,
    OutboundMessage,
    SendReceipt,
    UnreadableRequestError,
    WebhookRequest,
    WebhookSource,
)
from integrations.channels.http import HttpChannel, HttpSettings
from integrations.checks import Checkable
from sandbox.authority import Authority
from sandbox.frame import Fault, StandIn
from sandbox.serving import serving, serving_tls

pytestmark = pytest.mark.integrations

WEBHOOK_SECRET, CALLBACK_SECRET = "w" * 32, "c" * 32
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MESSAGE: dict[str, Any] = {
    "id": "m-1",
    "thread": "order-7",
    "at": "2026-05-04T11:59:58Z",
    "sender": {"email": "erika@example.com", "verified": True},
    "text": "Where is it?",
}
REPLY = OutboundMessage(
    idempotency_key="d1f0-1",
    conversation_id="conversation-1",
    author="ai_agent",
    kind="reply",
    text="Dear Erika, on Monday.",
    address={"thread": "order-7"},
)


class Receiver(StandIn):
    """Another system: it takes signed callbacks, each key once."""

    def __init__(self) -> None:
        super().__init__("receiver")
        self.reset()

    def reset(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.status = 200

    def app(self) -> FastAPI:
        app = super().app()
        app.post("/replies")(self.take)
        return app

    async def take(self, request: Request) -> Response:
        body = await request.body()
        signed = request.headers["holdfast-timestamp"].encode() + b"." + body
        if request.headers["holdfast-signature"] != signature(CALLBACK_SECRET, signed):
            return Response(status_code=401)
        if self.status == 200:
            self.kept.setdefault(request.headers["idempotency-key"], json.loads(body))
        return Response("{}", self.status)


def signature(secret: str, signed: bytes) -> str:
    return f"v1={hmac.new(secret.encode(), signed, sha256).hexdigest()}"


@pytest.fixture(scope="module")
def served() -> Iterator[Receiver]:
    receiver = Receiver()
    with serving(receiver.app()) as address:
        receiver.address = address
        yield receiver


@pytest.fixture
def receiver(served: Receiver) -> Receiver:
    served.restart()
    return served


def channel(address: str = "http://127.0.0.1:9", **changes: Any) -> HttpChannel:
    given = {"webhook_secret": WEBHOOK_SECRET, "callback_secret": CALLBACK_SECRET, "callback_url": f"{address}/replies"}
    return HttpChannel(HttpSettings.model_validate(given | changes))


def request(body: bytes, *, timestamp: str = "", secret: str = WEBHOOK_SECRET, **headers: str) -> WebhookRequest:
    stated = timestamp or str(int(AT.timestamp()))
    signed = {"holdfast-timestamp": stated, "holdfast-signature": signature(secret, stated.encode() + b"." + body)}
    return WebhookRequest(method="POST", url="", headers=signed | headers, body=body, received_at=AT)


def posted(**changes: Any) -> WebhookRequest:
    return request(json.dumps(MESSAGE | changes).encode())


def test_it_is_a_channel_that_takes_webhooks_and_can_be_checked() -> None:
    made: Channel = channel()
    assert isinstance(made, WebhookSource)
    assert isinstance(made, Checkable)


class TestIncoming:
    async def test_a_posted_message_is_one_event(self) -> None:
        adapter, arrived = channel(), posted(files=[{"name": "a.txt", "media_type": "text/plain", "content": "YQ=="}])
        adapter.verify(arrived)
        received = [await adapter.read(arrived) for _ in range(3)]
        assert received[0].events == (
            InboundMessage(
                channel="http",
                event_id="m-1",
                at=AT - timedelta(seconds=2),
                thread="order-7",
                sender=Sender(email="erika@example.com", verified=True),
                address={"thread": "order-7"},
                text="Where is it?",
                files=(InboundFile(name="a.txt", media_type="text/plain", content=b"a"),),
            ),
        )
        assert received[1:] == received[:2]

    @pytest.mark.parametrize(
        "change",
        [
            {"id": ""},
            {"thread": ""},
            {"at": "2026-05-04T11:59:58"},
            {"text": "x" * 20_001},
            {"sender": None},
            {"files": [{"name": "a", "media_type": "text/plain", "content": "not base64"}]},
            {"txet": "x"},
        ],
    )
    async def test_another_body_goes_to_quarantine_and_names_nobody(self, change: dict[str, Any]) -> None:
        with pytest.raises(UnreadableRequestError) as caught:
            await channel().read(posted(**change))
        assert "erika" not in "".join(traceback.format_exception(caught.value))

    async def test_what_is_wrong_with_a_body_is_named(self) -> None:
        with pytest.raises(UnreadableRequestError) as caught:
            await channel().read(posted(at="soon", colour="red"))
        assert "(at: Input should be" in str(caught.value)
        assert "colour: Extra inputs are not permitted)" in str(caught.value)

    async def test_a_body_that_is_no_json(self) -> None:
        with pytest.raises(UnreadableRequestError):
            await channel().read(request(b"\xff"))


class TestSignatures:
    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_five_minutes_of_difference_are_allowed(self, seconds: int) -> None:
        channel().verify(request(b"{}", timestamp=str(int(AT.timestamp()) + seconds)))

    @pytest.mark.parametrize(
        ("forged", "says"),
        [
            (request(b"{}", timestamp=str(int(AT.timestamp()) - 301)), "five minutes"),
            (request(b"{}", timestamp=str(int(AT.timestamp()) + 301)), "five minutes"),
            (request(b"{}", secret=CALLBACK_SECRET), "wrong"),
            (request(b"{}").model_copy(update={"body": b"{ }"}), "wrong"),
            (request(b"{}", **{"holdfast-signature": ""}), "wrong"),
            (request(b"{}", **{"holdfast-signature": "v1=ü"}), "no usable"),
            (request(b"{}", timestamp="now"), "no usable"),
            (request(b"{}", timestamp="9" * 5000), "no usable"),
            (request(b"{}", **{"holdfast-timestamp": ""}), "no usable"),
        ],
    )
    def test_a_forged_or_replayed_request(self, forged: WebhookRequest, says: str) -> None:
        with pytest.raises(ForgedRequestError, match=says):
            channel().verify(forged)


class TestSending:
    async def test_a_reply_is_posted_with_its_key(self, receiver: Receiver) -> None:
        receipt = await channel(receiver.address).send(REPLY)
        assert receipt == SendReceipt(provider_message_id="d1f0-1")
        expected = {"thread": "order-7", "author": "ai_agent", "kind": "reply", "text": "Dear Erika, on Monday."}
        assert receiver.kept == {"d1f0-1": expected}

    async def test_after_a_lost_answer_it_is_sent_again_with_the_same_key(self, receiver: Receiver) -> None:
        receiver.faults.add(Fault(kind="cut", path="/replies", handled=True))
        adapter = channel(receiver.address)
        with pytest.raises(UnavailableError):
            await adapter.send(REPLY)
        assert await adapter.find_sent(REPLY) is None
        await adapter.send(REPLY)
        assert list(receiver.kept) == ["d1f0-1"]

    @pytest.mark.parametrize("address", [{}, {"thread": 7}])
    async def test_without_an_address_nothing_is_sent(self, receiver: Receiver, address: dict[str, Any]) -> None:
        with pytest.raises(InvalidInputError, match="no address"):
            await channel(receiver.address).send(REPLY.model_copy(update={"address": address}))
        assert not receiver.journal.entries


class TestFailures:
    async def test_asked_to_slow_down(self, receiver: Receiver) -> None:
        receiver.faults.add(Fault(kind="fail", status=429, headers={"Retry-After": "7"}))
        error = await self.failure(receiver)
        assert isinstance(error, RateLimitedError)
        assert error.retry_after == timedelta(seconds=7)

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(kind="fail", status=503, headers={"Retry-After": "Mon, 04 May 2026 12:00:00 GMT"}),
            Fault(kind="fail", status=409),
            Fault(kind="cut"),
            Fault(kind="delay", seconds=60),
        ],
        ids=["503", "409", "cut", "slow"],
    )
    async def test_an_outage_is_tried_again(self, receiver: Receiver, fault: Fault) -> None:
        receiver.faults.add(fault)
        error = await self.failure(receiver, timeout_seconds=0.5)
        assert isinstance(error, UnavailableError)
        assert error.retry_after is None

    async def test_a_secret_that_differs(self, receiver: Receiver) -> None:
        assert isinstance(await self.failure(receiver, callback_secret="x" * 32), CredentialsError)

    @pytest.mark.parametrize("status", [301, 404, 422])
    async def test_other_answers_are_for_people(self, receiver: Receiver, status: int) -> None:
        receiver.status = status
        error = await self.failure(receiver)
        assert isinstance(error, InvalidInputError)
        assert str(status) in str(error)

    @staticmethod
    async def failure(receiver: Receiver, **changes: Any) -> HoldfastError:
        """The error that a reply meets, checked to hold no personal data and no secret."""
        with pytest.raises(HoldfastError) as caught:
            await channel(receiver.address, **changes).send(REPLY)
        shown = "".join(traceback.format_exception(caught.value, chain=True))
        assert not [private for private in ("Erika", "order-7", CALLBACK_SECRET) if private in shown]
        return caught.value


class TestCheck:
    async def test_a_callback_that_answers(self, receiver: Receiver) -> None:
        (finding,) = await channel(receiver.address).check()
        assert (finding.name, finding.ok) == ("callback", True)
        assert receiver.kept == {}

    async def test_a_callback_that_is_not_there_or_elsewhere(self, receiver: Receiver) -> None:
        findings = [*await channel().check(), *await channel(f"{receiver.address}/elsewhere").check()]
        assert [finding.ok for finding in findings] == [False, False]
        assert "cannot be reached" in findings[0].detail
        assert "HTTP 404" in findings[1].detail

    async def test_it_trusts_the_authority_that_is_named(self, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        with serving_tls(Receiver().app(), authority) as address:
            (refused,) = await channel(address).check()
            (trusted,) = await channel(address, ca_file=authority.ca_file).check()
        assert (refused.ok, trusted.ok) == (False, True)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_HTTP_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setenv("HOLDFAST_HTTP_CALLBACK_SECRET", CALLBACK_SECRET)
    monkeypatch.setenv("HOLDFAST_HTTP_CALLBACK_URL", "https://shop.example/replies")
    settings = read_vendor(HttpSettings, HttpSettings.prefix)
    assert settings is not None
    assert settings.callback_url == "https://shop.example/replies"
    assert WEBHOOK_SECRET not in repr(settings)
