"""The clients of customers: each by the channel of their scenario, when it is time."""

import asyncio
from datetime import UTC, datetime

from cast.customer import ChatClient, Customer
from cast.devices import devices_of
from cast.staff import Staff
from demo.actions import Scenario
from demo.stage import Stage
from demo.vendor_customer import VendorChannelCustomer
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

    def name_of(self, scenario: Scenario) -> str:
        return self._stage.contacts[scenario.customer].name

    async def make(self, scenario: Scenario) -> Customer:
        if scenario.during_outage:
            await self.outage.wait()
        if scenario.channel == WEB_CHAT:
            return ChatClient(self._stage.platform.gateway_url, await self._staff.open_chat(scenario.customer))
        contact = self._stage.contacts[scenario.customer]
        devices = devices_of(self._stage.vendors, contact, subject=scenario.subject, is_direct=scenario.is_direct)
        return VendorChannelCustomer(self._stage.database, self._stage.organisation, devices, scenario.channel)

    async def salesforce_answers(self) -> None:
        """Wait until it is back, and until the circuit breaker lets somebody try it."""
        await self.recovered.wait()
        while not await self._may_be_tried():  # noqa: ASYNC110 - other processes decide when
            await asyncio.sleep(LOOK_SECONDS)

    async def _may_be_tried(self) -> bool:
        states = await VendorStateRepository(self._stage.database).read()
        waiting = (state.next_try_at for state in states if state.vendor == "salesforce" and state.next_try_at)
        return all(moment <= datetime.now(UTC) for moment in waiting)
