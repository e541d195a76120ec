"""One conversation: its story, and everything that a person does in it."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.console.conftest import Office, lose_one_answer

pytestmark = pytest.mark.browser


async def _open(office: Office, *texts: str, person: str = "anna") -> tuple[Page, str]:
    conversation, chat = await office.customer(*texts)
    await chat.reply()
    page = await office.arrives(person, "lead", path=f"/inbox/all/{conversation}")
    await expect(page.get_by_role("log")).to_contain_text(texts[0])
    return page, conversation


async def test_what_the_ai_agent_was_thinking(office: Office) -> None:
    page, _ = await _open(office, "How do I sign in?")
    await page.get_by_role("button", name="1 source").click()
    log = page.get_by_role("log")
    await expect(log).to_contain_text("Reset your password")
    await expect(log).to_contain_text("Sent by itself: sure enough to send.")
    await expect(log).to_contain_text("Service AI with scripted")


async def test_a_half_written_reply_survives_and_is_sent_once(office: Office) -> None:
    page, conversation = await _open(office, "How do I sign in?")
    box = page.get_by_label("Reply to the customer")
    await box.fill("I looked, and your account is open aga")
    await page.reload()
    await expect(box).to_have_value("I looked, and your account is open aga")
    await box.press("End")
    await box.press_sequentially("in.")
    await box.press("Control+Enter")
    await expect(page.get_by_role("log")).to_contain_text("I looked, and your account is open again.")
    await expect(box).to_have_value("")
    await page.reload()
    await expect(page.get_by_role("log")).to_contain_text("Anna took it over")
    await expect(box).to_have_value("")
    record = await office.gateway.http.get(
        f"/v1/conversations/{conversation}", headers=await office.gateway.key("viewer", person="reader")
    )
    assert [one["kind"] for one in record.json()["messages"]].count("human_reply") == 1


async def test_a_file_goes_along_and_survives_a_reload(office: Office) -> None:
    conversation, chat = await office.customer("Where is my invoice?")
    await chat.reply()
    page = await office.arrives("anna", "lead", path=f"/inbox/all/{conversation}")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Attach a file").click()
    await (await choosing.value).set_files(
        {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    await expect(page.get_by_role("button", name="Remove invoice.pdf")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("button", name="Remove invoice.pdf")).to_be_visible()
    await page.get_by_label("Reply to the customer").fill("Here it is.")
    await page.get_by_label("Reply to the customer").press("Control+Enter")
    await expect(page.get_by_role("log").get_by_role("link", name="invoice.pdf")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove invoice.pdf")).to_have_count(0)
    assert (await chat.until("message", author="human_agent"))["attachments"][0]["name"] == "invoice.pdf"


async def test_a_reply_that_cannot_leave_is_not_lost(office: Office) -> None:
    page, _ = await _open(office, "How do I sign in?")
    box = page.get_by_label("Reply to the customer")
    await page.context.set_offline(True)
    await box.fill("Written on a train.")
    await box.press("Control+Enter")
    await expect(page.get_by_text("The platform cannot be reached")).to_be_visible()
    await expect(box).to_have_value("Written on a train.")
    await page.context.set_offline(False)
    await box.press("Control+Enter")
    await expect(page.get_by_role("log").get_by_text("Written on a train.")).to_have_count(1)
    await expect(box).to_have_value("")


async def test_taking_over_handing_back_and_resolving(office: Office) -> None:
    page, _ = await _open(office, "How do I sign in?")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_role("log")).to_contain_text("Anna took it over")
    await page.get_by_role("button", name="Hand back").click()
    await page.get_by_label("Instruction").fill("The account is open; answer the rest.")
    await page.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    await expect(page.get_by_role("log")).to_contain_text("handed it back to Service AI")
    await expect(page.get_by_role("log")).to_contain_text("The account is open; answer the rest.")
    await page.get_by_role("button", name="Resolve").click()
    await expect(page.get_by_role("log")).to_contain_text("Anna resolved it")
    await page.get_by_role("button", name="Open again").click()
    await expect(page.get_by_role("log")).to_contain_text("Anna opened it again")


async def test_the_mode_is_switched_and_a_snooze_is_seen(office: Office) -> None:
    page, _ = await _open(office, "How do I sign in?")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Supervision").click()
    await expect(page.get_by_role("log")).to_contain_text("Anna switched to Supervision")
    await page.get_by_role("button", name="Snooze").click()
    await page.get_by_role("button", name="Tomorrow, 9:00").click()
    await expect(page.get_by_role("log")).to_contain_text("Anna put it aside")


async def test_a_note_is_for_colleagues_and_presence_is_seen(office: Office) -> None:
    page, conversation = await _open(office, "How do I sign in?")
    other = await office.arrives("ben", "approver", path=f"/inbox/all/{conversation}")
    await expect(page.get_by_role("img", name="Ben is looking")).to_be_visible()
    await page.get_by_text("Note", exact=True).click()
    await page.get_by_label("Note for colleagues").fill("The bank was at fault.")
    await page.get_by_role("button", name="Keep note").click()
    await expect(other.get_by_role("article", name="Note of Anna")).to_contain_text("The bank was at fault.")
    await other.get_by_label("Reply to the customer").press_sequentially("One mo")
    await expect(page.get_by_role("img", name="Ben is writing")).to_be_visible()


async def test_a_note_whose_answer_is_lost_is_kept_once_and_what_is_written_then_is_another_one(office: Office) -> None:
    page, _ = await _open(office, "How do I sign in?")
    await page.get_by_text("Note", exact=True).click()
    box, keep = page.get_by_label("Note for colleagues"), page.get_by_role("button", name="Keep note")
    for text in ("The bank was at fault.", "The bank was at fault, says Kim."):
        await lose_one_answer(page, "**/notes")
        await box.fill(text)
        await keep.click()
        await expect(page.get_by_text("The platform cannot be reached").last).to_be_visible()
        await expect(keep).to_be_enabled()
    await keep.click()
    await expect(box).to_have_value("")
    notes = page.get_by_role("article", name="Note of Anna")
    await expect(notes.last).to_contain_text("The bank was at fault, says Kim.")
    await expect(notes).to_have_count(2)


async def test_text_never_becomes_markup(office: Office) -> None:
    page, _ = await _open(office, "<img src=x onerror=alert(1)> <b>bold</b>")
    await expect(page.get_by_role("log").get_by_text("<b>bold</b>").first).to_be_visible()
    assert await page.get_by_role("log").locator("img, b").count() == 0
