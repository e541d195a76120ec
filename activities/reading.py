"""Reading channels whose vendor does not post, and finding what lost webhooks missed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from temporalio import activity

from activities.heartbeats import heartbeats
from answering.organisations import Organisations
from domain.conversation.activity_models import ChannelRead, ReadChannelInput
from domain.errors import InvalidInputError
from domain.specification.organisation import ChannelKind, OrganisationSpec
from integrations.channels.base import Channel, MessageReader
from storage.inbox import InboxRepository

READING_TIME = timedelta(minutes=10)


class ReadingActivities:
    """Reads for READING_TIME; what was read is kept together with the cursor behind it, in one transaction."""

    def __init__(
        self, inbox: InboxRepository, channels: Mapping[ChannelKind, Channel], organisations: Organisations
    ) -> None:
        self._inbox = inbox
        self._channels = channels
        self._organisations = organisations

    @activity.defn
    async def read_channel(self, input: ReadChannelInput) -> ChannelRead:
        """Read until READING_TIME is over or the channel is taken out; the next one goes on where this one stopped.

        What comes after the channel was taken out is not kept and moves no cursor: it is read when the channel is back.
        """
        async with heartbeats():
            if input.channel not in (await self._active(input)).channels:
                return ChannelRead(events=0, taken_out=True)
            return await self._read(input, self._reader(input.channel))

    async def _read(self, input: ReadChannelInput, reader: MessageReader) -> ChannelRead:
        events = 0
        ends_at = asyncio.get_running_loop().time() + READING_TIME.total_seconds()
        async for batch in reader.read_from(await self._inbox.cursor(input.organisation, input.channel)):
            active = await self._active(input)
            if input.channel not in active.channels:
                return ChannelRead(events=events, taken_out=True)
            across = active.identity.one_conversation
            events += await self._inbox.keep_batch(
                input.organisation, input.channel, batch, datetime.now(UTC), across_channels=across
            )
            if asyncio.get_running_loop().time() >= ends_at:
                break
        return ChannelRead(events=events)

    def _reader(self, kind: ChannelKind) -> MessageReader:
        reader = self._channels[kind]
        if not isinstance(reader, MessageReader):
            raise InvalidInputError(f"The channel {kind} cannot be read.")
        return reader

    async def _active(self, input: ReadChannelInput) -> OrganisationSpec:
        active = await self._organisations.active_version(input.organisation)
        return (await self._organisations.version(active)).specification
