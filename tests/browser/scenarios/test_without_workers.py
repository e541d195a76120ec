"""Every worker is down, and people go on: what they decide is kept, and done when a worker is there."""

import pytest
from playwright.async_api import expect

from tests.browser.scenarios.conftest import Scene, deciding, told
from tests.e2e.bikeshop import REFUND

pytestmark = pytest.mark.browser
DRAFT = f"You asked: {REFUND}"


async def test_a_decision_is_accepted_and_its_outcome_appears_by_itself(unattended: Scene) -> None:
    async with unattended.house.workers():
        customer, approval = await unattended.waiting(REFUND)
    page = await unattended.office.arrives("anna", "approver", path=f"/approvals/{approval}")
    await page.evaluate("globalThis.isTheSamePage = true")
    await deciding(page, "Approve").click()
    await expect(told(page, "Accepted, being applied")).to_be_visible()
    await expect(deciding(page, "Approve")).to_be_disabled()
    await expect(customer.says(DRAFT)).to_have_count(0)
    async with unattended.house.workers():
        await expect(told(page, "Approved").first).to_be_visible()
        await expect(customer.says(DRAFT)).to_have_count(1)
    assert await page.evaluate("globalThis.isTheSamePage")
