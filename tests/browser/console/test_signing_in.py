"""The way in, and what the frame around every page offers."""

import pytest
from playwright.async_api import expect

from tests.browser.console.conftest import Office

pytestmark = pytest.mark.browser
TELLS_OF_ALERTS = """
new MutationObserver(() => document.querySelectorAll("[role=alert]").forEach(shown => alerted(shown.textContent)))
    .observe(document, {childList: true, subtree: true})
"""


async def test_people_come_back_to_where_they_wanted_to_be(office: Office) -> None:
    page = await office.arrives("anna", "lead", path="/approvals")
    await expect(page.get_by_role("heading", name="Approvals")).to_be_visible()
    await expect(page.get_by_role("button", name="Anna: your menu")).to_be_visible()


async def test_signing_out_ends_it(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await page.get_by_role("button", name="Anna: your menu").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.locator('button[value="anna"]')).to_be_visible()
    await page.goto(f"{office.gateway.url}/console/inbox/all")
    await expect(page.locator('button[value="anna"]')).to_be_visible()


async def test_whose_session_has_ended_is_led_to_the_way_in_and_sees_no_error_before(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await page.context.clear_cookies()
    alerts: list[str] = []
    await page.expose_function("alerted", lambda text: alerts.append(text))
    await page.add_init_script(TELLS_OF_ALERTS)
    await page.goto(f"{office.gateway.url}/console/inbox/all")
    await expect(page.locator('button[value="anna"]')).to_be_visible()
    assert alerts == []


async def test_nothing_is_loaded_from_elsewhere(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await expect(page.get_by_role("heading", name="All")).to_be_visible()
    assert [url for url in asked if not url.startswith((office.gateway.url, "data:"))] == []


async def test_everything_is_reached_by_keys(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await expect(page.get_by_role("heading", name="All")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await page.wait_for_url("**/console/approvals")
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Go, do or search…").fill("at risk")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/inbox/risk")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


async def test_the_appearance_is_kept(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await page.get_by_role("button", name="Dark appearance").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    await expect(page.get_by_role("button", name="Light appearance")).to_be_visible()


async def test_an_interrupted_connection_is_shown_and_caught_up(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await expect(page.get_by_text("No customer has written yet.")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await office.customer("How do I sign in?")
    await page.context.set_offline(False)
    await expect(page.get_by_text("You are offline.")).to_be_hidden()
    await expect(page.get_by_text("AI: You asked: How do I sign in?")).to_be_visible()
