"""What leads and administrators do about the organisation itself, in a real Chromium over the real gateway."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from storage.specs import SpecRepository
from tests.browser.console.conftest import DESKTOP, PHONE, Office
from tests.browser.console.test_accessibility import RULES
from tests.gateway.conftest import ORGANISATION

pytestmark = pytest.mark.browser
FILE = "agents/1-service.yaml"
CARD = f"/specification/files/{FILE}"
SLOW = 90_000
"""Milliseconds: models are fitted in a process of their own."""


def editor(page: Page, path: str) -> Locator:
    return page.get_by_role("textbox", name=f"Text of {path}")


async def append(page: Page, path: str, text: str) -> None:
    """Write below the last line."""
    await editor(page, path).click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(text)


async def test_a_lead_corrects_a_mistake_plans_and_publishes(unattended: Office) -> None:
    page = await unattended.arrives("lena", "lead", path=CARD)
    await append(page, FILE, "\ntne: calm")
    mistakes = page.get_by_role("region", name="Mistakes")
    await expect(mistakes).to_contain_text("Did you mean 'tone'?")
    await expect(mistakes.get_by_role("button")).to_contain_text(re.compile(rf"{FILE}:\d+:1"))
    for _ in "tne: calm":
        await page.keyboard.press("Backspace")
    await page.keyboard.type("tone: calm")
    await expect(mistakes).not_to_contain_text("mistake")
    await page.reload()
    await expect(editor(page, FILE)).to_contain_text("tone: calm")
    await page.get_by_role("button", name="Plan and publish").click()
    await page.get_by_role("button", name="Plan: what would change?").click()
    changes = page.get_by_role("region", name="Changes")
    await expect(changes).to_contain_text("AI agent service, tone:", timeout=SLOW)
    await expect(changes).to_contain_text("→ calm")
    await page.get_by_label("Why, for the record").fill("Calmer")
    await page.get_by_role("button", name="Publish exactly this").click()
    await expect(page.get_by_text("You have changed nothing.")).to_be_visible(timeout=SLOW)
    newest = (await SpecRepository(unattended.gateway.database).history(ORGANISATION))[0]
    assert (newest.published_by, newest.via, newest.reason) == ("lena", "console", "Calmer")
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_role("row").nth(1)).to_contain_text("Calmer")
    await page.get_by_role("button", name="What changed").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("→ calm")


async def test_a_form_changes_the_text_and_keeps_its_comments(unattended: Office) -> None:
    page = await unattended.arrives("lena", "lead", path=CARD)
    await append(page, FILE, "\n# ours")
    await page.get_by_text("Both", exact=True).click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Kim")
    text = editor(page, FILE)
    await expect(text).to_contain_text("name: Kim")
    await expect(text).to_contain_text("# ours")


async def test_who_was_overtaken_takes_the_draft_over(unattended: Office) -> None:
    page = await unattended.arrives("lena", "lead", path=CARD)
    await append(page, FILE, "\ntone: calm")
    await expect(page.get_by_text("1 changed file, kept for you")).to_be_visible()
    specs = SpecRepository(unattended.gateway.database)
    published = await specs.load(await specs.active(ORGANISATION) or "")
    named = published.version.specification.model_copy(update={"name": "Another name"})
    theirs = published.version.model_copy(update={"specification": named})
    await specs.publish(theirs, b"", published.calibration, "otto")
    await page.reload()
    await page.get_by_role("button", name="Plan and publish").click()
    await expect(page.get_by_text("Somebody has published another version meanwhile")).to_be_visible()
    await page.get_by_role("button", name="Take my draft over").click()
    await page.get_by_role("button", name="Plan: what would change?").click()
    await expect(page.get_by_role("region", name="Changes")).to_contain_text("AI agent service, tone", timeout=SLOW)


async def test_a_package_of_the_market_stands_in_the_draft(unattended: Office) -> None:
    page = await unattended.arrives("lena", "lead", path="/specification/market")
    await page.get_by_role("article", name="Order status").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("What it may use")
    await dialog.get_by_role("button", name="Put it into my draft").click()
    await expect(dialog).to_contain_text("It is in your draft")
    await dialog.get_by_role("button", name="Close").last.click()
    await page.get_by_role("tab", name="Files").click()
    await expect(page.get_by_role("button", name=re.compile("^orders.yaml"))).to_be_visible()


async def test_viewers_read_and_cannot_write(unattended: Office) -> None:
    page = await unattended.arrives("vera", "viewer", path=CARD)
    await expect(page.get_by_text("You read; leads change it")).to_be_visible()
    await append(page, FILE, "x")
    await expect(page.get_by_text("changed file")).to_be_hidden()
    await expect(page.get_by_role("tab", name="Plan and publish")).to_be_hidden()


async def test_automatic_sending_is_stopped_and_everybody_sees_it(unattended: Office) -> None:
    page = await unattended.arrives("lena", "lead", path="/administration/sending")
    await page.get_by_role("button", name="Stop all automatic sending").click()
    await page.get_by_role("textbox", name="Why").fill("Wrong prices")
    await page.get_by_role("button", name="Stop it").click()
    await expect(page.get_by_text("Nothing automatic is sent", exact=True)).to_be_visible()
    other = await unattended.arrives("vera", "viewer", path="/dashboards")
    await expect(other.get_by_text("No AI message leaves")).to_contain_text("Wrong prices")


async def test_a_key_is_shown_once(unattended: Office) -> None:
    page = await unattended.arrives("ada", "admin", path="/administration/keys")
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_role("textbox", name="Whose").fill("reporting")
    await page.get_by_role("button", name="Make it").click()
    key = await page.get_by_test_id("new-key").inner_text()
    answer = await unattended.gateway.http.get("/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["person_id"] == "reporting"
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_role("row", name=re.compile("reporting"))).to_be_visible()
    assert key not in await page.content()


async def test_a_person_gets_another_role(unattended: Office) -> None:
    page = await unattended.arrives("ada", "admin", path="/administration/people")
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_role("textbox", name="Id").fill("otto")
    await page.get_by_role("textbox", name="Name").fill("Otto Berg")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name=re.compile("Otto Berg"))).to_contain_text("Human agent")


async def test_a_figure_opens_the_conversations_behind_it(office: Office) -> None:
    conversation, chat = await office.customer("How do I sign in?")
    await chat.reply()
    page = await office.arrives("vera", "viewer", path="/dashboards")
    tile = page.get_by_role("article", name="First response, median")
    await expect(tile).to_contain_text("n = 1")
    await tile.get_by_role("button", name=re.compile("Open 1 row")).click()
    await page.get_by_role("link", name=f"Customer {conversation[-4:]}").click()
    await expect(page).to_have_url(re.compile(conversation))


async def test_a_message_is_explained(office: Office) -> None:
    conversation, chat = await office.customer("How do I sign in?")
    await chat.reply()
    page = await office.arrives("audrey", "auditor", path=f"/conversations/{conversation}/messages/2/explanation")
    await expect(page.get_by_role("region", name="The draft")).to_contain_text("Confidence")
    await expect(page.get_by_role("region", name="What it answers")).to_contain_text("How do I sign in?")


async def test_the_wall_takes_a_conversation_over_in_one_click(office: Office) -> None:
    _, chat = await office.customer("How do I sign in?")
    await chat.reply()
    page = await office.arrives("hugo", "human_agent", path="/supervision")
    await page.get_by_role("article").get_by_role("button", name=re.compile("Take over")).click()
    await expect(page.get_by_text("The conversation is yours")).to_be_visible()
    await expect(page.get_by_text("No open conversation is with an AI agent.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_axe_finds_nothing(office: Office, scheme: str, viewport: dict[str, int]) -> None:
    conversation, chat = await office.customer("How do I sign in?")
    await chat.reply()
    page = await office.arrives("ada", "admin", path="/dashboards", viewport=viewport)
    await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    found = list[str]()
    tabs = ("files", "agents", "rules", "journeys", "publish", "history", "market")
    for path in (
        "/dashboards",
        "/supervision",
        *(f"/administration/{tab}" for tab in ("people", "teams", "keys", "integrations", "sending")),
        *(f"/specification/{tab}" for tab in tabs),
        f"/conversations/{conversation}/messages/2/explanation",
    ):
        await page.goto(f"{office.gateway.url}/console{path}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_label("Loading")).to_have_count(0)
        answer = await Axe().run(page, options=RULES)
        found += [
            f"{path} {one['id']}: {node['html'][:200]}"
            for one in answer.response["violations"]
            for node in one["nodes"]
        ]
    assert not found, "\n".join(found)
