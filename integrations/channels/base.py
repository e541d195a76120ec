"""The channel port: how messages leave, and how they come in.

An adapter implements `Channel`, and what of `WebhookSource`, `MessageReader` and `TurnTaking` its vendor offers.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from pydantic import AwareDatetime

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.inbound import Address, AnyInboundEvent, Unreadable
from domain.delivery.inbound import Batch as Batch
from domain.delivery.inbound import Cursor as Cursor
from domain.errors import PermanentError
from domain.model import Frozen

# Out.


class OutboundFile(Frozen):
    """A file that goes along with a message. `name` has no folder in it and no control character."""

    name: str
    media_type: str
    content: bytes


class OutboundMessage(Frozen):
    """A message on its way out. `idempotency_key` is the same for every attempt; opaque, at most 200 characters.

    `address` is the one that came with the customer's last message on this channel, `claimed_at` when the first attempt
    was allowed: nothing of it can have left before. `others` are the provider's ids of the conversation's other
    messages, given where an earlier attempt may have sent this one: a vendor that knows messages by their text has the
    same text twice sometimes. `files` come to channels that carry them alone.
    """

    idempotency_key: str
    conversation_id: str
    author: Author
    kind: Literal["reply", "clarification", "human_reply", "notice"]
    text: str
    address: Address = {}
    claimed_at: AwareDatetime | None = None
    others: frozenset[str] = frozenset()
    files: tuple[OutboundFile, ...] = ()


class SendReceipt(Frozen):
    """The provider's word that it has the message. A new `address` replaces the one before, such as after a reply."""

    provider_message_id: str
    address: Address | None = None


class Channel(Protocol):
    """Sends, and can say what it has sent already.

    `find_sent` is asked before a second attempt whose first may have arrived; a channel that cannot know sends with the
    provider's own idempotency key and returns None. Raises UnavailableError, RateLimitedError (tried again),
    CredentialsError or another PermanentError, whose texts name no customer.
    A channel with the trait `stored` needs neither: there, the committed message is the sent message.
    """

    async def send(self, message: OutboundMessage) -> SendReceipt: ...

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None: ...


@runtime_checkable
class TicketKeeper(Protocol):
    """A channel whose messages stand in a ticket on which colleagues see internal notes and a status.

    The same key is noted once. Raises as `Channel` does.
    """

    async def add_internal_note(self, address: Address, key: str, text: str) -> SendReceipt: ...

    async def set_status(self, address: Address, status: Status, tags: Iterable[str] = ()) -> None: ...


# In, by webhook.


class ForgedRequestError(PermanentError):
    """The signature is missing, wrong, or too old. Answered 401 and counted; the text says what was wrong."""


class UnreadableRequestError(PermanentError):
    """A signed request that is not what the vendor documents. Kept in quarantine, answered 200, counted."""


class WebhookRequest(Frozen):
    """What a vendor posted. `url` is the public address as the vendor knows it, behind any proxy; query included."""

    method: str
    url: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    received_at: datetime

    def header(self, name: str) -> str:
        """Header names are kept in small letters. Empty where there is none."""
        return self.headers.get(name.lower(), "")


class WebhookAnswer(Frozen):
    """What the vendor is told once every event is durable."""

    status: int = 200
    media_type: str = "application/json"
    body: str = "{}"


class Received(Frozen):
    """What a request held: none, one or several events, and the answer."""

    events: tuple[AnyInboundEvent, ...] = ()
    answer: WebhookAnswer = WebhookAnswer()


@runtime_checkable
class WebhookSource(Protocol):
    """Reads what a vendor posts to /webhooks/<channel>.

    `verify` compares in constant time and raises ForgedRequestError; nothing of the body is believed before.
    `read` may ask the vendor for more (a file, a full message) and raises UnreadableRequestError.
    """

    def verify(self, request: WebhookRequest) -> None: ...

    async def read(self, request: WebhookRequest) -> Received: ...


# In, by reading.


@runtime_checkable
class MessageReader(Protocol):
    """Reads what a vendor does not post, or what a lost webhook missed.

    `read_from` goes on from the cursor (None: from now on) and yields for ever, at least every 30 seconds, if need be
    an empty batch. It may yield what was taken in already. Raises as `Channel` does.
    """

    def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]: ...


@runtime_checkable
class QuarantineSource(Protocol):
    """Can make an event of what lies in quarantine, when a person wants it taken in.

    `taken_in` passes over the filters that put it there; None if there is nothing to take in. Raises InvalidInputError
    that says why no event can be made of it.
    """

    def taken_in(self, broken: Unreadable) -> AnyInboundEvent | None: ...


# Turn by turn, where the vendor's request is held until there is something to say (a phone call).


class SpokenLine(Frozen):
    """A message that the customer has not heard yet."""

    seq: int
    author: Author
    text: str


class TurnState(Frozen):
    """Where the conversation stands when the vendor is answered. `settled`: nothing more is being written.

    `greeting` and `consent` come before there is a conversation, where the specification has them for the channel.
    """

    conversation_id: str
    status: Status
    lines: tuple[SpokenLine, ...] = ()
    settled: bool = True
    summary: str = ""
    greeting: str = ""
    consent: str = ""


@runtime_checkable
class TurnTaking(Protocol):
    """A stored channel whose vendor fetches what is to be said.

    `thread` is the one whose turn it is, `heard` the last seq that the request says the customer has heard; `respond`
    answers with what is new.
    """

    def thread(self, request: WebhookRequest) -> str: ...

    def heard(self, request: WebhookRequest) -> int: ...

    def respond(self, request: WebhookRequest, state: TurnState) -> WebhookAnswer: ...
