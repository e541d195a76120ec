"""Reading channels whose vendor does not post, and finding what lost webhooks missed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.organisations import Organisations
from domain.errors import InvalidInputError
from domain.spec import ChannelKind
from domain.steps import ChannelRead, ReadChannelInput
from integrations.channels.base import Channel, MessageReader
from storage.inbox import InboxRepository

SHIFT = timedelta(minutes=10)


class ReadingActivities:
    """Reads for a shift; what was read is kept together with the place where it stopped."""

    def __init__(
        self, inbox: InboxRepository, channels: Mapping[ChannelKind, Channel], organisations: Organisations
    ) -> None:
        self._inbox = inbox
        self._channels = channels
        self._organisations = organisations

    @activity.defn
    async def read_channel(self, input: ReadChannelInput) -> ChannelRead:
        """Read until the shift ends ; the next one goes on where this one stopped."""
        reader = self._channels[input.channel]
        if not isinstance(reader, MessageReader):
            raise InvalidInputError(f"The channel {input.channel} cannot be read.")
        events = 0
        async with heartbeats():
            ends_at = asyncio.get_running_loop().time() + SHIFT.total_seconds()
            async for batch in reader.read_from(await self._inbox.cursor(input.organisation, input.channel)):
                across = await self._across(input.organisation)
                events += await self._inbox.keep_batch(
                    input.organisation, input.channel, batch, datetime.now(UTC), across_channels=across
                )
                if asyncio.get_running_loop().time() >= ends_at:
                    break
        return ChannelRead(events=events)

    async def _across(self, organisation: str) -> bool:
        active = await self._organisations.active_version(organisation)
        return (await self._organisations.served(active)).specification.identity.one_conversation
