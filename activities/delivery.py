"""Sending, once: claim in the database, send, record; and handing over to people."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from temporalio import activity

from activities.heartbeats import heartbeats
from domain.spec import ChannelKind
from domain.steps import DeliveredMessage, DeliverMessageInput, EscalateConversationInput
from integrations.channels.base import Channel, OutboundMessage, SendReceipt
from storage.deliveries import DeliveryRepository

LONGEST_HOLD_SECONDS = 30.0


class DeliveryActivities:
    """Delivers messages through the channel on which the customer waits."""

    def __init__(self, deliveries: DeliveryRepository, channels: Mapping[ChannelKind, Channel]) -> None:
        self._deliveries = deliveries
        self._channels = channels

    @activity.defn
    async def deliver_message(self, input: DeliverMessageInput) -> DeliveredMessage:
        """Deliver at most once, and only if the conversation still is where the draft was made for.

        Waits until `not_before` first, so that a customer who is still typing gets one answer to all of it.
        """
        async with heartbeats():
            await _hold(input.not_before)
            return await self._deliver(input)

    @activity.defn
    async def escalate_conversation(self, input: EscalateConversationInput) -> DeliveredMessage:
        """Give the conversation to the human queue and tell the customer, in one transaction."""
        return await self._deliveries.escalate(input, datetime.now(UTC))

    async def _deliver(self, input: DeliverMessageInput) -> DeliveredMessage:
        channel = self._channels[input.channel]
        if channel.stored:
            return await self._deliveries.deliver_stored(input, datetime.now(UTC))
        claim = await self._deliveries.claim(input, datetime.now(UTC))
        if claim.status in {"refused", "delivered"}:
            return DeliveredMessage(status="refused" if claim.status == "refused" else "delivered", at=claim.at)
        message = OutboundMessage(
            idempotency_key=input.message_key,
            conversation_id=input.conversation_id,
            author=input.author,
            kind=input.kind,
            text=claim.text,
        )
        receipt = await _send_once(channel, message, in_doubt=claim.status == "in_doubt")
        return await self._deliveries.complete(input.message_key, receipt.provider_message_id, datetime.now(UTC))


async def _hold(until: datetime | None) -> None:
    if until is None:
        return
    seconds = (until - datetime.now(UTC)).total_seconds()
    if seconds > 0:
        await asyncio.sleep(min(seconds, LONGEST_HOLD_SECONDS))


async def _send_once(channel: Channel, message: OutboundMessage, *, in_doubt: bool) -> SendReceipt:
    """After a crash between send and record, look up before sending again."""
    sent = await channel.find_sent(message) if in_doubt else None
    return sent or await channel.send(message)
