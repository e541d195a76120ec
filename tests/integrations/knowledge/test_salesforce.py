"""Salesforce Knowledge: the official client over TLS against the stand-in."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import CredentialsError, InvalidInputError, UnavailableError
from integrations.knowledge.salesforce import SalesforceKnowledge, SalesforceKnowledgeSettings
from integrations.knowledge.source import KnowledgeSource, SourcedArticle
from sandbox.frame import Fault
from tests.salesforce_organisation import Vendor, served, vendor

__all__ = ["served", "vendor"]

pytestmark = pytest.mark.integrations

HTML = "<p>Within <b>30 days</b>.</p><h2>How</h2><ul><li>Pack it</li><li>Send it</li></ul>"
JUNE = "2026-06-01T10:00:00.000+0000"
JULY = "2026-07-01T10:00:00.000+0000"


def knowledge(vendor: Vendor, **changed: Any) -> SalesforceKnowledge:
    values = {
        **vendor.settings().model_dump(),
        "article_fields": "Summary Answer__c",
        "article_url": "https://help.bikes.example/s/article/",
        **changed,
    }
    return SalesforceKnowledge(SalesforceKnowledgeSettings.model_validate(values))


async def titles(source: KnowledgeSource, since: datetime | None = None) -> list[str]:
    return [article.title for article in await source.fetch_articles(since)]


async def test_an_article_has_its_link_its_topic_and_the_time_of_its_last_change(vendor: Vendor) -> None:
    vendor.stand_in.publish("Returns", "Returns", HTML, "Refunds__c", Summary="In short", LastPublishedDate=JUNE)
    (record,) = vendor.stand_in.records("Knowledge__kav")
    (article,) = await knowledge(vendor).fetch_articles(None)
    assert article == SourcedArticle(
        id=record["KnowledgeArticleId"],
        title="Returns",
        body_markdown=article.body_markdown,
        url="https://help.bikes.example/s/article/Returns",
        topic="Refunds",
        updated=datetime(2026, 6, 1, 10, tzinfo=UTC),
    )
    lines = [line.strip() for line in article.body_markdown.splitlines() if line.strip()]
    assert lines == ["In short", "Within 30 days.", "## How", "* Pack it", "* Send it"]


async def test_only_what_changed_since(vendor: Vendor) -> None:
    vendor.stand_in.publish("New", "New", HTML, LastPublishedDate=JULY)
    vendor.stand_in.publish("Old", "Old", HTML, LastPublishedDate=JUNE)
    assert await titles(knowledge(vendor)) == ["Old", "New"]
    assert await titles(knowledge(vendor), datetime(2026, 6, 1, 10, tzinfo=UTC)) == ["New"]


async def test_drafts_internal_articles_and_other_languages_stay_away(vendor: Vendor) -> None:
    vendor.stand_in.publish("Draft", "D", HTML, PublishStatus="Draft")
    vendor.stand_in.publish("Internal", "I", HTML, IsVisibleInPkb=False)
    vendor.stand_in.publish("Deutsch", "G", HTML, Language="de")
    assert await titles(knowledge(vendor)) == []
    assert await titles(knowledge(vendor, article_language="de")) == ["Deutsch"]


async def test_many_articles_come_in_pages(vendor: Vendor) -> None:
    for number in range(8):
        vendor.stand_in.publish(f"Article {number}", f"A{number}", HTML, LastPublishedDate=JUNE)
    assert await titles(knowledge(vendor)) == [f"Article {number}" for number in range(8)]
    assert len(vendor.asked()) == 3


async def test_an_outage_in_the_middle_is_worth_another_try(vendor: Vendor) -> None:
    for number in range(8):
        vendor.stand_in.publish(f"Article {number}", f"A{number}", HTML)
    vendor.stand_in.faults.add(Fault(kind="cut", path="/query/01g"))
    source = knowledge(vendor)
    with pytest.raises(UnavailableError):
        await source.fetch_articles(None)
    assert len(await source.fetch_articles(None)) == 8


async def test_a_wrong_field_is_named(vendor: Vendor) -> None:
    with pytest.raises(InvalidInputError, match=r"no field Body__c on Knowledge__kav"):
        await knowledge(vendor, article_fields="Body__c").fetch_articles(None)


async def test_check(vendor: Vendor) -> None:
    (finding,) = await knowledge(vendor).check()
    assert finding.ok
    (finding,) = await knowledge(vendor, article_fields="Body__c").check()
    assert (finding.ok, "Body__c" in finding.detail) == (False, True)
    vendor.stand_in.organisation.hidden.add("Knowledge__kav")
    (finding,) = await knowledge(vendor).check()
    assert (finding.ok, "View Articles" in finding.detail) == (False, True)
    (finding,) = await knowledge(vendor, consumer_key="other").check()
    assert (finding.ok, "CONSUMER_KEY" in finding.detail) == (False, True)


async def test_wrong_credentials(vendor: Vendor) -> None:
    with pytest.raises(CredentialsError):
        await knowledge(vendor, consumer_key="other").fetch_articles(None)


@pytest.mark.parametrize("changed", [{"article_url": "https://help.bikes.example/s"}, {"article_fields": "A FROM B;"}])
def test_settings_that_lead_nowhere_are_refused(vendor: Vendor, changed: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        knowledge(vendor, **changed)
