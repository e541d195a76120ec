"""The lists: what comes is seen, found, and dealt with together."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.console.conftest import Office
from tests.gateway.conftest import ORGANISATION

pytestmark = pytest.mark.browser
MANY = 10_000
SCROLLED = """top => {
    const rows = document.querySelector("[data-rows]");
    rows.scrollTo(0, rows.scrollHeight);
    return rows.scrollTop > top;
}"""


def _row(page: Page, text: str) -> Locator:
    return page.get_by_role("region", name="Conversations").get_by_role("listitem").filter(has_text=text)


async def test_a_conversation_appears_by_itself(office: Office) -> None:
    page = await office.arrives("anna", "lead")
    await expect(page.get_by_text("No customer has written yet.")).to_be_visible()
    await office.customer("How do I sign in?")
    await expect(_row(page, "You asked: How do I sign in?")).to_be_visible()
    await office.customer("refund, please")
    await expect(_row(page, "Approval")).to_be_visible()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Waits for approval 1").click()
    await expect(_row(page, "Approval")).to_have_count(1)
    await expect(_row(page, "sign in")).to_have_count(0)


async def test_words_find_conversations(office: Office) -> None:
    _, first = await office.customer("where is my parcel")
    _, second = await office.customer("a question about bicycles")
    await first.reply()
    await second.reply()
    page = await office.arrives("anna", "lead")
    await page.get_by_label("Search messages, notes and names").fill("bicyc")
    await expect(_row(page, "bicycles")).to_have_count(1)
    await expect(_row(page, "parcel")).to_have_count(0)
    await page.reload()
    await expect(_row(page, "bicycles")).to_have_count(1)


async def test_several_are_resolved_together(office: Office) -> None:
    for text in ("first question", "second question"):
        _, chat = await office.customer(text)
        await chat.reply()
    page = await office.arrives("anna", "lead")
    for text in ("first question", "second question"):
        await _row(page, text).hover()
        await _row(page, text).get_by_role("checkbox").check()
    await page.get_by_role("toolbar", name="Marked conversations").get_by_role("button", name="Resolve").click()
    await expect(page.get_by_text("Done for 2 conversations")).to_be_visible()
    await expect(_row(page, "Resolved")).to_have_count(2)


async def test_ten_thousand_rows_are_a_few_on_the_page(office: Office) -> None:
    conversation, chat = await office.customer("the newest of them")
    await chat.reply()
    await _fill(office, conversation)
    page = await office.arrives("anna", "lead")
    rows = page.get_by_role("region", name="Conversations").get_by_role("listitem")
    await expect(_row(page, "the newest of them")).to_be_visible()
    frame = page.locator("[data-rows]")
    for _ in range(6):
        before = await frame.evaluate("element => element.scrollTop")
        await page.wait_for_function(SCROLLED, arg=before)
        assert await rows.count() <= 40
    assert await rows.first.get_attribute("aria-setsize") == str(MANY)


async def _fill(office: Office, like: str) -> None:
    """As many more, changed earlier."""
    columns = await office.gateway.database.fetchval(
        "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_name = 'conversations' "
        "AND column_name NOT IN ('conversation_id', 'updated_at') AND is_generated = 'NEVER'"
    )
    await office.gateway.database.fetchval(
        f"INSERT INTO conversations (conversation_id, updated_at, {columns}) "  # noqa: S608
        f"SELECT 'of-many-' || n, now() - n * interval '1 minute', {columns} "
        "FROM conversations, generate_series(1, $2::integer) n WHERE conversation_id = $1 AND organisation = $3",
        like,
        MANY,
        ORGANISATION,
    )
