"""What the log of publications is filled with in a database that is older than the log."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from domain.specification.publications import Publication
from storage.database import connect
from storage.migrate import SCHEMA, migrate
from storage.specs import SpecRepository

EVENTS = [("a", "lea", 1), ("b", "tom", 2), ("a", "ann", 3)]
"""Version, who published it and on which day: as the audit trail has kept it."""


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 9, tzinfo=UTC)


async def publish_as_before(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """`a`, `b`, and `a` again, of which spec_versions forgot the first; and `c`, of which only the row is left."""
    documents = {name: f'{{"name": "{name}"}}' for name in "abc"}
    hashes = {
        name: await connection.fetchval("SELECT encode(sha256(convert_to($1::text, 'UTF8')), 'hex')", document)
        for name, document in documents.items()
    }
    rows = [("a", "shop", "ann", 3, True), ("b", "shop", "tom", 2, False), ("c", "bank", "kim", 1, True)]
    for name, organisation, by, day, active in rows:
        await connection.execute(
            "INSERT INTO spec_versions VALUES ($1, $2, $3::text::json, '', '{}', $4, $5, $6)",
            hashes[name],
            organisation,
            documents[name],
            by,
            at(day),
            active,
        )
    for name, by, day in EVENTS:
        await connection.execute(
            "INSERT INTO audit_events (organisation, kind, actor, data, at)"
            " VALUES ('shop', 'spec_published', $1, jsonb_build_object('content_hash', $2::text), $3)",
            by,
            hashes[name],
            at(day),
        )
    return hashes


async def test_it_begins_with_all_that_is_known(empty_database_url: str, tmp_path: Path) -> None:
    before = Path(shutil.copytree(SCHEMA, tmp_path / "before"))
    for script in (before / "migrations").glob("*.sql"):
        if script.name >= "0019":
            script.unlink()
    await migrate(empty_database_url, before)
    connection = await asyncpg.connect(empty_database_url)
    hashes = await publish_as_before(connection)
    await connection.close()
    assert "0019_publications" in await migrate(empty_database_url)

    database = await connect(empty_database_url)
    shop, bank = [await SpecRepository(database).history(organisation) for organisation in ("shop", "bank")]
    await database.close()
    names = {content_hash: name for name, content_hash in hashes.items()}

    def told(publication: Publication) -> tuple[str, str | None, str, int]:
        replaced = names[publication.replaced] if publication.replaced else None
        return names[publication.content_hash], replaced, publication.published_by, publication.at.day

    assert [told(one) for one in shop] == [("a", "b", "ann", 3), ("b", "a", "tom", 2), ("a", None, "lea", 1)]
    assert [told(one) for one in bank] == [("c", None, "kim", 1)]
    assert {one.kind for one in (*shop, *bank)} == {"publish"}
