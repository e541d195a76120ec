"""What a customer sees and does, in a real browser."""

import pytest
from playwright.async_api import FilePayload, Page, Route, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route as Address

from storage.conversations import ConversationRepository
from tests.gateway.conftest import Gateway, serve, serving

pytestmark = pytest.mark.browser
PDF = FilePayload(name="invoice.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 " + b"x" * 50_000)
PROGRAM = FilePayload(name="setup.png", mimeType="image/png", buffer=b"MZ\x90\x00" * 100)


async def _write(page: Page, text: str) -> None:
    box = page.get_by_label("Your message")
    await box.fill(text)
    await box.press("Enter")


async def _open(platform: Gateway, page: Page) -> dict[str, str]:
    """The chat page, and the session that it started."""
    async with page.expect_response("**/v1/chat/sessions") as started:
        await page.goto(f"{platform.url}/chat")
    session: dict[str, str] = await (await started.value).json()
    return session


async def _approval(platform: Gateway, headers: dict[str, str]) -> str:
    found = await platform.http.get("/v1/approvals?state=open", headers=headers)
    approval_id: str = found.json()[0]["approval"]["approval_id"]
    return approval_id


async def test_a_question_is_answered_and_nothing_is_loaded_from_elsewhere(platform: Gateway, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await _open(platform, page)
    await expect(page.get_by_text("AI assistant. Ask for a person anytime.")).to_be_visible()
    await _write(page, "How do I **sign in**?")
    await expect(page.get_by_text("You asked: How do I sign in?")).to_be_visible()
    await page.get_by_text("1 source").click()
    await expect(page.get_by_role("link", name="Reset your password")).to_be_visible()
    await expect(page.get_by_text("Read", exact=True)).to_be_visible()
    assert [url for url in asked if not url.startswith((platform.url, "data:"))] == []


async def test_sources_that_open_below_what_is_seen_are_scrolled_to(platform: Gateway, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 500})
    await _open(platform, page)
    await _write(page, "How do I sign in? " * 40)
    await page.get_by_text("1 source").click()
    await expect(page.get_by_role("link", name="Reset your password")).to_be_in_viewport(ratio=1)


async def test_text_never_becomes_markup(platform: Gateway, page: Page) -> None:
    await _open(platform, page)
    await _write(page, "<img src=x onerror=alert(1)> [x](javascript:alert(1)) <b>bold</b>")
    await expect(page.get_by_role("log").get_by_text("<b>bold</b>")).to_have_count(2)
    assert await page.get_by_role("log").locator("img, b, a[href^=javascript]").count() == 0


async def test_approval_takeover_and_hand_back_are_shown(platform: Gateway, page: Page) -> None:
    session = await _open(platform, page)
    lead = await platform.key("lead")
    await _write(page, "refund, please")
    await expect(page.get_by_text("A colleague is checking the answer.")).to_be_visible()
    decision = f"/v1/approvals/{await _approval(platform, lead)}/decisions"
    await platform.http.post(decision, headers=lead, json={"action": "approve"})
    await expect(page.get_by_text("You asked: refund, please")).to_be_visible()
    conversation = f"/v1/conversations/{session['conversation_id']}"
    await platform.http.post(f"{conversation}/take-over", headers=lead, json={})
    await expect(page.get_by_text("A colleague will answer you here.")).to_be_visible()
    await platform.http.post(f"{conversation}/replies", headers=lead, json={"text": "Anna here."})
    await expect(page.get_by_text("You are talking to a person now.")).to_be_visible()
    await platform.http.post(f"{conversation}/hand-back", headers=lead, json={})
    await expect(page.get_by_text("AI assistant. Ask for a person anytime.")).to_be_visible()
    await platform.http.post(f"{conversation}/resolve", headers=lead, json={})
    await expect(page.get_by_text("This conversation is closed.")).to_be_visible()


async def test_a_button_asks_for_a_person(platform: Gateway, page: Page) -> None:
    await _open(platform, page)
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(page.get_by_text("I would like to talk to a person.", exact=True)).to_be_visible()
    await expect(page.get_by_text("A colleague will answer you here.")).to_be_visible()
    await expect(page.get_by_role("button", name="Talk to a person")).to_be_hidden()


async def test_a_closed_conversation_is_rated_once_until_it_is_closed_again(platform: Gateway, page: Page) -> None:
    session = await _open(platform, page)
    conversation = f"/v1/conversations/{session['conversation_id']}"
    lead = await platform.key("lead")
    await _write(page, "How do I sign in?")
    await expect(page.get_by_text("You asked: How do I sign in?")).to_be_visible()
    question = page.get_by_text("Did this help you?")
    await expect(question).to_be_hidden()
    await platform.http.post(f"{conversation}/resolve", headers=lead, json={})
    await expect(question).to_be_visible()
    await page.get_by_role("button", name="No", exact=True).click()
    comment = page.get_by_label("What should have gone better? (optional)")
    await expect(comment).to_be_focused()
    await comment.fill("It was too short.")
    await page.get_by_role("button", name="Send", exact=True).first.click()
    await expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    kept = await ConversationRepository(platform.database).ratings(session["conversation_id"])
    assert [(one.score, one.comment) for one in kept] == [("bad", ""), ("bad", "It was too short.")]
    await page.reload()
    await expect(page.get_by_text("This conversation is closed.")).to_be_visible()
    await expect(question).to_be_hidden()
    await _write(page, "Thanks, and how do I sign out?")
    await expect(page.get_by_text("You asked: Thanks, and how do I sign out?")).to_be_visible()
    await platform.http.post(f"{conversation}/resolve", headers=lead, json={})
    await expect(question).to_be_visible()


@pytest.mark.parametrize(("theme", "surface"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 28, 33)")])
async def test_a_page_chooses_the_theme_whatever_the_system_says(
    platform: Gateway, page: Page, theme: str, surface: str
) -> None:
    await page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    await page.route("**/chat", lambda route: _with_theme(route, theme))
    await page.goto(f"{platform.url}/chat")
    await expect(page.locator("header")).to_have_css("background-color", surface)


async def _with_theme(route: Route, theme: str) -> None:
    answer = await route.fetch()
    tag = 'data-inline="chat"'
    await route.fulfill(response=answer, body=(await answer.text()).replace(tag, f'{tag} data-theme="{theme}"'))


async def test_what_is_written_offline_arrives_once(platform: Gateway, page: Page) -> None:
    session = await _open(platform, page)
    await _write(page, "first")
    await expect(page.get_by_text("You asked: first")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("Connection lost.")).to_be_visible()
    await _write(page, "second")
    await _write(page, "third")
    await expect(page.get_by_text("Sending…")).to_have_count(2)
    await page.context.set_offline(False)
    await expect(page.get_by_text("You asked: second + third")).to_be_visible()
    await expect(page.get_by_text("Connection lost.")).to_be_hidden()
    record = await platform.http.get(
        f"/v1/conversations/{session['conversation_id']}", headers=await platform.key("viewer")
    )
    said = [message["text"] for message in record.json()["messages"] if message["author"] == "customer"]
    assert said == ["first", "second", "third"]


async def test_a_reload_loses_nothing(platform: Gateway, page: Page) -> None:
    await _open(platform, page)
    await _write(page, "before")
    await expect(page.get_by_text("You asked: before")).to_be_visible()
    await page.evaluate("WebSocket.prototype.send = () => {}")
    await _write(page, "never sent by this page")
    await expect(page.get_by_text("Sending…")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("You asked: never sent by this page")).to_be_visible()
    await expect(page.get_by_text("You asked: before")).to_be_visible()
    await expect(page.locator(".message.own")).to_have_count(2)


async def test_two_tabs_show_the_same(platform: Gateway, page: Page) -> None:
    await _open(platform, page)
    other = await page.context.new_page()
    await other.goto(f"{platform.url}/chat")
    await _write(page, "from the first tab")
    await expect(other.get_by_text("You asked: from the first tab")).to_be_visible()
    await _write(other, "from the second tab")
    await expect(page.get_by_text("You asked: from the second tab")).to_be_visible()
    await expect(page.locator(".message.own")).to_have_count(2)


async def test_files(platform: Gateway, page: Page) -> None:
    await _open(platform, page)
    picker = page.locator("input[type=file]")
    await picker.set_input_files(PROGRAM)
    await expect(page.get_by_role("alert")).to_contain_text("setup.png: Only PNG, JPEG")
    await picker.set_input_files(PDF)
    await expect(page.get_by_label("Remove invoice.pdf")).to_be_visible()
    await page.get_by_role("button", name="Send").click()
    sent = page.get_by_role("log").get_by_role("button", name="invoice.pdf")
    async with page.expect_download() as downloading:
        await sent.click()
    assert (await downloading.value).suggested_filename == "invoice.pdf"


async def test_a_session_that_has_ended_is_followed_by_a_new_one(platform: Gateway, page: Page) -> None:
    await page.goto(f"{platform.url}/healthz")
    await page.evaluate(
        """localStorage.setItem(`holdfast.session.${location.host}`,
           JSON.stringify({conversation_id: "cv_of_long_ago", token: "x.y", greeting: ""}))"""
    )
    await page.goto(f"{platform.url}/chat")
    await expect(page.get_by_text("This session has ended.")).to_be_visible()
    await page.get_by_role("button", name="Start a new conversation").click()
    await _write(page, "hello again")
    await expect(page.get_by_text("You asked: hello again")).to_be_visible()


async def test_the_corner_button_on_a_page_of_another_origin(platform: Gateway, page: Page) -> None:
    shop = Starlette()
    async with serving(shop) as origin:
        embedded = platform.options.model_copy(update={"widget_origins": (origin,)})
        async with serve(embedded, platform.temporal) as url:
            tag = f'<script type="module" src="{url}/widget.js" data-title="Shop help"></script>'
            shop.routes.append(Address("/", lambda _: HTMLResponse(f"<!doctype html><title>Shop</title>{tag}")))
            await page.goto(origin)
            await _use_the_corner_button(page)


async def _use_the_corner_button(page: Page) -> None:
    launcher = page.get_by_role("button", name="Open the chat")
    await launcher.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Shop help")).to_be_visible()
    await page.keyboard.type("by keyboard alone")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You asked: by keyboard alone")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(launcher).to_be_focused()


async def test_the_api_page_needs_no_outside_network(platform: Gateway, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{platform.url}/docs#problem-conflict")
    await expect(page.get_by_role("heading", name="POST /v1/approvals/{approval_id}/decisions")).to_be_visible()
    await expect(page.locator("#problem-conflict")).to_be_in_viewport()
    assert [url for url in asked if not url.startswith((platform.url, "data:"))] == []


async def test_the_api_page_fits_a_phone(platform: Gateway, page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{platform.url}/docs")
    await expect(page.locator("#problem-conflict")).to_be_attached()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.get_by_role("heading", name="Holdfast API")).to_be_in_viewport()
    await expect(page.locator("#intro code", has_text="holdfast keys create")).to_be_visible()
    await expect(page.get_by_text("Body_upload")).to_have_count(0)
