"""A whole Holdfast as people meet it: customers at the chat, colleagues at the console, the workers of production."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from gateway.options import GatewayOptions
from storage.database import Database
from tests.browser.console.conftest import Office
from tests.e2e.conftest import database
from tests.e2e.house import House, Talk
from tests.gateway.conftest import options
from tests.gateway.signing_in import sign_in_gateway
from tests.workflows.conftest import environment

__all__ = ["database", "environment", "options"]
PATIENCE_MS = 30_000


@pytest.fixture(autouse=True)
def patience() -> None:
    """What comes is seen at once; a machine with much to do may take its time."""
    expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Customer:
    """Somebody at the chat, in a browser of their own."""

    page: Page
    conversation_id: str

    async def writes(self, text: str) -> None:
        box = self.page.get_by_label("Your message")
        await box.fill(text)
        await box.press("Enter")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def says(self, text: str) -> Locator:
        """A message of exactly this text, whoever wrote it."""
        return self.log.get_by_text(text, exact=True)


@dataclass(frozen=True)
class Scene:
    """Colleagues at the office's consoles, customers, and the house behind all of them."""

    office: Office
    house: House

    @property
    def url(self) -> str:
        return self.office.gateway.url

    async def customer(self, *texts: str) -> Customer:
        context = await self.office.browser.new_context(viewport={"width": 480, "height": 800})
        await self.office.stack.enter_async_context(context)
        page = await self.office.page(context)
        async with page.expect_response("**/v1/chat/sessions") as started:
            await page.goto(f"{self.url}/chat")
        session = await (await started.value).json()
        customer = Customer(page, session["conversation_id"])
        for text in texts:
            await customer.writes(text)
        return customer

    async def waiting(self, text: str) -> tuple[Customer, str]:
        """A customer whose answer waits for approval; gives the approval."""
        customer = await self.customer(text)
        asked = await self.talk(customer).asked()
        return customer, asked.approval.approval_id

    def talk(self, customer: Customer) -> Talk:
        """What the database holds of it."""
        return Talk(self.house, customer.conversation_id)

    async def ask(self, method: str, path: str, person: str, *roles: str, **body: Any) -> Any:
        """Something that is arranged and is no part of the story."""
        headers = await self.office.gateway.key(*roles, person=person)
        given: Mapping[str, Any] = {"json": body} if body else {}
        answer = await self.office.gateway.http.request(method, path, headers=headers, **given)
        assert answer.is_success, answer.text
        return answer.json()


def deciding(page: Page, action: str) -> Locator:
    """The button below the card of an approval."""
    return page.get_by_role("toolbar", name="Decide").get_by_role("button", name=action, exact=True)


def told(page: Page, text: str) -> Locator:
    """What the page says of its state."""
    return page.get_by_role("status").filter(has_text=text)


def refused(page: Page, text: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=text)


@asynccontextmanager
async def staged(browser: Browser, options: GatewayOptions, database: Database, client: Client) -> AsyncIterator[Scene]:
    """Without workers."""
    url = options.database_url.get_secret_value()
    async with (
        House(client, database, url) as house,
        AsyncExitStack() as stack,
        sign_in_gateway(options, database, house.client) as served,
    ):
        office = Office(served, browser, stack)
        yield Scene(office, house)
        await stack.aclose()
        assert office.complaints == []


@pytest.fixture
async def unattended(
    browser: Browser, options: GatewayOptions, database: Database, temporal_client: Client
) -> AsyncIterator[Scene]:
    """Without workers: what is accepted waits until a test starts them."""
    async with staged(browser, options, database, temporal_client) as scene:
        yield scene


@pytest.fixture
async def scene(unattended: Scene) -> AsyncIterator[Scene]:
    """With workers."""
    async with unattended.house.workers():
        yield unattended


@pytest.fixture
async def patient_scene(
    browser: Browser,
    options: GatewayOptions,
    database: Database,
    environment: WorkflowEnvironment,
) -> AsyncIterator[Scene]:
    """With workers, on a Temporal server that can skip time."""
    async with staged(browser, options, database, environment.client) as scene, scene.house.workers():
        yield scene
