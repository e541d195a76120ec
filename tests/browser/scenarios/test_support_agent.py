"""What a support agent does all day, from the first look to what the customer reads."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect
from temporalio.testing import WorkflowEnvironment

from domain.conversation.ownership import Status
from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.organisation import LadderRung
from tests.browser.console.conftest import DESKTOP
from tests.browser.scenarios.conftest import Scene, deciding, refused, told
from tests.e2e.bikeshop import DELIVERY, PASSWORD, PERSON, REFUND, publish

pytestmark = pytest.mark.browser
DRAFT = f"You asked: {REFUND}"
FEW = 8
"""Clicks and keys. A person has 90 seconds for the whole; a test counts what they do, not how long a machine takes."""
COUNT = """
for (const kind of ["pointerdown", "keydown"])
  addEventListener(kind, (event) => event.isTrusted && globalThis.acted(kind), true);
"""


async def _alex(scene: Scene, acted: list[str]) -> Page:
    """Alex before the console's front door; every click and key from now on is counted by the browser."""
    await scene.office.served.add("alex", "approver")
    context = await scene.office.browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    await scene.office.stack.enter_async_context(context)
    await _count(context, acted)
    page = await scene.office.page(context)
    await page.goto(f"{scene.url}/console/")
    return page


async def _count(context: BrowserContext, acted: list[str]) -> None:
    await context.expose_function("acted", lambda kind: acted.append(kind))
    await context.add_init_script(COUNT)


async def test_alex_signs_in_and_decides_what_waits_in_a_few_actions(scene: Scene) -> None:
    customer, _ = await scene.waiting(REFUND)
    acted: list[str] = []
    page = await _alex(scene, acted)
    await page.locator('button[value="alex"]').click()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Approvals 1").click()
    top = page.get_by_role("region", name="Approvals").get_by_role("listitem").first
    await expect(top).to_contain_text(DRAFT)
    await top.get_by_role("link").click()
    card = page.get_by_role("region", name="Approval", exact=True)
    for needed in (REFUND, DRAFT, "Draft of Billing AI", "sensitive: financial", "1 source", "May decide: Approver"):
        await expect(card.get_by_text(needed).first).to_be_in_viewport()
    await deciding(page, "Approve").click()
    await expect(customer.says(DRAFT)).to_be_visible()
    assert 4 <= len(acted) <= FEW


async def test_alex_answers_whoever_asks_for_a_person_in_a_few_actions(scene: Scene) -> None:
    customer = await scene.customer(PERSON)
    await scene.talk(customer).until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    acted: list[str] = []
    page = await _alex(scene, acted)
    await page.locator('button[value="alex"]').click()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Team 1").click()
    top = page.get_by_role("region", name="Conversations").get_by_role("listitem").first
    await top.get_by_role("link").click()
    story = page.get_by_role("log", name="What happened")
    await expect(story).to_contain_text(PERSON)
    await expect(story).to_contain_text("the customer asked for a person")
    await page.get_by_label("Reply to the customer").click()
    await page.keyboard.insert_text("Alex here. What can I do?")
    await page.keyboard.press("Control+Enter")
    await expect(customer.says("Alex here. What can I do?")).to_be_visible()
    assert 4 <= len(acted) <= FEW


async def test_an_approved_draft_and_an_edited_one_reach_the_customer(scene: Scene) -> None:
    first, approval = await scene.waiting(REFUND)
    page = await scene.office.arrives("anna", "approver", path=f"/approvals/{approval}")
    await deciding(page, "Approve").click()
    await expect(first.says(DRAFT)).to_be_visible()
    second, approval = await scene.waiting(REFUND)
    await page.goto(f"{scene.url}/console/approvals/{approval}")
    await deciding(page, "Edit").click()
    await page.get_by_label("Your text").fill("You have it back by Friday.")
    await page.get_by_role("button", name="Approve your text").click()
    await expect(second.says("You have it back by Friday.")).to_be_visible()
    await expect(second.says(DRAFT)).to_have_count(0)


async def test_of_two_who_click_at_once_one_wins_and_the_other_reads_who(scene: Scene) -> None:
    customer, approval = await scene.waiting(REFUND)
    pages = {
        name: await scene.office.arrives(name.lower(), "approver", path=f"/approvals/{approval}")
        for name in ("Anna", "Ben")
    }
    both = asyncio.Barrier(len(pages))

    async def together(route: Route) -> None:
        await both.wait()
        await route.continue_()

    for page in pages.values():
        await page.route("**/decisions", together)
        await expect(deciding(page, "Approve")).to_be_enabled()
    await asyncio.gather(*(deciding(page, "Approve").click() for page in pages.values()))
    seen = await scene.talk(customer).until(lambda seen: len(seen.decisions) == 2)
    assert sorted(seen.effects) == ["refused", "send"]
    winner = (seen.approvals[0].closed_by or "").title()
    loser = next(name for name in pages if name != winner)
    await expect(told(pages[winner], "Approved").first).to_be_visible()
    await expect(refused(pages[loser], f"{winner} decided")).to_be_visible()
    await expect(customer.says(DRAFT)).to_have_count(1)


async def test_what_the_customer_adds_makes_the_card_refuse_and_a_fresh_one_appear(scene: Scene) -> None:
    customer, approval = await scene.waiting(REFUND)
    page = await scene.office.arrives("anna", "approver", path=f"/approvals/{approval}")
    await expect(deciding(page, "Approve")).to_be_enabled()
    # The card hears of nothing for a while, as in a tunnel.
    await page.route("**/v1/approvals/*", lambda route: route.abort())
    await customer.writes("It was 49 EUR.")
    await scene.talk(customer).until(lambda seen: [one.state for one in seen.approvals] == ["open", "stale"])
    await deciding(page, "Approve").click()
    await expect(refused(page, "a newer draft replaced it")).to_be_visible()
    await expect(customer.says(DRAFT)).to_have_count(0)
    await page.unroute("**/v1/approvals/*")
    await page.reload()
    await expect(told(page, "Stale: the conversation moved on")).to_be_visible()
    await expect(deciding(page, "Approve")).to_have_count(0)
    fresh = page.get_by_role("region", name="Approvals").get_by_role("listitem")
    await expect(fresh).to_have_count(1)
    await fresh.get_by_role("link").click()
    await expect(page.get_by_role("region", name="Approval", exact=True)).to_contain_text("It was 49 EUR.")
    await deciding(page, "Approve").click()
    await expect(customer.log).to_contain_text("It was 49 EUR.")
    seen = await scene.talk(customer).answered(1)
    assert len(seen.replies) == 1
    assert "It was 49 EUR." in seen.replies[0]


async def test_after_a_takeover_the_ai_is_silent_until_it_is_handed_back(scene: Scene) -> None:
    gate = scene.house.gates.hold("before", "generate_reply")
    customer = await scene.customer(PASSWORD)
    await gate.reached.wait()
    page = await scene.office.arrives("anna", "approver", path=f"/inbox/all/{customer.conversation_id}")
    await page.get_by_role("button", name="Take over").click()
    story = page.get_by_role("log", name="What happened")
    await expect(story).to_contain_text("Anna took it over")
    gate.opened.set()
    await scene.talk(customer).rests()
    await _reply(page, "Anna here, one moment.")
    await expect(customer.says("Anna here, one moment.")).to_be_visible()
    await customer.writes(DELIVERY)
    await expect(story).to_contain_text(DELIVERY)
    await scene.talk(customer).rests()
    seen = await scene.talk(customer).seen()
    assert seen
    assert seen.replies == ["Anna here, one moment."]
    await expect(customer.log).not_to_contain_text("You asked")
    await page.get_by_role("button", name="Hand back").click()
    await page.get_by_label("Instruction").fill("Offer free shipping.")
    await page.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    await expect(customer.says(f"You asked: {DELIVERY} (Offer free shipping.)")).to_be_visible()


async def _reply(page: Page, text: str) -> None:
    box = page.get_by_label("Reply to the customer")
    await box.fill(text)
    await box.press("Control+Enter")


def _closed_until(day: int) -> BusinessCalendar:
    """Open around the clock on that day of the week, and closed on the others."""
    return BusinessCalendar(hours=(OpeningHours.model_validate({"weekday": day, "opens": "00:00", "closes": "24:00"}),))


async def test_in_the_night_nothing_is_hurried_and_then_others_are_asked(
    patient_scene: Scene, environment: WorkflowEnvironment
) -> None:
    scene, now = patient_scene, datetime.now(UTC)
    ladder = (
        LadderRung(after_minutes=60, action="widen", roles=("human_agent",)),
        LadderRung(after_minutes=120, action="move_up", roles=("lead",)),
    )
    opens = (now + timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
    await publish(scene.house.store.database, calendar=_closed_until(opens.weekday()), ladder=ladder)
    customer, approval = await scene.waiting(REFUND)
    hugo = await scene.office.arrives("hugo", "human_agent", path=f"/approvals/{approval}")
    card = hugo.get_by_role("region", name="Approval", exact=True)
    await expect(card).to_contain_text("May decide: Approver.")
    await deciding(hugo, "Approve").click()
    await expect(refused(hugo, "approver")).to_be_visible()
    talk = scene.talk(customer)
    await environment.fast_forward(talk.handle, timedelta(days=2))
    await expect(card).to_contain_text("May decide: Approver.")
    await environment.fast_forward(talk.handle, opens + timedelta(minutes=61) - (now + timedelta(days=2)))
    await expect(card).to_contain_text("May decide: Approver, Human agent.")
    await environment.fast_forward(talk.handle, timedelta(hours=1))
    await expect(card).to_contain_text("May decide: Lead.")
    lena = await scene.office.arrives("lena", "lead", path="/approvals")
    waits = lena.get_by_role("region", name="Approvals").get_by_role("listitem")
    await waits.get_by_role("link", name=DRAFT).click()
    await deciding(lena, "Approve").click()
    await expect(customer.says(DRAFT)).to_be_visible()
