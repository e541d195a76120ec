"""`holdfast screenshots`: the pictures of the documentation, taken of the demo in a real browser."""

import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.console_pictures import LEAD, PICTURES, REFUND, SIZES, Console, picture_of, sign_in_page, take
from config.settings import child_environment, local_settings
from domain.errors import NotFoundError, UnavailableError
from embedded.application import ROOT
from embedded.home import ENDPOINTS_FILE, Endpoints

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
DEMO, REPORT = "demo", "report.json"
terminal = Terminal()


def screenshots(
    folder: Annotated[Path, typer.Argument(help="Where to write the pictures.")] = Path("docs/images"),
    only: Annotated[str, typer.Option(help="Only pages of the console whose name begins so.")] = "",
) -> None:
    """Take the pictures of the documentation: every page of the console with the demo's conversations, the chat
    widget, the API, a conversation in the Temporal UI; light and dark, for a desk and for a phone.

    A demo that waits at its end (`make demo`) is used; otherwise one is played first, which takes two minutes.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NotFoundError("There is no Chromium here: install it with `sudo apt-get install chromium`.")
    (folder / "console").mkdir(parents=True, exist_ok=True)
    asyncio.run(_take_all(folder, browser, only))


async def _take_all(folder: Path, executable: str, only: str) -> None:
    async with _demo() as endpoints, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=QUIET)
        console = Console(browser, endpoints.gateway)
        await _pages(console, folder / "console", only)
        if not only:
            for scheme in ("light", "dark"):
                await _chat(browser, endpoints.gateway, scheme, folder / f"chat-{scheme}.png")
            await _story(console, endpoints.temporal_ui or "", folder / "temporal-ui.png")
            await _api(browser, endpoints.gateway, folder / "api.png")
        await browser.close()


async def _pages(console: Console, folder: Path, only: str) -> None:
    wanted = [picture for picture in PICTURES if picture.name.startswith(only)]
    with _progress() as progress:
        task = progress.add_task("", total=len(wanted) * len(SIZES) + (0 if only else len(SIZES)))
        for size in SIZES:
            for picture in wanted:
                progress.update(task, description=f"{picture.name}, {size}")
                await take(console, folder, picture, size)
                progress.advance(task)
            if not only:
                await sign_in_page(console, folder, size)
                progress.advance(task)
    terminal.print(f"wrote {2 * int(progress.tasks[0].completed)} pictures into {folder}")


def _progress() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=terminal)


@asynccontextmanager
async def _demo() -> AsyncIterator[Endpoints]:
    """A demo that has been played and waits: the one that runs here, or one of our own."""
    running = local_settings().home / DEMO
    if (running / REPORT).exists() and (running / ENDPOINTS_FILE).exists():
        yield _endpoints(running)
        return
    with tempfile.TemporaryDirectory(prefix="holdfast-") as home:
        async with _played(Path(home)) as endpoints:
            yield endpoints


@asynccontextmanager
async def _played(home: Path) -> AsyncIterator[Endpoints]:
    """It says itself how far it is. UnavailableError when it ends before it waits."""
    settings = local_settings().model_copy(update={"home": home})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "demo", "--stay"), cwd=ROOT, env=child_environment(settings)
    )
    ended = asyncio.create_task(process.wait())
    try:
        while not (home / DEMO / REPORT).exists():
            if ended.done():
                raise UnavailableError("The demo ended before a picture was taken; it says why above.")
            await asyncio.wait([ended], timeout=1)
        yield _endpoints(home / DEMO)
    finally:
        if not ended.done():
            process.send_signal(signal.SIGINT)
        await ended


def _endpoints(home: Path) -> Endpoints:
    return Endpoints.model_validate_json((home / ENDPOINTS_FILE).read_text())


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


async def _story(console: Console, ui_url: str, picture: Path) -> None:
    """The conversation that the console's picture shows."""
    context = await console.signed_in(LEAD, "desktop")
    conversation_id = await REFUND(context, console.gateway_url)
    page = await console.browser.new_page(viewport={"width": 1400, "height": 1250})
    await page.goto(f"{ui_url}/namespaces/default/workflows")
    await page.locator(f"a[href*='/workflows/conversation-{conversation_id}']").first.click()
    await page.get_by_text("request_approval").first.wait_for()
    await _save(page, picture)


async def _api(browser: Browser, gateway_url: str, picture: Path) -> None:
    page = await browser.new_page(viewport={"width": 1100, "height": 800})
    await page.goto(f"{gateway_url}/docs")
    await page.get_by_text("/v1/approvals").first.wait_for()
    await _save(page, picture)


async def _save(page: Page, picture: Path) -> None:
    await asyncio.to_thread(picture.write_bytes, await picture_of(page))
    await page.close()
    terminal.print(f"wrote {picture}")
