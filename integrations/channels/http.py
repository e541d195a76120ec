"""A channel for systems of one's own: they post signed messages, and replies are posted back to them, signed too.

Both ways `Holdfast-Signature` is `v1=` and the hexadecimal HMAC-SHA256 of `<Holdfast-Timestamp>.<body>`, each way with
a secret of its own, so that a reply cannot be posted back as a message. The receiver keeps each `Idempotency-Key` once.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import httpx
from pydantic import AwareDatetime, Base64Bytes, ConfigDict, Field, SecretStr, ValidationError

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, Author, MessageId
from domain.delivery.inbound import InboundFile, InboundMessage, Sender
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from domain.model import Frozen
from integrations.authorities import trusting
from integrations.channels.base import (
    ForgedRequestError,
    OutboundMessage,
    Received,
    SendReceipt,
    UnreadableRequestError,
    WebhookRequest,
)
from integrations.checks import Finding
from integrations.settings import VendorSettings

CHANNEL = "http"
REPLAY_SECONDS = 300
SECONDS = re.compile(r"[0-9]{1,11}")
TRY_LATER_STATUSES = frozenset({408, 409, 425})
METHOD_NOT_ALLOWED = 405


class HttpSettings(VendorSettings):
    """The other system: what it signs with, and where it takes replies."""

    prefix: ClassVar[str] = "HTTP"

    webhook_secret: SecretStr = Field(min_length=32, description="Secret with which the other system signs messages.")
    callback_secret: SecretStr = Field(min_length=32, description="Secret with which replies are signed.")
    callback_url: str = Field(pattern=r"^https?://", description="Where replies are posted.")
    ca_file: Path | None = Field(None, description="A certificate authority to trust besides the system's.")
    timeout_seconds: float = Field(10, gt=0, description="How long one call of the callback may take, in seconds.")


class PostedFile(Frozen):
    """A file of a message; `content` is base64."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=255)
    media_type: str
    content: Base64Bytes


class PostedMessage(Frozen):
    """The body of a request. `id` is given once; messages with the same `thread` are one conversation."""

    model_config = ConfigDict(extra="forbid")

    id: MessageId
    thread: str = Field(min_length=1, max_length=500)
    at: AwareDatetime
    sender: Sender
    text: str = Field(max_length=MAX_MESSAGE_CHARACTERS)
    files: tuple[PostedFile, ...] = ()


class Callback(Frozen):
    """The body of a callback; `thread` is the customer's."""

    thread: str
    author: Author
    kind: str
    text: str


class HttpChannel:
    """Posts each reply with its `Idempotency-Key`; any answer 2xx means that the receiver has it."""

    settings_class: ClassVar[type[VendorSettings] | None] = HttpSettings

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._tls = trusting(settings.ca_file)

    async def send(self, message: OutboundMessage) -> SendReceipt:
        thread = message.address.get("thread")
        if not isinstance(thread, str):
            raise InvalidInputError("The conversation has no address by HTTP: answer where the customer wrote.")
        body = Callback(thread=thread, author=message.author, kind=message.kind, text=message.text).model_dump_json()
        response = await self._call("POST", body.encode(), {"Idempotency-Key": message.idempotency_key})
        if not response.is_success:
            raise _refusal(response)
        return SendReceipt(provider_message_id=message.idempotency_key)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        """None: sending again is harmless, as the receiver keeps each key once."""
        return None

    def verify(self, request: WebhookRequest) -> None:
        stated, given = request.header("holdfast-timestamp"), request.header("holdfast-signature")
        if not SECONDS.fullmatch(stated) or not given.isascii():
            raise ForgedRequestError("The request carries no usable Holdfast-Timestamp and Holdfast-Signature.")
        if abs(request.received_at.timestamp() - int(stated)) > REPLAY_SECONDS:
            raise ForgedRequestError("The request was signed more than five minutes ago: check the sender's clock.")
        if not hmac.compare_digest(signature(self._settings.webhook_secret, stated, request.body), given):
            raise ForgedRequestError("The signature is wrong: check HOLDFAST_HTTP_WEBHOOK_SECRET.")

    async def read(self, request: WebhookRequest) -> Received:
        try:
            posted = PostedMessage.model_validate_json(request.body)
        except ValidationError as error:
            raise UnreadableRequestError(_mistakes(error)) from None
        message = InboundMessage(
            channel=CHANNEL,
            event_id=posted.id,
            at=posted.at,
            thread=posted.thread,
            sender=posted.sender,
            address={"thread": posted.thread},
            text=posted.text,
            files=tuple(
                InboundFile(name=file.name, media_type=file.media_type, content=file.content) for file in posted.files
            ),
        )
        return Received(events=(message,))

    async def check(self) -> Sequence[Finding]:
        """Whether the callback takes our signature. HEAD changes nothing there, and need not be allowed."""
        try:
            response = await self._call("HEAD", b"", {})
        except HoldfastError as error:
            return (Finding(name="callback", ok=False, detail=str(error)),)
        ok = response.is_success or response.status_code == METHOD_NOT_ALLOWED
        return (Finding(name="callback", ok=ok, detail="The callback answers." if ok else str(_refusal(response))),)

    async def _call(self, method: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        timestamp = str(int(datetime.now(UTC).timestamp()))
        signed = {
            "Content-Type": "application/json",
            "Holdfast-Timestamp": timestamp,
            "Holdfast-Signature": signature(self._settings.callback_secret, timestamp, body),
            **headers,
        }
        try:
            async with httpx.AsyncClient(verify=self._tls, timeout=self._settings.timeout_seconds) as client:
                return await client.request(method, self._settings.callback_url, content=body, headers=signed)
        except (httpx.TransportError, httpx.InvalidURL):
            raise UnavailableError("The callback cannot be reached: check HOLDFAST_HTTP_CALLBACK_URL.") from None


def signature(secret: SecretStr, timestamp: str, body: bytes) -> str:
    """The value of Holdfast-Signature."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.get_secret_value().encode(), signed, sha256).hexdigest()


def _refusal(response: httpx.Response) -> HoldfastError:
    status, stated = response.status_code, response.headers.get("retry-after", "")
    wait = timedelta(seconds=int(stated)) if SECONDS.fullmatch(stated) else None
    if status == 429:
        return RateLimitedError("The callback asks us to slow down (HTTP 429).", retry_after=wait)
    if status >= 500 or status in TRY_LATER_STATUSES:
        return UnavailableError(f"The callback has a problem of its own (HTTP {status}).", retry_after=wait)
    if status in (401, 403):
        return CredentialsError(f"The callback refused our signature (HTTP {status}): compare the callback secret.")
    return InvalidInputError(f"The callback does not accept the request (HTTP {status}): check its address.")


def _mistakes(error: ValidationError) -> str:
    """Which fields are wrong and how, without what stands in them."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in mistakes if one["loc"])
    return f"The body is no message as docs/guides/http.md describes it ({told or 'it is no JSON object'})."
