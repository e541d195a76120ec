"""`holdfast screenshots`: the pictures of the documentation, taken of a fresh platform in a real browser."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from cli.dev import prepare
from config.settings import Settings
from domain.errors import NotFoundError
from embedded.platform import Platform, with_free_ports, workers_and_gateway
from embedded.progress import Progress

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWERED = ".message.ai[data-seq]"
NOTICED = ".notice"
ASKED = (
    ("How do I export my projects to CSV?", ANSWERED),
    ("I was charged twice this month and want my money back.", NOTICED),
)
console = Console()


def screenshots(
    folder: Annotated[Path, typer.Argument(help="Where to write the pictures.")] = Path("docs/images"),
) -> None:
    """Take the pictures of the documentation: the chat widget, light and dark, a conversation in the Temporal UI."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NotFoundError("There is no Chromium here: install it with `sudo apt-get install chromium`.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="holdfast-") as home:
        asyncio.run(_take(folder, browser, Path(home)))


async def _take(folder: Path, executable: str, home: Path) -> None:
    settings = with_free_ports(Settings(home=home))
    progress = Progress(console)
    application = workers_and_gateway(1)
    async with (
        Platform(settings, application=application, prepare=prepare, report=progress) as platform,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=executable, args=QUIET)
        for scheme in ("light", "dark"):
            await _chat(browser, platform.gateway_url, scheme, folder / f"chat-{scheme}.png")
        await _story(browser, platform.temporal_ui_url or "", folder / "temporal-ui.png")
        await browser.close()


async def _chat(browser: Browser, gateway_url: str, scheme: str, picture: Path) -> None:
    page = await browser.new_page(viewport={"width": 1100, "height": 800})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(f"{gateway_url}/chat")
    box = page.get_by_role("textbox")
    for said, answer in ASKED:
        await box.fill(said)
        await box.press("Enter")
        await page.locator(answer).last.wait_for()
    await _save(page, picture)


async def _story(browser: Browser, ui_url: str, picture: Path) -> None:
    page = await browser.new_page(viewport={"width": 1400, "height": 1250})
    await page.goto(f"{ui_url}/namespaces/default/workflows")
    await page.locator("a[href*='/workflows/conversation-']").first.click()
    await page.get_by_text("request_approval").first.wait_for()
    await _save(page, picture)


async def _save(page: Page, picture: Path) -> None:
    await page.screenshot(path=picture)
    await page.close()
    console.print(f"wrote {picture}")
