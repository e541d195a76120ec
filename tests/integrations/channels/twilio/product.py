"""The product as Twilio sees it: an address that verifies and reads with the real adapters, and keeps the events."""

import asyncio
import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from pydantic import SecretStr

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.inbound import AnyInboundEvent, InboundMessage
from integrations.channels.base import (
    ForgedRequestError,
    SpokenLine,
    TurnState,
    TurnTaking,
    WebhookRequest,
    WebhookSource,
)
from integrations.channels.twilio.client import TwilioSettings
from sandbox.serving import serving
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from tests.twilio_description import Sent

OURS = "+4930901820"
CUSTOMER = "+491701234567"
CARRIER_WAITS_SECONDS = 10
Settings = TypeVar("Settings", bound=TwilioSettings)


async def webhook_request(request: Request) -> WebhookRequest:
    return WebhookRequest(
        method=request.method,
        url=str(request.url),
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        received_at=datetime.now(UTC),
    )


@dataclass
class Conversation:
    """What the platform makes of a call: `replies` are said to the messages in their order.

    The state is settled once it was asked for `slow` times, and `status` is what it is then.
    """

    replies: list[str] = field(default_factory=list)
    status: Status = Status.OPEN
    summary: str = ""
    slow: int = 0
    lines: list[SpokenLine] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    pending: list[str] = field(default_factory=list)

    def state(self, events: Sequence[AnyInboundEvent], heard: int) -> TurnState:
        for event in events:
            if isinstance(event, InboundMessage) and event.event_id not in self.seen:
                self.seen.add(event.event_id)
                self._add(Author.CUSTOMER, event.text)
                self.pending += self.replies[:1]
                self.replies = self.replies[1:]
        settled = self.slow <= 0
        self.slow -= 1
        for text in self.pending if settled else []:
            self._add(Author.AI_AGENT, text)
        self.pending = [] if settled else self.pending
        return TurnState(
            conversation_id="conversation-1",
            status=self.status if settled else Status.OPEN,
            lines=tuple(line for line in self.lines if line.seq > heard),
            settled=settled,
            summary=self.summary,
        )

    def _add(self, author: Author, text: str) -> None:
        self.lines.append(SpokenLine(seq=len(self.lines) + 1, author=author, text=text))


@dataclass
class Product:
    """Sources by channel kind. `fails` answers so many requests with 503 before it takes any."""

    sources: dict[str, WebhookSource] = field(default_factory=dict)
    events: "queue.Queue[AnyInboundEvent]" = field(default_factory=queue.Queue)
    reports: "queue.Queue[str]" = field(default_factory=queue.Queue)
    conversation: Conversation = field(default_factory=Conversation)
    refused: list[str] = field(default_factory=list)
    fails: int = 0
    address: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/{kind}")
        async def take(kind: str, request: Request) -> Response:
            answer = await taken(kind, request)
            if b"MessageStatus" in await request.body():
                self.reports.put(kind)
            return answer

        async def taken(kind: str, request: Request) -> Response:
            if self.fails:
                self.fails -= 1
                return Response(status_code=503)
            asked = await webhook_request(request)
            try:
                self.sources[kind].verify(asked)
            except ForgedRequestError as error:
                self.refused.append(str(error))
                return Response(status_code=401)
            source = self.sources[kind]
            received = await source.read(asked)
            for event in received.events:
                self.events.put(event)
            answer = received.answer
            if isinstance(source, TurnTaking):
                answer = source.respond(asked, self.conversation.state(received.events, source.heard(asked)))
            return Response(answer.body, answer.status, media_type=answer.media_type)

        return app

    async def next(self, count: int = 1) -> list[AnyInboundEvent]:
        """The next events, in the order in which they came."""
        return [await asyncio.to_thread(self.events.get, timeout=CARRIER_WAITS_SECONDS) for _ in range(count)]

    def settle(self, count: int) -> None:
        """Wait until so many reports have come, so that none of them comes in the next test."""
        for _ in range(count):
            self.reports.get(timeout=CARRIER_WAITS_SECONDS)


@dataclass
class Served:
    """A stand-in and a product that can reach each other, and what the stand-in was asked."""

    twilio: TwilioStandIn
    product: Product
    sent: list[Sent]

    def settings(self, model: type[Settings], **changes: Any) -> Settings:
        values = {
            "account_sid": ACCOUNT_SID,
            "auth_token": SecretStr(AUTH_TOKEN),
            "public_url": self.product.address,
            "base_url": self.twilio.address,
            "sms_number": OURS,
            "whatsapp_number": OURS,
            "phone_number": OURS,
            "timeout_seconds": 5,
        }
        return model(**{**values, **changes})


@contextmanager
def served() -> Iterator[Served]:
    twilio, product = TwilioStandIn(), Product()
    sent: list[Sent] = []
    app = twilio.app()

    @app.middleware("http")
    async def keep(request: Request, call_next: Any) -> Response:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        sent.append(Sent(request.method, target, dict(request.headers), await request.body()))
        answered: Response = await call_next(request)
        return answered

    with serving(app) as twilio.address, serving(product.app()) as product.address:
        yield Served(twilio, product, sent)
