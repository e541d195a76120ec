"""The clients of customers: each by the channel of their scenario, when it is time."""

import asyncio
from datetime import UTC, datetime

from cast.customer import ChatClient, Customer
from cast.devices import devices_of
from cast.staff import Staff
from demo.actions import Scenario, ScenarioError
from demo.stage import Stage
from demo.vendor_customer import VendorChannelCustomer
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import Journey
from storage.vendors import VendorStateRepository

LOOK_SECONDS = 0.5


class ClientFactory:
    """`outage` is set once Salesforce is out, `recovered` once it is back.

    `published` is set once another version of the specification is active, `rolled_back` once the first one is again.
    """

    def __init__(self, stage: Stage, staff: Staff) -> None:
        self.outage = asyncio.Event()
        self.recovered = asyncio.Event()
        self.published = asyncio.Event()
        self.rolled_back = asyncio.Event()
        self._arrivals = {"outage": self.outage, "published": self.published, "rolled back": self.rolled_back}
        self._stage = stage
        self._staff = staff

    def name_of(self, scenario: Scenario) -> str:
        return self._stage.contacts[scenario.customer].name

    def journey(self, key: str) -> Journey:
        """As it was published. Raises ScenarioError for one that is not carried out."""
        found = self._stage.specification.journey(key)
        if found is None or not found.runs:
            raise ScenarioError(f"there is no journey {key}")
        return found

    async def make(self, scenario: Scenario) -> Customer:
        if scenario.arrives in self._arrivals:
            await self._arrivals[scenario.arrives].wait()
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
