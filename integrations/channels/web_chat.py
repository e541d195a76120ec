"""Web chat: the message table is the transport, and the gateway pushes what is committed there to the browser."""

from typing import ClassVar

from integrations.channels.base import OutboundMessage, SendReceipt


class WebChatChannel:
    """A reply is sent when its row is committed, so sending it again is the same row."""

    settings_class: ClassVar[None] = None

    async def send(self, message: OutboundMessage) -> SendReceipt:
        return SendReceipt(provider_message_id=message.idempotency_key)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return SendReceipt(provider_message_id=message.idempotency_key)
