"""Nothing that axe finds: names, contrast, focus, landmarks, on every page, light and dark, desktop and phone."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.console.conftest import DESKTOP, PHONE, Office

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


async def _findings(page: Page) -> list[str]:
    await page.evaluate("Promise.all(document.getAnimations().map(one => one.finished.catch(() => {})))")
    found = await Axe().run(page, options=RULES)
    return [
        f"{page.url} {violation['id']}: {node['html'][:300]} {node.get('failureSummary', '')}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_axe_finds_nothing(office: Office, scheme: str, viewport: dict[str, int]) -> None:
    answered, chat = await office.customer("How do I sign in?")
    await chat.reply()
    waiting, other = await office.customer("refund, please")
    await other.until("status", status="awaiting_approval")
    page = await office.arrives("anna", "lead", viewport=viewport)
    await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    await expect(page.get_by_role("link", name="Approval · 98 %")).to_be_visible()
    found = await _findings(page)
    for path, shown in (
        (f"/inbox/all/{answered}", "You asked: How do I sign in?"),
        (f"/inbox/all/{waiting}", "You asked: refund, please"),
        ("/approvals", "You asked: refund, please"),
        ("/colleagues", "No room yet."),
    ):
        await page.goto(f"{office.gateway.url}/console{path}")
        await expect(page.get_by_text(shown).last).to_be_visible()
        found += await _findings(page)
    assert found == []
