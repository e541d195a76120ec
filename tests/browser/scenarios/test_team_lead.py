"""What a team lead does: rules, colleagues who are away, numbers, and the switch that stops everything."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from domain.specification.organisation import ModelSpec
from domain.specification.rules import Rule
from tests.browser.console.test_organisation import SLOW, append
from tests.browser.scenarios.conftest import Scene, deciding, told
from tests.e2e.bikeshop import PASSWORD, REFUND, publish

pytestmark = pytest.mark.browser
MONEY = Rule.model_validate(
    {
        "id": "money",
        "description": "A lead reads whatever is about money.",
        "when": [{"kind": "words", "phrases": ["money"]}],
        "then": "ask_approval",
        "ask": {"roles": ["lead"]},
    }
)
PAGES = ("/inbox/all", "/approvals", "/colleagues", "/supervision", "/dashboards", "/specification/files")


async def _who_may_decide(scene: Scene, page: Page) -> Locator:
    """The card of a new customer who wants money back."""
    _, approval = await scene.waiting(REFUND)
    await page.goto(f"{scene.url}/console/approvals/{approval}")
    return page.get_by_role("region", name="Approval", exact=True)


@pytest.mark.timeout(600)
async def test_a_rule_is_changed_planned_published_and_rolled_back(scene: Scene) -> None:
    await publish(scene.house.store.database, rules=(MONEY,), model=ModelSpec(embedder="none"))
    page = await scene.office.arrives("lena", "lead", path="/approvals")
    await expect(await _who_may_decide(scene, page)).to_contain_text("May decide: Lead.")
    await page.get_by_role("link", name="Specification").click()
    await page.get_by_role("tab", name="Rules").click()
    await page.get_by_role("article", name="money").get_by_role("link").click()
    await append(page, "rules/money.yaml", "\nai_agents: [service]")
    await page.get_by_role("button", name="Plan and publish").click()
    await page.get_by_role("button", name="Plan: what would change?").click()
    changes = page.get_by_role("region", name="Changes")
    await expect(changes).to_contain_text("rule money, ai_agents added: service", timeout=SLOW)
    await expect(page.get_by_role("region", name="Over recorded conversations")).to_contain_text("1 recorded turn")
    await page.get_by_label("Why, for the record").fill("Billing knows what it does")
    await page.get_by_role("button", name="Publish exactly this").click()
    await expect(page.get_by_text("You have changed nothing.")).to_be_visible(timeout=SLOW)
    await expect(await _who_may_decide(scene, page)).to_contain_text("May decide: Approver.")
    await page.goto(f"{scene.url}/console/specification/history")
    await expect(page.get_by_role("row").nth(1)).to_contain_text("Billing knows what it does")
    await page.get_by_role("button", name=re.compile("Roll back to it")).first.click()
    await page.get_by_label("Why, for the record").fill("It does not")
    await page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("rolled back by Lena", timeout=SLOW)
    await expect(await _who_may_decide(scene, page)).to_contain_text("May decide: Lead.")


async def _asked_of(scene: Scene, person: str, number: int) -> None:
    """So many approvals that this person is asked for."""
    for _ in range(number):
        _, approval = await scene.waiting(REFUND)
        path = f"/v1/approvals/{approval}/decisions"
        await scene.ask("POST", path, "lena", "lead", action="reassign", assignee=person)


async def test_what_waits_for_a_colleague_is_passed_on_together(scene: Scene) -> None:
    ben = await scene.office.arrives("ben", "approver", path="/inbox/mine")
    cleo = await scene.office.arrives("cleo", "approver", path="/inbox/mine")
    await _asked_of(scene, "ben", 2)
    await expect(ben.get_by_role("navigation", name="Main").get_by_role("link", name="Mine 2")).to_be_visible()
    page = await scene.office.arrives("lena", "lead", path="/approvals")
    rows = page.get_by_role("region", name="Approvals").get_by_role("listitem")
    await expect(rows.filter(has_text="Ben")).to_have_count(2)
    await page.get_by_role("button", name="Mark all").click()
    await page.get_by_role("toolbar", name="Marked approvals").get_by_role("button", name="Reassign").click()
    await page.get_by_role("combobox", name="Colleague").fill("Cleo")
    await page.get_by_role("option", name="Cleo").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ask").click()
    await expect(rows.filter(has_text="Cleo")).to_have_count(2)
    await expect(cleo.get_by_role("navigation", name="Main").get_by_role("link", name="Mine 2")).to_be_visible()
    await expect(ben.get_by_text("You own no conversation.")).to_be_visible()


async def test_who_goes_away_leaves_their_approvals_to_a_deputy(scene: Scene) -> None:
    cleo = await scene.office.arrives("cleo", "approver", path="/inbox/mine")
    ben = await scene.office.arrives("ben", "approver", path="/inbox/mine")
    await _asked_of(scene, "ben", 1)
    await expect(ben.get_by_role("navigation", name="Main").get_by_role("link", name="Mine 1")).to_be_visible()
    await ben.get_by_role("button", name="Ben: your menu").click()
    await ben.get_by_role("menuitem", name="I am away").click()
    await _leave(ben, deputy="Cleo")
    await expect(cleo.get_by_role("navigation", name="Main").get_by_role("link", name="Mine 1")).to_be_visible()
    await expect(ben.get_by_text("You own no conversation.")).to_be_visible()


async def _leave(page: Page, deputy: str) -> None:
    await page.get_by_role("combobox", name="Deputy").fill(deputy)
    await page.get_by_role("option", name=deputy).click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()


async def test_a_lead_says_that_a_colleague_is_away_and_that_they_are_back(scene: Scene) -> None:
    cleo = await scene.office.arrives("cleo", "approver", path="/inbox/mine")
    await scene.office.served.add("ben", "approver")
    await _asked_of(scene, "ben", 1)
    page = await scene.office.arrives("lena", "lead", path="/administration/people")
    row = page.get_by_role("row", name=re.compile("Ben"))
    await row.get_by_role("button", name="Ben: away or back").click()
    await _leave(page, deputy="Cleo")
    await expect(row).to_contain_text("Away, back")
    await expect(cleo.get_by_role("navigation", name="Main").get_by_role("link", name="Mine 1")).to_be_visible()
    await row.get_by_role("button", name="Ben: away or back").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ben is back").click()
    await expect(row).to_contain_text("Active")


async def test_a_number_leads_to_the_conversations_that_it_counts(scene: Scene) -> None:
    customers = [await scene.customer(PASSWORD) for _ in range(2)]
    for customer in customers:
        await expect(customer.says(f"You asked: {PASSWORD}")).to_be_visible()
    page = await scene.office.arrives("lena", "lead", path="/dashboards")
    tile = page.get_by_role("article", name="First response, median")
    await expect(tile).to_contain_text("n = 2")
    await tile.get_by_role("button", name=re.compile("Open 2 rows")).click()
    for customer in customers:
        await expect(page.get_by_role("link", name=f"Customer {customer.conversation_id[-4:]}")).to_be_visible()
    await page.get_by_role("link", name=f"Customer {customers[0].conversation_id[-4:]}").click()
    await expect(page).to_have_url(re.compile(customers[0].conversation_id))
    await expect(page.get_by_role("log", name="What happened")).to_contain_text(f"You asked: {PASSWORD}")


async def test_everything_automatic_is_stopped_seen_everywhere_and_goes_on(scene: Scene) -> None:
    page = await scene.office.arrives("lena", "lead", path="/administration/sending")
    ben = await scene.office.arrives("ben", "approver", path="/inbox/all")
    await page.get_by_role("button", name="Stop all automatic sending").click()
    await page.get_by_role("textbox", name="Why").fill("Wrong prices")
    await page.get_by_role("button", name="Stop it").click()
    banner = ben.get_by_text("No AI message leaves: Lena stopped automatic sending")
    await expect(banner).to_contain_text("Wrong prices")
    for path in PAGES:
        await ben.goto(f"{scene.url}/console{path}")
        await expect(banner).to_be_visible()
    customer = await scene.customer(PASSWORD)
    approval = (await scene.talk(customer).asked()).approval.approval_id
    await expect(customer.says(f"You asked: {PASSWORD}")).to_have_count(0)
    await ben.goto(f"{scene.url}/console/approvals/{approval}")
    await expect(ben.get_by_role("region", name="Approval", exact=True)).to_contain_text("Automatic sending is stopped")
    await deciding(ben, "Approve").click()
    await expect(told(ben, "Approved").first).to_be_visible()
    await expect(customer.says(f"You asked: {PASSWORD}")).to_have_count(1)
    await page.get_by_role("button", name="Let it send again").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send again").click()
    await expect(banner).to_be_hidden()
    await customer.writes(PASSWORD)
    await expect(customer.says(f"You asked: {PASSWORD}")).to_have_count(2)
