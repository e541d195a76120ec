"""The sandbox's page in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from sandbox.process.all_vendors import all_vendors
from sandbox.process.running import running
from sandbox.process.twilio import TwilioVendor
from sandbox.serving import serving
from sandbox.twilio import ACCOUNT_SID

pytestmark = pytest.mark.browser


@pytest.fixture
async def open_page(page: Page, tmp_path: Path) -> AsyncIterator[tuple[Page, TwilioVendor]]:
    product, twilio = FastAPI(), TwilioVendor()
    product.add_api_route("/webhooks/sms", lambda: {}, methods=["POST"])
    with (
        serving(product) as holdfast,
        running([twilio], folder=tmp_path, holdfast=holdfast, port_base=0) as started,
    ):
        await page.goto(started.page)
        yield page, twilio


async def test_a_developer_plays_a_customer(open_page: tuple[Page, TwilioVendor]) -> None:
    page, twilio = open_page
    sms = page.locator("#channels-sms")
    await sms.get_by_label("Message").fill("Where is <b>my</b> order?")
    await sms.get_by_role("button", name="Send").click()
    await expect(sms.locator(".customer")).to_contain_text("Where is <b>my</b> order?")

    entry = page.locator("#vendors-twilio .journal li").first
    await expect(entry).to_contain_text("POST /webhooks/sms")
    await expect(entry.locator(".status")).to_have_text("200")
    await entry.locator("summary").click()
    await expect(entry.locator("dl")).to_contain_text("Body: Where is <b>my</b> order?")
    assert [message.direction for message in twilio.stand_in.messages.values()] == ["inbound"]


async def test_a_refusal_is_shown(open_page: tuple[Page, TwilioVendor]) -> None:
    phone = open_page[0].locator("#channels-phone")
    await phone.get_by_role("button", name="Hang up").click()
    await expect(phone.get_by_role("alert")).to_have_text("Refused: nobody has called yet.")
    await phone.get_by_label("From").press("Enter")
    await expect(phone.get_by_label("Words")).to_be_visible()
    await expect(phone.get_by_role("alert")).to_be_hidden()


async def test_faults_are_added_and_cleared(open_page: tuple[Page, TwilioVendor]) -> None:
    page, twilio = open_page
    card = page.locator("#vendors-twilio")
    await card.get_by_role("button", name="Outage 30 s").click()
    await expect(card.locator(".pending")).to_contain_text("answers 503")
    await card.get_by_role("button", name="Duplicate webhooks").click()
    await expect(card.get_by_role("button", name="Duplicate webhooks")).to_have_attribute("aria-pressed", "true")
    assert (twilio.stand_in.webhooks.duplicate, len(twilio.stand_in.faults.shown())) == (1, 1)

    await card.get_by_role("button", name="Clear faults").click()
    await expect(card.locator(".pending li")).to_have_count(0)
    await expect(card.get_by_role("button", name="Duplicate webhooks")).to_have_attribute("aria-pressed", "false")


async def test_it_fits_a_phone_and_follows_the_colour_scheme(open_page: tuple[Page, TwilioVendor]) -> None:
    page = open_page[0]
    await page.locator("#vendors-twilio").wait_for()
    await page.set_viewport_size({"width": 360, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colours = set()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        colours.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


async def test_every_vendor_can_be_jumped_to_in_a_usual_window(page: Page, tmp_path: Path) -> None:
    await page.set_viewport_size({"width": 1280, "height": 850})
    with running(all_vendors(), folder=tmp_path, holdfast="http://127.0.0.1:9", port_base=0) as started:
        await page.goto(started.page)
        links = page.locator("nav a")
        await links.nth(12).wait_for()
        for link in await links.all():
            await expect(link).to_be_in_viewport(ratio=1)


async def test_what_a_call_was_about_is_readable(open_page: tuple[Page, TwilioVendor]) -> None:
    page, twilio = open_page
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    async with httpx.AsyncClient(verify=False, trust_env=False) as http:  # noqa: S501
        await http.get(f"{twilio.stand_in.address}{path}")
    call = page.locator("#vendors-twilio .journal li").first.locator("code")
    await expect(call).to_have_text("GET /2010-04-01/Accounts/…/Messages.json")
    await expect(call).to_have_attribute("title", f"GET {path}")


async def test_it_says_when_the_sandbox_is_gone(page: Page, tmp_path: Path) -> None:
    with running([], folder=tmp_path, holdfast="http://127.0.0.1:9", port_base=0) as started:
        await page.goto(started.page)
        await expect(page.get_by_role("status")).to_have_text("live")
    await expect(page.get_by_role("status")).to_have_text("The sandbox does not answer")
