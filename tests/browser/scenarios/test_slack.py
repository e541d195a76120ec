"""Colleagues at the console and colleagues in Slack look at the same approvals. What is forged or replayed there is
refused in tests.gateway.desk.
"""

import pytest
from playwright.async_api import expect

from tests.browser.scenarios.conftest import Scene, deciding, told
from tests.e2e.bikeshop import REFUND
from tests.gateway.desk.conftest import link, opened, slack
from tests.slack_desk import ANNA, Workplace, actions

__all__ = ["slack"]
pytestmark = pytest.mark.browser
DRAFT = f"You asked: {REFUND}"


async def test_what_is_decided_at_the_console_changes_the_card_in_slack(scene: Scene, slack: Workplace) -> None:
    gateway = scene.office.gateway
    async with opened(gateway.options, gateway.database, gateway.temporal, slack):
        customer, approval = await scene.waiting(REFUND)
        card = await slack.card(DRAFT, "Approve")
        page = await scene.office.arrives("cleo", "approver", path=f"/approvals/{approval}")
        await deciding(page, "Approve").click()
        await expect(customer.says(DRAFT)).to_be_visible()
        closed = await slack.card("Approved by")
        assert (closed["ts"], actions(closed), len(slack.messages())) == (card["ts"], [], 1)


async def test_what_is_decided_in_slack_shows_at_the_console(scene: Scene, slack: Workplace) -> None:
    gateway = scene.office.gateway
    await link(gateway.database, ANNA.id, "anna", "approver")
    async with opened(gateway.options, gateway.database, gateway.temporal, slack):
        customer, approval = await scene.waiting(REFUND)
        card = await slack.card(DRAFT, "Approve")
        page = await scene.office.arrives("cleo", "approver", path=f"/approvals/{approval}")
        await expect(deciding(page, "Approve")).to_be_enabled()
        await slack.press(card, "approve")
        await expect(told(page, "Approved").first).to_be_visible()
        await expect(deciding(page, "Approve")).to_have_count(0)
        await expect(customer.says(DRAFT)).to_have_count(1)
