import asyncpg
import pytest

from domain.conversation.confidence import Calibration
from domain.errors import NotFoundError
from storage.database import Database
from storage.specs import SpecRepository
from tests.organisation import VERSION

ORGANISATION = VERSION.specification.organisation
RENAMED = VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"name": "Renamed"})})


async def test_what_is_published_comes_back_under_the_same_hash(database: Database) -> None:
    specs = SpecRepository(database)
    calibration = Calibration(bias=-1.5, curve=((0.0, 0.1), (1.0, 0.9)), fitted_on=40)
    content_hash = await specs.publish(VERSION, b"\x00topics", calibration, "lea")

    published = await specs.load(content_hash)
    assert published.version == VERSION
    assert published.version.content_hash == content_hash
    assert (published.topic_model, published.calibration) == (b"\x00topics", calibration)


async def test_the_version_published_last_is_active_and_an_older_one_can_come_back(database: Database) -> None:
    specs = SpecRepository(database)
    assert await specs.active(ORGANISATION) is None
    first = await specs.publish(VERSION, b"", Calibration(), "lea")
    second = await specs.publish(RENAMED, b"", Calibration(), "lea")
    assert await specs.active(ORGANISATION) == second

    await specs.publish(VERSION, b"fitted again", Calibration(), "tom")
    assert await specs.active(ORGANISATION) == first
    assert (await specs.load(first)).topic_model == b"fitted again"
    summaries = await specs.list(ORGANISATION)
    assert [(s.content_hash, s.published_by, s.active) for s in summaries] == [
        (first, "tom", True),
        (second, "lea", False),
    ]


async def test_each_publication_has_its_time_even_that_of_the_same_version(database: Database) -> None:
    specs = SpecRepository(database)
    assert await specs.last_published(ORGANISATION) is None
    await specs.publish(RENAMED, b"", Calibration(), "lea")
    seen = []
    for _ in range(2):
        content_hash = await specs.publish(VERSION, b"", Calibration(), "lea")
        published = await specs.last_published(ORGANISATION)
        assert published
        assert (published.content_hash, published.active) == (content_hash, True)
        seen.append(published.published_at)
    assert seen[0] < seen[1]


async def test_an_unknown_hash_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError, match="No specification abcabcabcabc is published"):
        await SpecRepository(database).load("abc" * 20)


async def test_a_document_that_does_not_fit_its_name_is_refused_by_the_database(database: Database) -> None:
    await SpecRepository(database).publish(VERSION, b"", Calibration(), "lea")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.fetchval("UPDATE spec_versions SET document = '{}'")
