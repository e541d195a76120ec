"""An auditor: "explain this message", and nothing that could be changed on the way."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.scenarios.conftest import Scene, deciding, told
from tests.e2e.bikeshop import PASSWORD, REFUND

pytestmark = pytest.mark.browser
DRAFT = f"You asked: {REFUND}"
CHANGING = ("Approve", "Edit", "Reject", "Take over", "Hand back", "Snooze", "Resolve", "Send", "Macros", "More")
PLACES = ("/inbox/all", "/approvals", "/supervision", "/dashboards", "/specification/files", "/administration/people")


async def _explained(page: Page, author: str) -> None:
    """From a message of its conversation to its record, and nothing else to open there."""
    await page.get_by_role("link", name=f"Explain the message of {author}").last.click()
    await page.wait_for_url("**/explanation")


async def test_from_any_message_that_left_to_everything_it_rests_on(scene: Scene) -> None:
    customer, approval = await scene.waiting(REFUND)
    anna = await scene.office.arrives("anna", "approver", path=f"/approvals/{approval}")
    await deciding(anna, "Edit").click()
    await anna.get_by_label("Your text").fill("You have it back by Friday.")
    await anna.get_by_role("button", name="Approve your text").click()
    await expect(told(anna, "Approved").first).to_be_visible()
    await scene.talk(customer).answered(1)
    await customer.writes(PASSWORD)
    await scene.talk(customer).answered(2)
    page = await scene.office.arrives("audrey", "auditor", path=f"/inbox/all/{customer.conversation_id}")
    await _explained(page, "Service AI")
    await expect(page.get_by_role("region", name="What it answers")).to_contain_text(PASSWORD)
    await expect(page.get_by_role("region", name="The draft")).to_contain_text("Reset your password")
    await page.get_by_role("link", name="conversation").click()
    await page.get_by_role("link", name="Explain the message of").nth(1).click()
    await expect(page.get_by_role("region", name="The message")).to_contain_text("You have it back by Friday.")
    await expect(page.get_by_role("region", name="What it answers")).to_contain_text(REFUND)
    draft = page.get_by_role("region", name="The draft")
    for recorded in (DRAFT, "Confidence", "Returns and refunds", "Models", "scripted"):
        await expect(draft).to_contain_text(recorded)
    decisions = page.get_by_role("region", name="People's decisions")
    await expect(decisions).to_contain_text("Anna edit by console on")
    await expect(decisions).to_contain_text("Approved")
    await expect(page.get_by_role("region", name="How it left")).to_contain_text("Message delivered")
    await expect(page.get_by_role("region", name="What it rests on")).to_contain_text("by lea")


async def test_what_a_person_wrote_is_explained_too(scene: Scene) -> None:
    customer = await scene.customer(PASSWORD)
    await scene.talk(customer).answered(1)
    anna = await scene.office.arrives("anna", "approver", path=f"/inbox/all/{customer.conversation_id}")
    box = anna.get_by_label("Reply to the customer")
    await box.fill("Anna here.")
    await box.press("Control+Enter")
    await expect(customer.says("Anna here.")).to_be_visible()
    page = await scene.office.arrives("audrey", "auditor", path=f"/inbox/all/{customer.conversation_id}")
    await _explained(page, "Anna")
    await expect(page.get_by_role("region", name="The message")).to_contain_text("Anna here.")
    await expect(page.get_by_role("region", name="The draft")).to_contain_text("No AI agent drafted it.")
    await expect(page.get_by_role("region", name="What it rests on")).to_contain_text("by anna by console")


async def test_an_auditor_sees_everything_and_has_no_button_that_changes_it(scene: Scene) -> None:
    customer, approval = await scene.waiting(REFUND)
    page = await scene.office.arrives("audrey", "auditor", path=f"/approvals/{approval}")
    for path in (*PLACES, f"/approvals/{approval}", f"/inbox/all/{customer.conversation_id}"):
        await page.goto(f"{scene.url}/console{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_label("Loading")).to_have_count(0)
        for name in CHANGING:
            offered = page.get_by_role("button", name=name, exact=True)
            assert await offered.count() == 0 or await offered.first.is_disabled(), f"{path} offers {name}"
    await page.goto(f"{scene.url}/console/administration/sending")
    await expect(page.get_by_role("button", name="Stop all automatic sending")).to_be_disabled()
