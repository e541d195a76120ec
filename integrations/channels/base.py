"""The channel port: how a message leaves."""

from typing import Protocol

from domain.conversation import Frozen


class OutboundMessage(Frozen):
    """A message on its way out. `idempotency_key` is the same for every attempt."""

    idempotency_key: str
    conversation_id: str
    text: str


class SendReceipt(Frozen):
    """The provider's word that it has the message."""

    provider_message_id: str


class Channel(Protocol):
    """Sends, and can say what it has sent already.

    `find_sent` is asked before a second attempt; a channel that cannot know must send with the provider's own
    idempotency key. Raises UnavailableError, RateLimitedError (tried again) or PermanentError.
    `stored` channels need neither: there, the committed message is the sent message.
    """

    stored: bool

    async def send(self, message: OutboundMessage) -> SendReceipt: ...

    async def find_sent(self, idempotency_key: str) -> SendReceipt | None: ...
