"""What people are changing about specifications, on a real PostgreSQL."""

from datetime import timedelta

import pytest

from domain.conversation.confidence import Calibration
from domain.specification.drafts import FileChanges, SpecificationDraft
from storage.database import Database
from storage.drafts import DraftRepository
from storage.specs import SpecRepository
from tests.organisation import VERSION
from tests.storage.stage import NOW, ORGANISATION


@pytest.fixture
async def base(database: Database) -> str:
    return await SpecRepository(database).publish(VERSION, b"", Calibration(), "test")


@pytest.fixture
def drafts(database: Database) -> DraftRepository:
    return DraftRepository(database)


async def test_a_person_keeps_one_draft(drafts: DraftRepository, base: str) -> None:
    assert await drafts.of(ORGANISATION, "lea") is None
    first = FileChanges(base=base, files={"topics.yaml": "first", "rules/a.yaml": None})
    await drafts.keep(ORGANISATION, "lea", first, NOW)
    assert await drafts.of(ORGANISATION, "lea") == SpecificationDraft(changes=first, saved_at=NOW)
    second = FileChanges(base=base, files={"topics.yaml": "second"})
    await drafts.keep(ORGANISATION, "lea", second, NOW + timedelta(minutes=1))
    kept = await drafts.of(ORGANISATION, "lea")
    assert kept is not None
    assert kept.changes == second
    assert await drafts.of(ORGANISATION, "bo") is None
    assert await drafts.of("other", "lea") is None


async def test_only_what_was_seen_is_dropped(drafts: DraftRepository, base: str) -> None:
    changes = FileChanges(base=base, files={})
    await drafts.keep(ORGANISATION, "lea", changes, NOW)
    await drafts.drop(ORGANISATION, "lea", saved_at=NOW - timedelta(seconds=1))
    await drafts.drop(ORGANISATION, "bo")
    assert await drafts.of(ORGANISATION, "lea")
    await drafts.drop(ORGANISATION, "lea", saved_at=NOW)
    assert await drafts.of(ORGANISATION, "lea") is None


async def test_a_version_gives_its_files_back(database: Database, base: str) -> None:
    specs = SpecRepository(database)
    assert await specs.files(base) is None
    await specs.publish(VERSION, b"", Calibration(), "lea", files={"topics.yaml": "# mine"}, via="console")
    assert await specs.files(base) == {"topics.yaml": "# mine"}
    await specs.publish(VERSION, b"", Calibration(), "ops")
    assert await specs.files(base) == {"topics.yaml": "# mine"}
    assert [one.via for one in await specs.history(ORGANISATION)] == [None, "console", None]
    data = await database.fetchval("SELECT data FROM audit_events WHERE actor = 'lea'")
    assert data["via"] == "console"
