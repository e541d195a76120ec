"""Articles of a Zendesk Help Center and of Salesforce Knowledge become answers, and vanish when they are withdrawn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from temporalio.client import ScheduleHandle

from domain.conversation.activity_models import SynchroniseKnowledgeInput
from domain.delivery.channels import WEB_CHAT
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import Article, SpecVersion
from integrations.channels.web_chat import WebChatChannel
from integrations.crm.directory import DirectoryCrm
from integrations.helpdesk.zendesk.help_center import ZendeskHelpCenter
from integrations.knowledge.salesforce import SalesforceKnowledge, SalesforceKnowledgeSettings
from integrations.knowledge.source import KnowledgeSource
from storage.customers import CustomerRepository
from storage.specs import SpecRepository
from tests.e2e.bikeshop import publish
from tests.e2e.bikeshop import version as shop
from tests.e2e.house import House, scripted
from tests.integrations.helpdesk.zendesk.conftest import Desk, desk, served_desk
from tests.organisation import ARTICLES, SPECIFICATION
from tests.salesforce_organisation import Vendor, served, vendor
from workers.composition import Integrations, compose
from workers.knowledge import Schedules
from workers.worker import Limits, build_workers
from workflows.knowledge import synchronisation_id

__all__ = ["desk", "served", "served_desk", "vendor"]

ORGANISATION = SPECIFICATION.organisation
SOURCES = (
    KnowledgeSourceSpec(kind="zendesk", topics={"Shop": "delivery"}, default_topic="warranty"),
    KnowledgeSourceSpec(kind="salesforce", topics={"Cargo": "delivery"}, default_topic="warranty"),
)
TRAILERS = (
    "<p>Trailers are delivered by a forwarder within 9 working days. Delivery of a trailer needs a signature.</p>"
)
CARGO = "<p>The cargo bicycle carries 200 kg in its box, riders included.</p>"


@asynccontextmanager
async def synchronising(house: House, desk: Desk, vendor: Vendor) -> AsyncIterator[None]:
    """The workers of production with both vendors, and the schedules that the specification asks for."""
    settings = {
        **vendor.settings().model_dump(),
        "article_fields": "Answer__c",
        "article_url": "https://help.bikes.example/s/article/",
    }
    sources: dict[str, KnowledgeSource] = {
        "zendesk": ZendeskHelpCenter(desk.settings()),
        "salesforce": SalesforceKnowledge(SalesforceKnowledgeSettings.model_validate(settings)),
    }
    database = house.store.database
    near = Integrations(
        {WEB_CHAT: WebChatChannel()}, {"directory": DirectoryCrm(CustomerRepository(database))}, sources
    )
    activities = compose(database, scripted(), near)
    async with AsyncExitStack() as stack:
        for worker in build_workers(house.client, activities, Limits()):
            await stack.enter_async_context(worker)
        await Schedules(house.client).fit(shop(knowledge_sources=SOURCES).specification)
        yield
        for source in SOURCES:
            await schedule(house, source.kind).delete()


def schedule(house: House, source: str) -> ScheduleHandle:
    named = SynchroniseKnowledgeInput(organisation=ORGANISATION, source=source)
    return house.client.get_schedule_handle(synchronisation_id(named))


async def version_with(house: House, *titles: str) -> SpecVersion:
    """The active version, once exactly these articles of sources are in it."""
    specs = SpecRepository(house.store.database)
    while True:
        active = await specs.active(ORGANISATION)
        version = (await specs.load(str(active))).version
        if {article.title for article in sourced(version)} == set(titles):
            return version
        await asyncio.sleep(0.05)


def sourced(version: SpecVersion) -> list[Article]:
    return [article for article in version.articles if article.id in version.sourced]


@pytest.mark.integrations
async def test_articles_of_both_vendors_come_and_go(house: House, desk: Desk, vendor: Vendor) -> None:
    await publish(house.store.database, knowledge_sources=SOURCES)
    section = desk.account.add_section("Shop")
    kept = desk.account.add_article(section, "Trailers", TRAILERS, datetime(2026, 5, 4, tzinfo=UTC))
    vendor.stand_in.publish("Cargo bicycles", "Cargo", CARGO, "Cargo__c")
    async with synchronising(house, desk, vendor):
        version = await version_with(house, "Trailers", "Cargo bicycles")
        assert version.articles[: len(ARTICLES)] == ARTICLES
        by_title = {article.title: article for article in sourced(version)}
        assert by_title["Trailers"].source == kept["html_url"]
        assert {article.topic for article in by_title.values()} == {"delivery"}

        talk = house.talk()
        await talk.says("how long does the delivery of a trailer take")
        seen = await talk.until(lambda seen: seen.answered)
        assert seen.row.spec_hash == version.content_hash
        (reply,) = [message for message in seen.messages if message.author == "ai_agent"]
        assert [citation.title for citation in reply.citations] == ["Trailers"]

        del desk.account.articles[kept["id"]]
        await house.store.database.fetchval("UPDATE knowledge_sources SET read_all_at = read_all_at - interval '1 day'")
        await schedule(house, "zendesk").trigger()
        await version_with(house, "Cargo bicycles")
        await talk.says("thank you")
        assert (await talk.until(lambda seen: seen.answered)).row.spec_hash == version.content_hash
