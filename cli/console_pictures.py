"""Every page of the console as a picture: what is opened, and how it is brought into the state that is shown."""

import io
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Error, Page, ViewportSize, expect

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZES: dict[str, ViewportSize] = {
    "desktop": ViewportSize(width=1440, height=900),
    "phone": ViewportSize(width=390, height=844),
}
LEAD, ADMIN = "nils", "operator"
COLOURS = 192
PLANNED_WITHIN_MS = 240_000
WAITED_MS = 30_000
LOADING = ".mantine-Loader-root, .mantine-Skeleton-root, [aria-label^='Loading']"
QUIET_LOOKS, BETWEEN_LOOKS_MS = 3, 250
REFUSED, REFUSED_AT_MOST = "Unable to capture screenshot", 20
IS_IN_SCHEME = "scheme => (document.documentElement.dataset.mantineColorScheme ?? scheme) === scheme"
"""The console follows a moment later; the page for signing in has no such attribute, and follows at once."""
EDITED = "agents/billing.yaml"

CHANGED = "1 changed file, kept for you"

Step = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Picture:
    """`path` is below the console; `{}` in it is what `of` finds. `then` does what a person would do there.

    A list and what is chosen in it are two pages of a phone: `on_phone` is the one that is shown.
    """

    name: str
    path: str
    on_phone: str | None = None
    of: Callable[[BrowserContext, str], Awaitable[str]] | None = None
    then: Step | None = None
    by: str = LEAD


@dataclass(frozen=True)
class Console:
    """Where it is, and the browser that looks at it."""

    browser: Browser
    gateway_url: str
    contexts: dict[tuple[str, str], BrowserContext] = field(default_factory=dict)

    async def signed_in(self, person: str, size: str) -> BrowserContext:
        """One click at the local sign-in, once for each person and size."""
        if (person, size) not in self.contexts:
            self.contexts[person, size] = await self._sign_in(person, SIZES[size])
        return self.contexts[person, size]

    async def _sign_in(self, person: str, size: ViewportSize) -> BrowserContext:
        context = await self.browser.new_context(viewport=size, reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(f"{self.gateway_url}/console/inbox/all")
        await page.locator(f'button[value="{person}"]').click()
        await expect(page.locator("main#page")).to_be_visible()
        await page.close()
        return context


async def take(console: Console, folder: Path, picture: Picture, size: str) -> list[Path]:
    """Light and dark of one page in one size."""
    context = await console.signed_in(picture.by, size)
    found = await picture.of(context, console.gateway_url) if picture.of else ""
    page = await context.new_page()
    try:
        path = picture.on_phone if size == "phone" and picture.on_phone else picture.path
        await page.goto(f"{console.gateway_url}/console{path.format(found)}")
        await settled(page)
        if picture.then:
            await picture.then(page)
            await settled(page)
        return [await both(page, folder, f"{picture.name}-{size}", scheme) for scheme in SCHEMES]
    finally:
        await page.close()


async def sign_in_page(console: Console, folder: Path, size: str) -> list[Path]:
    """What somebody sees who is not signed in."""
    page = await console.browser.new_page(viewport=SIZES[size])
    await page.goto(f"{console.gateway_url}/console")
    await expect(page.locator("button").first).to_be_visible()
    taken = [await both(page, folder, f"sign-in-{size}", scheme) for scheme in SCHEMES]
    await page.close()
    return taken


async def both(page: Page, folder: Path, name: str, scheme: Scheme) -> Path:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.wait_for_function(IS_IN_SCHEME, arg=scheme)
    file = folder / f"{name}-{scheme}.png"
    file.write_bytes(await picture_of(page))
    return file


async def picture_of(page: Page) -> bytes:
    """A PNG of what the page shows.

    Chromium now and then refuses the first picture of a page that has drawn no frame yet, and takes it a moment later.
    """
    refusals = 0
    while True:
        try:
            return small(await page.screenshot(animations="disabled", caret="hide"))
        except Error as refused:
            refusals += 1
            if REFUSED not in refused.message or refusals == REFUSED_AT_MOST:
                raise
            await page.wait_for_timeout(BETWEEN_LOOKS_MS)


def small(png: bytes) -> bytes:
    """The same picture with a palette: a page has few colours, so that a quarter of the bytes is enough."""
    kept = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


async def settled(page: Page) -> None:
    """Everything that the page asks for is there, and nothing more is asked for because of it; its fonts too."""
    await expect(page.locator("main#page")).to_contain_text(re.compile(r"\w"), timeout=WAITED_MS)
    for _ in range(QUIET_LOOKS):
        await expect(page.locator(LOADING)).to_have_count(0, timeout=WAITED_MS)
        await page.wait_for_timeout(BETWEEN_LOOKS_MS)
    await expect(page.locator(LOADING)).to_have_count(0, timeout=WAITED_MS)
    await page.evaluate("() => document.fonts.ready.then(() => true)")


# What is looked at: found by the words of the demo's scenarios.


def conversation_about(text: str) -> Callable[[BrowserContext, str], Awaitable[str]]:
    async def found(context: BrowserContext, gateway_url: str) -> str:
        answer = await _read(context, f"{gateway_url}/v1/search", {"text": text})
        return str(answer["hits"][0]["conversation_id"])

    return found


async def open_approval(context: BrowserContext, gateway_url: str) -> str:
    answer = await _read(context, f"{gateway_url}/v1/approvals", {"state": "open"})
    return str(answer[0]["approval"]["approval_id"])


async def billing_room(context: BrowserContext, gateway_url: str) -> str:
    answer = await _read(context, f"{gateway_url}/v1/rooms", {})
    return next(str(room["room_id"]) for room in answer if room["name"] == "Billing")


async def explained_message(context: BrowserContext, gateway_url: str) -> str:
    """The first message of an AI agent that a person had approved."""
    conversation_id = await REFUND(context, gateway_url)
    record = await _read(context, f"{gateway_url}/v1/conversations/{conversation_id}", {})
    seq = next(message["seq"] for message in record["messages"] if message["author"] == "ai_agent")
    return f"{conversation_id}/messages/{seq}"


async def _read(context: BrowserContext, url: str, params: dict[str, str | float | bool]) -> Any:
    answer = await context.request.get(url, params=params)
    await expect(answer).to_be_ok()
    return await answer.json()


# What a person does there.


async def open_thinking(page: Page) -> None:
    """Of the last message that rests on sources, so that its evidence fills the page."""
    message = page.get_by_role("log").get_by_role("article").filter(has_text=re.compile(r"sure · [1-9]")).last
    why = message.get_by_role("button", name=re.compile(r"sure · [1-9]"))
    await why.click()
    await expect(why).to_have_attribute("aria-expanded", "true")
    await why.evaluate("line => line.scrollIntoView({ block: 'start' })")


async def open_commands(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.get_by_label("Go, do or search")).to_be_visible()


async def open_figure(page: Page) -> None:
    await page.get_by_role("article").get_by_role("button", name=re.compile("Open")).first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def see_the_text(page: Page) -> None:
    """The editor comes when it is needed first."""
    await expect(page.get_by_role("textbox", name=f"Text of {EDITED}")).to_be_visible(timeout=WAITED_MS)


async def plan_a_change(page: Page) -> None:
    """In a draft of somebody who is in no other picture of the specification."""
    await see_the_text(page)
    if not await page.get_by_text(CHANGED).is_visible():
        await page.get_by_role("textbox", name=f"Text of {EDITED}").click()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("\nescalate_below: 0.97\n")
    await expect(page.get_by_text(CHANGED)).to_be_visible(timeout=WAITED_MS)
    await page.get_by_role("button", name="Plan and publish").click()
    await page.get_by_role("button", name="Plan: what would change?").click()
    await expect(page.get_by_role("region", name="Changes")).to_be_visible(timeout=PLANNED_WITHIN_MS)


REFUND = conversation_about("refund our last payment")
PICTURES: Sequence[Picture] = (
    Picture("inbox", "/inbox/all/{}", on_phone="/inbox/all", of=conversation_about("charged twice for November")),
    Picture("conversation", "/inbox/all/{}", of=REFUND, then=open_thinking),
    Picture("approvals", "/approvals/{}", of=open_approval),
    Picture("colleagues", "/colleagues/{}", of=billing_room),
    Picture("supervision", "/supervision"),
    Picture("dashboards", "/dashboards"),
    Picture("figure", "/dashboards", then=open_figure),
    Picture("specification-files", f"/specification/files/{EDITED}", then=see_the_text),
    Picture("specification-agents", "/specification/agents"),
    Picture("specification-rules", "/specification/rules"),
    Picture("specification-journeys", "/specification/journeys/onboarding"),
    Picture("specification-plan", f"/specification/files/{EDITED}", then=plan_a_change, by=ADMIN),
    Picture("specification-history", "/specification/history"),
    Picture("specification-market", "/specification/market"),
    Picture("administration-people", "/administration/people", by=ADMIN),
    Picture("administration-teams", "/administration/teams", by=ADMIN),
    Picture("administration-keys", "/administration/keys", by=ADMIN),
    Picture("administration-integrations", "/administration/integrations", by=ADMIN),
    Picture("administration-sending", "/administration/sending", by=ADMIN),
    Picture("administration-organisations", "/administration/organisations", by=ADMIN),
    Picture("explanation", "/conversations/{}/explanation", of=explained_message),
    Picture("commands", "/inbox/all", then=open_commands),
)
