"""People at the console: each has a browser of their own and signs in at a real provider."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from temporalio.client import Client

from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import Gateway, database, end_conversations, options  # noqa: F401
from tests.gateway.signing_in import SignInGateway, sign_in_gateway
from tests.gateway.workers import running_workers

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass
class Office:
    """A served gateway with its provider, and the people who sit at the console."""

    served: SignInGateway
    browser: Browser
    stack: AsyncExitStack
    complaints: list[str] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        return self.served.gateway

    async def arrives(
        self, person: str, *roles: str, path: str = "/inbox/all", viewport: dict[str, int] | None = None
    ) -> Page:
        """Somebody signs in, and is where they wanted to be."""
        await self.served.add(person, *roles)
        context = await self.browser.new_context(viewport=viewport or DESKTOP)  # type: ignore[arg-type]
        await self.stack.enter_async_context(context)
        page = await self.page(context)
        await page.goto(f"{self.gateway.url}/console{path}")
        await page.locator(f'button[value="{person}"]').click()
        await page.wait_for_url(f"**/console{path}")
        await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        return page

    async def page(self, context: BrowserContext) -> Page:
        """Whatever its scripts complain of, a refused script or style included, fails the test."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if _is_refusal(said.text) else None)
        return page

    async def customer(self, *texts: str) -> tuple[str, ChatClient]:
        """A customer who writes; gives the conversation."""
        session = await self.gateway.session()
        chat = await self.gateway.chat(session)
        self.stack.push_async_callback(chat.socket.close)
        for text in texts:
            await chat.say(text)
        return session["conversation_id"], chat


async def lose_one_answer(page: Page, address: str) -> None:
    """The next request to it arrives, and the page does not hear what became of it."""

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(address, lose, times=1)


def _is_refusal(text: str) -> bool:
    return "Content Security Policy" in text or "Warning:" in text


@pytest.fixture
async def office(
    browser: Browser,
    options: GatewayOptions,  # noqa: F811
    database: Database,  # noqa: F811
    temporal_client: Client,
) -> AsyncIterator[Office]:
    """With workers."""
    async with (
        AsyncExitStack() as stack,
        sign_in_gateway(options, database, temporal_client) as served,
        running_workers(temporal_client, database),
    ):
        office = Office(served, browser, stack)
        yield office
        await stack.aclose()
        assert office.complaints == []
    await end_conversations(temporal_client)


@pytest.fixture
async def unattended(
    browser: Browser,
    options: GatewayOptions,  # noqa: F811
    database: Database,  # noqa: F811
    temporal_client: Client,
) -> AsyncIterator[Office]:
    """Without workers: what is accepted waits until a test starts them."""
    async with AsyncExitStack() as stack, sign_in_gateway(options, database, temporal_client) as served:
        office = Office(served, browser, stack)
        yield office
        await stack.aclose()
        assert office.complaints == []
    await end_conversations(temporal_client)
