"""Sending, once: claim in the database, send, record; and handing over to people."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from temporalio import activity

from activities.at_once import hold
from activities.heartbeats import heartbeats
from domain.conversation.activity_models import DeliveredMessage, DeliverMessageInput, EscalateConversationInput
from domain.conversation.messages import Author
from domain.delivery.channels import ChannelTraits
from domain.errors import (
    ForbiddenError,
    HoldfastError,
    PermanentError,
    RateLimitedError,
    RetryableError,
    UnavailableError,
)
from domain.specification.organisation import ChannelKind
from integrations.channels.base import Channel, OutboundFile, OutboundMessage, SendReceipt
from integrations.channels.registry import TRAITS
from storage.deliveries import LEASE, DeliveryRepository
from storage.views import Claim

ATTEMPT_SECONDS = LEASE.total_seconds() - 3
UNDISTURBED_SECONDS = 2.0
"""Most vendors answer within them, so that their answer is heard although somebody takes over."""
LOOK_SECONDS = 0.25
"""How often the sending of an AI agent's message looks whether somebody takes over."""
LOOKS = 20
"""More tries than the lease of a last attempt takes; who cannot look by then gives up without."""
SILENT_LOOKS = 14
"""For about 80 seconds, which is longer than a breaker's pause, a channel that does not answer is asked again."""


class DeliveryActivities:
    """Delivers messages through the channel on which the customer waits."""

    def __init__(
        self,
        deliveries: DeliveryRepository,
        channels: Mapping[ChannelKind, Channel],
        traits: Mapping[ChannelKind, ChannelTraits] = TRAITS,
    ) -> None:
        self._deliveries = deliveries
        self._channels = channels
        self._traits = traits

    @activity.defn
    async def deliver_message(self, input: DeliverMessageInput) -> DeliveredMessage:
        """Deliver at most once, and only if the conversation still is where the draft was made for.

        Waits until `not_before` first, so that a customer who is still typing gets one answer to all of it.
        """
        async with heartbeats():
            await hold(input.not_before)
            return await self._deliver(input)

    @activity.defn
    async def give_up_delivery(self, input: DeliverMessageInput) -> DeliveredMessage:
        """End a delivery that is tried no longer; `delivered` when the channel had taken it after all.

        After `refused` nothing leaves under its key any more, however late a worker comes.
        """
        looked = activity.info().attempt > LOOKS
        ended = await self._deliveries.give_up(input, datetime.now(UTC), looked=looked)
        if ended.status == "in_doubt":
            sent = await self._last_look(input, ended)
            if sent is not None:
                return await self._complete(input, sent)
            ended = await self._deliveries.give_up(input, datetime.now(UTC), looked=True)
        return DeliveredMessage(status="delivered" if ended.status == "delivered" else "refused", at=ended.at)

    @activity.defn
    async def escalate_conversation(self, input: EscalateConversationInput) -> DeliveredMessage:
        """Give the conversation to the human queue and tell the customer, in one transaction."""
        return await self._deliveries.escalate(input, datetime.now(UTC))

    async def _deliver(self, input: DeliverMessageInput) -> DeliveredMessage:
        channel = self._channels[input.channel]
        if self._traits.get(input.channel, ChannelTraits()).stored or input.sent_as:
            return await self._deliveries.deliver_stored(input, datetime.now(UTC))
        ends_at = asyncio.get_running_loop().time() + ATTEMPT_SECONDS  # the lease begins within the claim
        claim = await self._deliveries.claim(input, datetime.now(UTC))
        if claim.status in {"refused", "stopped", "delivered"}:
            return DeliveredMessage.model_validate({"status": claim.status, "at": claim.at})
        receipt = await self._send(channel, input, claim, ends_at)
        if receipt is None:
            return DeliveredMessage(status="refused", at=claim.at)
        return await self._complete(input, receipt)

    async def _complete(self, input: DeliverMessageInput, receipt: SendReceipt) -> DeliveredMessage:
        if receipt.address:
            await self._deliveries.keep_address(input.message_key, receipt.address)
        return await self._deliveries.complete(input.message_key, receipt.provider_message_id, datetime.now(UTC))

    async def _last_look(self, input: DeliverMessageInput, claim: Claim) -> SendReceipt | None:
        """What left after all. A channel that does not answer, often the reason to give up, is asked for a while only.

        Raises what the channel raised, while it is to be asked again: what left and is not found, nobody has on record.
        """
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                message = await self._among_others(input, _outbound(input, claim))
                return await self._channels[input.channel].find_sent(message)
        except RetryableError:
            if activity.info().attempt < SILENT_LOOKS:
                raise
            return None
        except (HoldfastError, TimeoutError):
            return None

    async def _send(
        self, channel: Channel, input: DeliverMessageInput, claim: Claim, ends_at: float
    ) -> SendReceipt | None:
        """None when the conversation moved on between two attempts."""
        try:
            async with asyncio.timeout_at(ends_at):
                return await self._attempt(channel, input, claim)
        except TimeoutError as error:
            raise UnavailableError(f"The channel {input.channel} did not answer in time.") from error
        except PermanentError:
            await self._deliveries.withdraw(input, datetime.now(UTC))
            raise

    async def _attempt(self, channel: Channel, input: DeliverMessageInput, claim: Claim) -> SendReceipt | None:
        if claim.opted_out:
            raise ForbiddenError(f"The customer wants no messages by {input.channel}. Use another channel.")
        message = await self._with_files(input, _outbound(input, claim))
        if claim.status == "in_doubt":
            message = await self._among_others(input, message)
            sent = await _found(channel, message)
            if sent or not await self._deliveries.claim_again(input, datetime.now(UTC)):
                return sent
        return await self._sent(channel, input.channel, message)

    async def _with_files(self, input: DeliverMessageInput, message: OutboundMessage) -> OutboundMessage:
        if input.attachment_ids and not self._traits.get(input.channel, ChannelTraits()).carries_files:
            raise ForbiddenError(f"No file can be sent by {input.channel}. Put a link to it into the text.")
        files = await self._deliveries.files(input)
        outbound = tuple(
            OutboundFile(name=one.attachment.name, media_type=one.attachment.media_type, content=one.content)
            for one in files
        )
        return message.model_copy(update={"files": outbound})

    async def _among_others(self, input: DeliverMessageInput, message: OutboundMessage) -> OutboundMessage:
        """The message, to be told from others with the same text."""
        return message.model_copy(update={"others": await self._deliveries.others(input)})

    async def _sent(self, channel: Channel, kind: ChannelKind, message: OutboundMessage) -> SendReceipt:
        """Only whoever began an attempt says that it is over; who merely looked has none."""
        try:
            async with self._until_stopped(kind, message):
                return await channel.send(message)
        except RateLimitedError:
            await self._deliveries.end_lease(message.idempotency_key)
            raise
        except UnavailableError:
            await self._deliveries.end_attempt(message.idempotency_key)
            raise

    @asynccontextmanager
    async def _until_stopped(self, kind: ChannelKind, message: OutboundMessage) -> AsyncIterator[None]:
        """Raises UnavailableError when somebody takes over while an AI agent's message is being sent."""
        if message.author is not Author.AI_AGENT or not self._traits.get(kind, ChannelTraits()).stoppable:
            yield
            return
        try:
            async with asyncio.timeout(None) as stop:
                looking = asyncio.create_task(self._look_for_stop(message.idempotency_key, stop))
                try:
                    yield
                finally:
                    looking.cancel()
        except TimeoutError as error:
            raise UnavailableError("Somebody takes the conversation over, so the message is not sent.") from error

    async def _look_for_stop(self, message_key: str, stop: asyncio.Timeout) -> None:
        await asyncio.sleep(UNDISTURBED_SECONDS)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await self._is_to_stop(message_key):
                stop.reschedule(asyncio.get_running_loop().time())
                return

    async def _is_to_stop(self, message_key: str) -> bool:
        """While the store is away nobody is the new owner either."""
        try:
            return await self._deliveries.is_to_stop(message_key)
        except UnavailableError:
            return False


def _outbound(input: DeliverMessageInput, claim: Claim) -> OutboundMessage:
    return OutboundMessage(
        idempotency_key=input.message_key,
        conversation_id=input.conversation_id,
        author=input.author,
        kind=input.kind,
        text=claim.text,
        address=claim.address,
        claimed_at=claim.at,
    )


async def _found(channel: Channel, message: OutboundMessage) -> SendReceipt | None:
    """What an earlier attempt sent. Where nobody may look it stays in doubt; it may have left, so it is kept."""
    try:
        return await channel.find_sent(message)
    except PermanentError as error:
        raise UnavailableError(f"It is not known whether an earlier attempt sent the message. {error}") from error
