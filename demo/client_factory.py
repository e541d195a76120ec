"""The clients of customers: each by the channel of their story, when it is time."""

import asyncio
from datetime import UTC, datetime

from demo.correspondent import Correspondent
from demo.customer import ChatClient, Customer
from demo.devices import devices_of
from demo.staff import Staff
from demo.stage import Stage
from demo.steps import Story
from domain.delivery.channels import WEB_CHAT
from storage.vendors import VendorStateRepository

LOOK_SECONDS = 0.5


class ClientFactory:
    """`outage` is set while Salesforce is out, `recovered` once it is back."""

    def __init__(self, stage: Stage, staff: Staff) -> None:
        self.outage = asyncio.Event()
        self.recovered = asyncio.Event()
        self._stage = stage
        self._staff = staff

    def name_of(self, story: Story) -> str:
        return self._stage.contacts[story.customer].name

    async def make(self, story: Story) -> Customer:
        if story.during_outage:
            await self.outage.wait()
        if story.channel == WEB_CHAT:
            return ChatClient(self._stage.platform.gateway_url, await self._staff.open_chat(story.customer))
        contact = self._stage.contacts[story.customer]
        devices = devices_of(self._stage.vendors, contact, subject=story.subject, is_direct=story.is_direct)
        return Correspondent(self._stage.database, self._stage.organisation, devices, story.channel)

    async def salesforce_answers(self) -> None:
        """Wait until it is back, and until the circuit breaker lets somebody try it."""
        await self.recovered.wait()
        while not await self._may_be_tried():  # noqa: ASYNC110 - other processes decide when
            await asyncio.sleep(LOOK_SECONDS)

    async def _may_be_tried(self) -> bool:
        states = await VendorStateRepository(self._stage.database).read()
        waiting = (state.next_try_at for state in states if state.vendor == "salesforce" and state.next_try_at)
        return all(moment <= datetime.now(UTC) for moment in waiting)
