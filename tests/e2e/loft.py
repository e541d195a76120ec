"""How a pigeon's note comes into a house: kept in the inbox, forwarded to Temporal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from domain.delivery.inbound import AnyInboundEvent
from gateway.forwarding import Forwarder
from storage.inbox import InboxRepository, KeptEvent
from tests.e2e.bikeshop import PASSWORD
from tests.e2e.house import House, Talk
from tests.organisation import SPECIFICATION
from tests.pigeons import PigeonChannel, note

EVENT: TypeAdapter[AnyInboundEvent] = TypeAdapter(AnyInboundEvent)


class Loft:
    """The way of a pigeon's note into the house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._inbox = InboxRepository(house.store.database)
        self.forwarder = Forwarder(SPECIFICATION.organisation, self._inbox, house.way_in)

    async def brings(self, event_id: str, text: str = PASSWORD, **more: Any) -> Talk:
        conversation_id = (await self.keeps(event_id, text, **more)).conversation_id
        assert conversation_id
        return Talk(self._house, conversation_id)

    async def keeps(self, event_id: str, text: str, **more: Any) -> KeptEvent:
        event = EVENT.validate_python(note(event_id, text, **more))
        kept = await self._inbox.keep(SPECIFICATION.organisation, event, datetime.now(UTC))
        self.forwarder.wake()
        return kept


@asynccontextmanager
async def loft(house: House, pigeons: PigeonChannel) -> AsyncIterator[Loft]:
    made = Loft(house)
    forwarding = asyncio.create_task(made.forwarder.run())
    async with house.workers(channel=pigeons):
        yield made
    forwarding.cancel()
