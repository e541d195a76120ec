"""`holdfast knowledge` with the workers of production and a source in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from temporalio.client import Client
from typer.testing import CliRunner, Result

from cli.main import app
from domain.errors import CredentialsError
from domain.specification.articles import SourcedArticle
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from embedded.temporal_server import TemporalServer
from integrations.settings import VendorSettings
from storage.database import connect
from storage.knowledge import KnowledgeRepository
from tests.e2e.bikeshop import publish
from tests.e2e.house import scripted
from workers.composition import Integrations, compose
from workers.worker import Limits, build_workers

UPDATED = datetime(2026, 5, 4, tzinfo=UTC)


class ShelfSettings(VendorSettings):
    prefix: ClassVar[str] = "SHELF"


class Shelf:
    """A source whose one article may be taken away, with its key."""

    settings_class: ClassVar[type[VendorSettings] | None] = ShelfSettings

    def __init__(self) -> None:
        self.refuses = False

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]:
        if self.refuses:
            raise CredentialsError("The shelf refuses our key: make a new one.")
        url = "https://shelf/1"
        return [SourcedArticle(id="1", title="Trailers", body_markdown="Nine days.", url=url, updated=UPDATED)]


@pytest.fixture
async def shelf(
    database_url: str,
    temporal_client: Client,
    temporal_server: TemporalServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Shelf]:
    """Workers that read it, and commands that find them."""
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", database_url)
    monkeypatch.setenv("HOLDFAST_TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("HOLDFAST_ORGANISATION", str(tmp_path / "bikeshop"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    shelf, database = Shelf(), await connect(database_url)
    await publish(database, knowledge_sources=(KnowledgeSourceSpec(kind="zendesk", default_topic="delivery"),))
    activities = compose(database, scripted(), Integrations({}, {}, {"zendesk": shelf}))
    async with AsyncExitStack() as stack:
        for worker in build_workers(temporal_client, activities, Limits()):
            await stack.enter_async_context(worker)
        yield shelf
    await database.close()


async def holdfast(*arguments: str) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["knowledge", *arguments]))


async def test_articles_are_brought_in_and_listed(shelf: Shelf) -> None:
    first = await holdfast("sync")
    assert (first.exit_code, "zendesk: published" in first.output) == (0, True), first.output
    assert "with 1 articles of sources" in first.output
    assert "nothing has changed" in (await holdfast("sync", "zendesk")).output
    (row,) = [line for line in (await holdfast("list")).output.splitlines() if "Trailers" in line]
    assert [word in row for word in ("zendesk", "delivery", "2026-05-04", "published")] == [True] * 4


async def test_before_anything_was_brought_in_the_list_says_so(shelf: Shelf) -> None:
    assert (await holdfast("list")).output.startswith("No article of a source is kept here")


async def test_a_source_that_refuses_us_is_named_with_its_reason(shelf: Shelf) -> None:
    shelf.refuses = True
    result = await holdfast("sync")
    assert (result.exit_code, "make a new one" in result.output) == (1, True), result.output


async def test_a_source_that_nobody_named_is_refused(shelf: Shelf) -> None:
    result = await holdfast("sync", "salesforce")
    assert (result.exit_code, "it names zendesk" in result.output) == (1, True), result.output


async def test_what_is_not_published_says_so(shelf: Shelf, database_url: str) -> None:
    database = await connect(database_url)
    knowledge = KnowledgeRepository(database)
    article = SourcedArticle(id="1", title="Old", body_markdown="x", url="https://x", updated=UPDATED)
    await knowledge.keep("bikeshop", "zendesk", [article], UPDATED, everything=True)
    await knowledge.keep("bikeshop", "salesforce", [article], UPDATED, everything=True)
    fresh = article.model_copy(update={"id": "2", "title": "New"})
    await knowledge.keep("bikeshop", "zendesk", [fresh], datetime.now(UTC), everything=False)
    await database.close()
    lines = (await holdfast("list")).output.splitlines()
    states = {
        word for line in lines for word in ("left out", "source not in use", "in the next version") if word in line
    }
    assert states == {"left out", "source not in use", "in the next version"}


async def test_without_a_platform_it_says_what_to_do(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_TEMPORAL_ADDRESS")
    result = await holdfast("sync")
    assert (result.exit_code, "make up" in result.output) == (1, True), result.output
