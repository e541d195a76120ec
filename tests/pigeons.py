"""A vendor for tests: pigeons bring signed notes and take answers, and remember what they took."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from domain.delivery.inbound import AnyInboundEvent, InboundMessage, Sender
from integrations.channels.base import (
    ForgedRequestError,
    OutboundMessage,
    Received,
    SendReceipt,
    UnreadableRequestError,
    WebhookAnswer,
    WebhookRequest,
)

KIND = "pigeon"
SECRET = b"the ring"
EVENT: TypeAdapter[AnyInboundEvent] = TypeAdapter(AnyInboundEvent)


def signature(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def note(event_id: str, text: str = "how do I reset my password", **more: Any) -> dict[str, Any]:
    """An event as the vendor posts it."""
    written = {"kind": "message", "thread": "loft-1", "sender": {"external_id": "ada", "verified": True}, "text": text}
    address = {"address": {"loft": "north"}}
    return {"channel": KIND, "event_id": event_id, "at": datetime.now(UTC).isoformat(), **written, **address, **more}


def numbered(number: int) -> InboundMessage:
    """A note as a reader brings it."""
    return InboundMessage(
        channel=KIND,
        event_id=f"n-{number}",
        at=datetime.now(UTC),
        thread="loft",
        sender=Sender(external_id="ada", verified=True),
        text=f"note {number}",
    )


class PigeonChannel:
    """Everything that an adapter can be, but for calls."""

    settings_class: ClassVar[None] = None

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.failures: list[Exception] = []

    async def send(self, message: OutboundMessage) -> SendReceipt:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return SendReceipt(provider_message_id=f"ring-{len(self.sent)}", address={"last": f"ring-{len(self.sent)}"})

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        keys = [sent.idempotency_key for sent in self.sent]
        if message.idempotency_key not in keys:
            return None
        return SendReceipt(provider_message_id=f"ring-{keys.index(message.idempotency_key) + 1}")

    def verify(self, request: WebhookRequest) -> None:
        if not hmac.compare_digest(request.header("X-Ring"), signature(request.body)):
            raise ForgedRequestError("The ring is not ours.")

    async def read(self, request: WebhookRequest) -> Received:
        try:
            events = tuple(EVENT.validate_python(event) for event in json.loads(request.body))
        except (ValueError, ValidationError) as error:
            raise UnreadableRequestError("The note cannot be read.") from error
        return Received(events=events, answer=WebhookAnswer(body='{"fed": true}'))
