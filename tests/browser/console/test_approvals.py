"""Decisions: one click does exactly one thing, and everybody sees what came of it."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.console.conftest import PHONE, Office, lose_one_answer
from tests.gateway.workers import running_workers

pytestmark = pytest.mark.browser


async def _waiting(office: Office, text: str = "refund, please") -> tuple[str, str]:
    """A draft that waits; gives its conversation and its approval."""
    conversation, chat = await office.customer(text)
    await chat.until("status", status="awaiting_approval")
    headers = await office.gateway.key("viewer", person="reader")
    found = (await office.gateway.http.get("/v1/approvals?state=open", headers=headers)).json()
    return conversation, next(one["approval"]["approval_id"] for one in found if one["conversation_id"] == conversation)


async def _decisions(office: Office, approval: str) -> list[str]:
    headers = await office.gateway.key("viewer", person="reader")
    found = await office.gateway.http.get(f"/v1/approvals/{approval}", headers=headers)
    return [one["action"] for one in found.json()["decisions"]]


def _decide(page: Page, action: str) -> Locator:
    return page.get_by_role("toolbar", name="Decide").get_by_role("button", name=action, exact=True)


async def test_approving_sends_the_draft_once(office: Office) -> None:
    _, approval = await _waiting(office)
    page = await office.arrives("anna", "lead", path=f"/approvals/{approval}")
    await _decide(page, "Approve").dblclick()
    await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    assert await _decisions(office, approval) == ["approve"]
    await page.get_by_role("link", name="The whole conversation").click()
    await expect(page.get_by_role("log")).to_contain_text("You asked: refund, please")
    await expect(page.get_by_role("log")).to_contain_text("Anna approved the draft")


async def test_the_same_intent_keeps_its_id_after_a_lost_answer(office: Office) -> None:
    _, approval = await _waiting(office)
    page = await office.arrives("anna", "lead", path=f"/approvals/{approval}")
    await lose_one_answer(page, "**/decisions")
    await _decide(page, "Approve").click()
    await expect(page.get_by_text("The platform cannot be reached")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    assert await _decisions(office, approval) == ["approve"]


async def test_an_edit_shows_what_it_changes(office: Office) -> None:
    conversation, approval = await _waiting(office)
    page = await office.arrives("anna", "lead", path=f"/approvals/{approval}")
    await _decide(page, "Edit").click()
    await page.get_by_label("Your text").fill("You will have it back by Friday.")
    await expect(page.get_by_role("group", name="What is changed").locator("ins")).not_to_have_count(0)
    await page.reload()
    await _decide(page, "Edit").click()
    await expect(page.get_by_label("Your text")).to_have_value("You will have it back by Friday.")
    await page.get_by_role("button", name="Approve your text").click()
    await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    await page.goto(f"{office.gateway.url}/console/inbox/all/{conversation}")
    await expect(page.get_by_role("log")).to_contain_text("You will have it back by Friday.")


async def test_a_rejection_brings_a_new_draft(office: Office) -> None:
    conversation, _ = await _waiting(office)
    page = await office.arrives("anna", "lead", path=f"/inbox/all/{conversation}")
    card = page.get_by_role("region", name="Waits for approval")
    await card.get_by_role("button", name="Reject", exact=True).click()
    await page.get_by_label("Why").fill("Ask for the number first.")
    await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    await expect(card).to_contain_text("You asked: refund, please (Ask for the number first.)")


async def test_the_second_person_reads_who_was_faster(office: Office) -> None:
    _, approval = await _waiting(office)
    slow = await office.arrives("ben", "approver", path=f"/approvals/{approval}")
    await expect(_decide(slow, "Approve")).to_be_enabled()
    # Ben's page hears of nothing any more, as with a bad connection.
    await slow.route("**/v1/approvals/*", lambda route: route.abort())
    fast = await office.arrives("anna", "lead", path=f"/approvals/{approval}")
    await _decide(fast, "Approve").click()
    await expect(fast.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    await _decide(slow, "Approve").click()
    await expect(slow.get_by_role("alert").filter(has_text="Anna decided")).to_be_visible()


async def test_several_are_decided_together(office: Office) -> None:
    for text in ("refund one", "refund two"):
        await _waiting(office, text)
    page = await office.arrives("anna", "lead", path="/approvals")
    await page.get_by_role("button", name="Mark all").click()
    await page.get_by_role("toolbar", name="Marked approvals").get_by_role("button", name="Approve").click()
    await expect(page.get_by_text("Done for 2 approvals")).to_be_visible()
    await expect(page.get_by_text("Nothing waits for a decision.").first).to_be_visible()


async def test_on_a_phone(office: Office) -> None:
    _, approval = await _waiting(office)
    page = await office.arrives("anna", "lead", path="/approvals", viewport=PHONE)
    await page.get_by_role("link", name="refund, please").click()
    await page.wait_for_url(f"**/approvals/{approval}")
    await expect(_decide(page, "Approve")).to_be_in_viewport(ratio=1)
    await _decide(page, "Approve").click()
    await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_while_no_worker_is_there_it_is_accepted_and_applied_later(unattended: Office) -> None:
    gateway = unattended.gateway
    async with running_workers(gateway.temporal, gateway.database):
        _, approval = await _waiting(unattended)
    page = await unattended.arrives("anna", "lead", path=f"/approvals/{approval}")
    await _decide(page, "Approve").click()
    await expect(page.get_by_text("Accepted, being applied").first).to_be_visible(timeout=30_000)
    await expect(_decide(page, "Approve")).to_be_disabled()
    async with running_workers(gateway.temporal, gateway.database):
        await expect(page.get_by_role("status").filter(has_text="Approved")).to_be_visible(timeout=30_000)


async def test_who_only_reads_decides_nothing(office: Office) -> None:
    _, approval = await _waiting(office)
    page = await office.arrives("vera", "viewer", path=f"/approvals/{approval}")
    await expect(page.get_by_role("region", name="Approval", exact=True)).to_contain_text("You asked: refund")
    await expect(page.get_by_role("toolbar", name="Decide")).to_have_count(0)
