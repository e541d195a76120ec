"""Articles of the Help Center through zenpy against the stand-in."""

from datetime import timedelta

import pytest

from domain.errors import UnavailableError
from integrations.helpdesk.zendesk.help_center import ZendeskHelpCenter
from sandbox.frame import Fault
from tests.integrations.helpdesk.zendesk.conftest import NOW, Desk

pytestmark = pytest.mark.integrations


@pytest.fixture(scope="module")
def help_center(served_desk: Desk) -> ZendeskHelpCenter:
    return ZendeskHelpCenter(served_desk.settings())


async def test_an_article_comes_as_markdown_with_its_link(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    section = desk.account.add_section("Plans")
    body = "<p>Open <b>Settings</b>.</p><h2>Remove a seat</h2><ul><li>Choose a person.</li></ul>"
    kept = desk.account.add_article(section, "Seats", body, NOW)
    (article,) = await help_center.fetch_articles(None)
    assert (article.id, article.title, article.topic, article.updated) == (str(kept["id"]), "Seats", "Plans", NOW)
    assert article.url == kept["html_url"]
    assert article.body_markdown.startswith("Open Settings.\n")
    assert "## Remove a seat\n\n  * Choose a person." in article.body_markdown


async def test_only_what_everybody_may_read(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    section = desk.account.add_section("Plans")
    desk.account.add_article(section, "A draft", "<p>x</p>", NOW, draft=True)
    desk.account.add_article(section, "For colleagues", "<p>x</p>", NOW, user_segment_id=7)
    assert await help_center.fetch_articles(None) == []


async def test_what_has_changed_since(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    section = desk.account.add_section("Plans")
    for hours in (3, 1, 2):
        desk.account.add_article(section, f"After {hours} h", "", NOW + timedelta(hours=hours))
    found = await help_center.fetch_articles(NOW + timedelta(hours=1))
    assert [article.title for article in found] == ["After 2 h", "After 3 h"]


async def test_every_page_is_read(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    desk.stand_in.page_size = 2
    for number in range(5):
        section = desk.account.add_section(f"Section {number}")
        desk.account.add_article(section, f"Article {number}", "", NOW + timedelta(minutes=number))
    found = await help_center.fetch_articles(None)
    assert [article.topic for article in found] == [f"Section {number}" for number in range(5)]


async def test_an_outage(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    desk.stand_in.faults.add(Fault(kind="fail", path="help_center", status=502))
    with pytest.raises(UnavailableError):
        await help_center.fetch_articles(None)


async def test_check(desk: Desk, help_center: ZendeskHelpCenter) -> None:
    desk.account.add_section("Plans")
    (finding,) = await help_center.check()
    assert (finding.ok, finding.detail) == (True, "Sections that can be read: 1.")
    desk.stand_in.faults.add(Fault(kind="fail", path="help_center", status=404))
    (finding,) = await help_center.check()
    assert not finding.ok
    assert "Is the Help Center activated?" in finding.detail
