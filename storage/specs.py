"""Published spec versions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from asyncpg import Record

from domain.conversation.confidence import Calibration
from domain.conversation.ownership import Via
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from domain.specification.publications import SHORT, Publication
from storage.database import Database, keepable
from storage.views import PublishedSpec, SpecSummary

if TYPE_CHECKING:
    from storage.database import PooledConnection


class SpecRepository:
    """A version is named by its content and never changes; one per organisation is active.

    The log of publications tells which was when; it only grows.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(
        self,
        version: SpecVersion,
        topic_model: bytes,
        calibration: Calibration,
        by: str,
        *,
        reason: str = "",
        labelled: Sequence[LabelledMessage] = (),
        replaces: str | None = None,
        files: Mapping[str, str] | None = None,
        via: Via | None = None,
    ) -> str:
        """Make the version the active one and return its hash.

        `labelled` are the messages it was fitted on, `files` the texts that it was read from, by their paths; without
        them those that are known stay. Raises ConflictError when another version than the one that it `replaces` has
        become the active one.
        """
        organisation = version.specification.organisation
        async with self._publishing(organisation) as connection:
            replaced = await _deactivate(connection, organisation, replaces)
            at = await connection.fetchval(
                """
                INSERT INTO spec_versions (content_hash, organisation, document, topic_model, calibration, published_by,
                                           published_at, labelled, files, active)
                VALUES ($1, $2, $3::text::json, $4, $5, $6, clock_timestamp(), $7, $8, true)
                ON CONFLICT (content_hash) DO UPDATE
                SET topic_model = excluded.topic_model, calibration = excluded.calibration,
                    labelled = excluded.labelled, published_by = excluded.published_by,
                    published_at = excluded.published_at, files = coalesce(excluded.files, spec_versions.files),
                    active = true
                RETURNING published_at
                """,
                *keepable((version.content_hash, organisation, version.model_dump_json(), topic_model, calibration)),
                *keepable((by, list(labelled), None if files is None else dict(files))),
            )
            publication = Publication(
                content_hash=version.content_hash,
                replaced=replaced,
                kind="publish",
                published_by=by,
                reason=reason,
                via=via,
                at=at,
            )
            await _keep(connection, organisation, publication)
        return version.content_hash

    async def roll_back(
        self, organisation: str, content_hash: str, by: str, reason: str, *, replaces: str, via: Via | None = None
    ) -> None:
        """Make a stored version the active one again, with the models that were fitted for it.

        Raises ConflictError when another version than the one that it `replaces` is active by now.
        """
        async with self._publishing(organisation) as connection:
            replaced = await _deactivate(connection, organisation, replaces)
            at = await connection.fetchval(
                """
                UPDATE spec_versions SET active = true, published_by = $2, published_at = clock_timestamp()
                WHERE content_hash = $1 RETURNING published_at
                """,
                *keepable((content_hash, by)),
            )
            publication = Publication(
                content_hash=content_hash,
                replaced=replaced,
                kind="rollback",
                published_by=by,
                reason=reason,
                via=via,
                at=at,
            )
            await _keep(connection, organisation, publication)

    @asynccontextmanager
    async def _publishing(self, organisation: str) -> AsyncIterator["PooledConnection"]:
        """A transaction in which nobody else changes which version is active; who comes second waits."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('publish ' || $1, 0))", organisation
            )
            yield connection

    async def history(self, organisation: str) -> list[Publication]:
        """Every publication, the newest first."""
        rows = await self._database.fetch(
            """
            SELECT content_hash, replaced, kind, published_by, reason, via, at FROM publications
            WHERE organisation = $1 ORDER BY publication_id DESC
            """,
            organisation,
        )
        return [Publication.model_validate(dict(row)) for row in rows]

    async def open_conversations(self, organisation: str) -> dict[str, int]:
        """How many conversations that are not resolved are on each version, by its hash."""
        rows = await self._database.fetch(
            """
            SELECT spec_hash, count(*) AS open FROM conversations
            WHERE organisation = $1 AND status <> 'resolved' GROUP BY spec_hash
            """,
            organisation,
        )
        return {row["spec_hash"]: row["open"] for row in rows}

    async def find(self, organisation: str, prefix: str) -> str:
        """The hash of the one version that begins so.

        Raises NotFoundError where none does, and InvalidInputError where several do.
        """
        rows = await self._database.fetch(
            "SELECT content_hash FROM spec_versions WHERE organisation = $1 AND starts_with(content_hash, $2)",
            organisation,
            prefix.strip().lower(),
        )
        match sorted(row["content_hash"] for row in rows):
            case [content_hash]:
                return str(content_hash)
            case []:
                listed = "`holdfast spec history` lists those that are."
                raise NotFoundError(f"No version {prefix[:64]!r} of {organisation} is published here: {listed}")
            case several:
                named = ", ".join(one[:SHORT] for one in several)
                raise InvalidInputError(f"Several versions begin with {prefix!r}: {named}. Give more of the hash.")

    async def active(self, organisation: str) -> str | None:
        """The hash of the version that new conversations pin."""
        content_hash: str | None = await self._database.fetchval(
            "SELECT content_hash FROM spec_versions WHERE organisation = $1 AND active", organisation
        )
        return content_hash

    async def organisations(self) -> list[str]:
        """Those that have an active version."""
        rows = await self._database.fetch("SELECT organisation FROM spec_versions WHERE active ORDER BY organisation")
        return [row["organisation"] for row in rows]

    async def require_active(self, organisation: str, content_hash: str) -> None:
        """Raises ConflictError when another version is the active one by now, saying who published it when."""
        active = await self.last_published(organisation)
        if active is None or active.content_hash != content_hash:
            raise ConflictError(_published_meanwhile(content_hash, active))

    async def last_published(self, organisation: str) -> SpecSummary | None:
        """The active version; a version that is published again differs from before by its time."""
        row = await self._database.fetchrow(
            """
            SELECT content_hash, published_by, published_at FROM spec_versions WHERE organisation = $1 AND active
            """,
            organisation,
        )
        return _summary(row) if row else None

    async def load(self, content_hash: str) -> PublishedSpec:
        """Raises NotFoundError for a hash that was never published."""
        row = await self._database.fetchrow(
            "SELECT document, topic_model, calibration, labelled FROM spec_versions WHERE content_hash = $1",
            content_hash,
        )
        if row is None:
            raise NotFoundError(f"No specification {content_hash[:12]} is published here. Publish it first.")
        return PublishedSpec(
            version=SpecVersion.model_validate(row["document"]),
            topic_model=row["topic_model"],
            calibration=Calibration.model_validate(row["calibration"]),
            labelled=row["labelled"],
        )

    async def files(self, content_hash: str) -> dict[str, str] | None:
        """The texts that a version was read from, by their paths; None where they are not known."""
        files: dict[str, str] | None = await self._database.fetchval(
            "SELECT files FROM spec_versions WHERE content_hash = $1", content_hash
        )
        return files

    async def models_fitted_from(self, organisation: str, fitted_from: str) -> tuple[bytes, Calibration] | None:
        """Topic model and calibration of a version of the organisation that were fitted from what has this hash."""
        row = await self._database.fetchrow(
            """
            SELECT topic_model, calibration FROM spec_versions
            WHERE organisation = $1 AND calibration->>'fitted_from' = $2 ORDER BY published_at DESC LIMIT 1
            """,
            organisation,
            fitted_from,
        )
        return (row["topic_model"], Calibration.model_validate(row["calibration"])) if row else None


async def _deactivate(connection: "PooledConnection", organisation: str, expected: str | None) -> str | None:
    """End the active version and return its hash. Raises ConflictError when it is not the expected one."""
    row = await connection.fetchrow(
        """
        UPDATE spec_versions SET active = false WHERE organisation = $1 AND active
        RETURNING content_hash, published_by, published_at
        """,
        organisation,
    )
    active: str | None = row["content_hash"] if row else None
    if expected not in (None, active):
        raise ConflictError(_published_meanwhile(str(expected), _summary(row) if row else None))
    return active


def _summary(row: Record) -> SpecSummary:
    return SpecSummary.model_validate(dict(row))


def _published_meanwhile(expected: str, active: SpecSummary | None) -> str:
    if active is None:
        return f"{expected[:SHORT]} is not active: nothing is. Publish without --replaces."
    mine, theirs = expected[:SHORT], active.content_hash[:SHORT]
    told = f"{active.published_by} made {theirs} the active version on {active.published_at:%Y-%m-%d at %H:%M} UTC,"
    todo = f"Look at it with `holdfast spec diff {mine} {theirs}`, take it over, and publish with --replaces {theirs}."
    return f"{told} so {mine} is not active any more, and nothing was changed. {todo}"


async def _keep(connection: "PooledConnection", organisation: str, publication: Publication) -> None:
    """Write a publication into the log and into the audit trail."""
    replaced, by, reason = publication.replaced, publication.published_by, publication.reason
    await connection.execute(
        """
        INSERT INTO publications (organisation, content_hash, replaced, kind, published_by, reason, via, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        *keepable((organisation, publication.content_hash, replaced, publication.kind, by, reason)),
        *keepable((publication.via, publication.at)),
    )
    data = {"content_hash": publication.content_hash, "replaced": replaced, "reason": reason, "via": publication.via}
    kind = "spec_published" if publication.kind == "publish" else "spec_rolled_back"
    await connection.execute(
        "INSERT INTO audit_events (organisation, kind, actor, data, at) VALUES ($1, $2, $3, $4, $5)",
        *keepable((organisation, kind, by, data, publication.at)),
    )
