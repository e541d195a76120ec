from datetime import UTC, datetime, timedelta

import pytest

from domain.conversation.confidence import Calibration
from domain.errors import ConflictError
from domain.quality.evaluation import LabelledMessage
from domain.specification.articles import SourcedArticle
from storage.database import Database
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository
from tests.organisation import VERSION

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RENAMED = VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"name": "Renamed"})})


def article(number: int, title: str = "Plans", updated: datetime = NOW) -> SourcedArticle:
    return SourcedArticle(
        id=str(number), title=title, body_markdown="x", url="https://help", topic="Plans", updated=updated
    )


async def test_a_changed_article_replaces_the_one_before(database: Database) -> None:
    knowledge = KnowledgeRepository(database)
    await knowledge.keep("acme", "zendesk", [article(1), article(2)], NOW, everything=True)
    await knowledge.keep("acme", "zendesk", [article(2, "Prices", NOW + HOUR)], NOW + HOUR, everything=False)
    first, second = await knowledge.list("acme")
    assert (first.article, first.confirmed_at) == (article(1), NOW)
    assert (second.article.title, second.confirmed_at, second.source) == ("Prices", NOW + HOUR, "zendesk")
    reading = await knowledge.reading("acme", "zendesk")
    assert reading is not None
    assert (reading.read_at, reading.read_all_at, reading.newest) == (NOW + HOUR, NOW, NOW + HOUR)


async def test_what_a_full_read_does_not_list_is_forgotten(database: Database) -> None:
    knowledge = KnowledgeRepository(database)
    await knowledge.keep("acme", "zendesk", [article(1), article(2)], NOW, everything=True)
    await knowledge.keep("acme", "salesforce", [article(1)], NOW, everything=True)
    await knowledge.keep("acme", "zendesk", [article(2)], NOW + HOUR, everything=True)
    assert [(known.source, known.article.id) for known in await knowledge.list("acme")] == [
        ("salesforce", "1"),
        ("zendesk", "2"),
    ]


async def test_organisations_do_not_see_each_other(database: Database) -> None:
    knowledge = KnowledgeRepository(database)
    await knowledge.keep("acme", "zendesk", [article(1)], NOW, everything=True)
    assert await knowledge.list("other") == []
    assert await knowledge.reading("other", "zendesk") is None


async def test_nobody_publishes_over_a_version_that_he_has_not_seen(database: Database) -> None:
    specs = SpecRepository(database)
    labelled = (LabelledMessage(id="1", text="hello", expected="answer"),)
    first = await specs.publish(VERSION, b"", Calibration(), "lea", labelled=labelled)
    assert (await specs.load(first)).labelled == labelled
    second = await specs.publish(RENAMED, b"", Calibration(), "tom", replaces=first)
    with pytest.raises(ConflictError, match=r"tom made .* --replaces"):
        await specs.publish(VERSION, b"", Calibration(), "lea", replaces=first)
    assert await specs.active(VERSION.specification.organisation) == second
