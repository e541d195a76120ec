"""Colleagues among themselves."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.console.conftest import Office

pytestmark = pytest.mark.browser
LIST = FilePayload(name="payments.csv", mimeType="text/csv", buffer=b"id,amount\n1,49\n")


async def test_a_channel_a_mention_and_a_file(office: Office) -> None:
    ben = await office.arrives("ben", "approver", path="/colleagues")
    anna = await office.arrives("anna", "lead", path="/colleagues")
    await anna.get_by_role("button", name="Open a room").click()
    await anna.get_by_role("tab", name="A channel").click()
    await anna.get_by_label("Name").fill("Refunds")
    await anna.get_by_role("button", name="Open", exact=True).click()
    box = anna.get_by_label("Message to Refunds")
    await box.press_sequentially("Look at this, @be")
    await anna.get_by_role("list", name="Name a colleague").get_by_role("button", name="Ben").click()
    await anna.locator("input[type=file]").set_input_files(LIST)
    await expect(anna.get_by_label("Remove payments.csv")).to_be_visible()
    await box.press("Enter")
    await expect(ben.get_by_role("link", name="Refunds 1 unread, you are named")).to_be_visible()
    await ben.get_by_role("link", name="Refunds 1 unread, you are named").click()
    log = ben.get_by_role("log", name="Messages")
    await expect(log).to_contain_text("Look at this, @Ben")
    async with ben.expect_download() as file:
        await log.get_by_role("link", name="payments.csv").click()
    assert (await file.value).suggested_filename == "payments.csv"
    await expect(ben.get_by_role("link", name="Refunds", exact=True)).to_be_visible()


async def test_two_people_and_nobody_else(office: Office) -> None:
    ben = await office.arrives("ben", "approver", path="/colleagues")
    cleo = await office.arrives("cleo", "lead", path="/colleagues")
    anna = await office.arrives("anna", "lead", path="/colleagues")
    await anna.get_by_role("button", name="Open a room").click()
    await anna.get_by_role("combobox", name="Colleague").fill("Ben")
    await anna.get_by_role("option", name="Ben").click()
    await anna.get_by_role("button", name="Open", exact=True).click()
    box = anna.get_by_label("Message to Ben")
    await box.fill("Lunch?")
    await box.press("Enter")
    await ben.get_by_role("link", name="Anna").click()
    await expect(ben.get_by_role("log", name="Messages")).to_contain_text("Lunch?")
    await cleo.reload()
    await expect(cleo.get_by_text("No room yet.")).to_be_visible()


async def test_a_room_about_a_conversation(office: Office) -> None:
    conversation, chat = await office.customer("How do I sign in?")
    await chat.reply()
    page = await office.arrives("anna", "lead", path=f"/inbox/all/{conversation}")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Talk with colleagues about it").click()
    await page.wait_for_url("**/colleagues/*")
    await page.get_by_role("link", name=f"Conversation {conversation[-4:]}").click()
    await page.wait_for_url(f"**/inbox/all/{conversation}")
