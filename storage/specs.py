"""Published spec versions."""

from collections.abc import Sequence

from domain.conversation.confidence import Calibration
from domain.errors import ConflictError, NotFoundError
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from storage.database import Database
from storage.views import PublishedSpec, SpecSummary


class SpecRepository:
    """A version is named by its content and never changes; one per organisation is active."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(
        self,
        version: SpecVersion,
        topic_model: bytes,
        calibration: Calibration,
        by: str,
        *,
        labelled: Sequence[LabelledMessage] = (),
        replaces: str | None = None,
    ) -> str:
        """Make the version the active one and return its hash; publishing an older version again is the way back.

        `labelled` are the messages it was fitted on. Raises ConflictError when another version than the one that it
        `replaces` has become the active one.
        """
        organisation = version.specification.organisation
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('publish ' || $1, 0))", organisation
            )
            replaced = await connection.fetchval(
                "UPDATE spec_versions SET active = false WHERE organisation = $1 AND active RETURNING content_hash",
                organisation,
            )
            if replaces not in (None, replaced):
                raise ConflictError("Another version was published meanwhile: begin again with that one.")
            await connection.execute(
                """
                INSERT INTO spec_versions (content_hash, organisation, document, topic_model, calibration, published_by,
                                           labelled, active)
                VALUES ($1, $2, $3::text::json, $4, $5, $6, $7, true)
                ON CONFLICT (content_hash) DO UPDATE
                SET topic_model = excluded.topic_model, calibration = excluded.calibration,
                    labelled = excluded.labelled, published_by = excluded.published_by, published_at = now(),
                    active = true
                """,
                version.content_hash,
                organisation,
                version.model_dump_json(),
                topic_model,
                calibration,
                by,
                list(labelled),
            )
            await connection.execute(
                """
                INSERT INTO audit_events (organisation, kind, actor, data)
                VALUES ($1, 'spec_published', $2, jsonb_build_object('content_hash', $3::text))
                """,
                organisation,
                by,
                version.content_hash,
            )
        return version.content_hash

    async def active(self, organisation: str) -> str | None:
        """The hash of the version that new conversations pin."""
        content_hash: str | None = await self._database.fetchval(
            "SELECT content_hash FROM spec_versions WHERE organisation = $1 AND active", organisation
        )
        return content_hash

    async def last_published(self, organisation: str) -> SpecSummary | None:
        """The active version; a version that is published again differs from before by its time."""
        row = await self._database.fetchrow(
            """
            SELECT content_hash, published_by, published_at, active FROM spec_versions
            WHERE organisation = $1 AND active
            """,
            organisation,
        )
        return SpecSummary.model_validate(dict(row)) if row else None

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

    async def list(self, organisation: str) -> list[SpecSummary]:
        """Every version, the one published last first."""
        rows = await self._database.fetch(
            """
            SELECT content_hash, published_by, published_at, active FROM spec_versions
            WHERE organisation = $1 ORDER BY published_at DESC
            """,
            organisation,
        )
        return [SpecSummary.model_validate(dict(row)) for row in rows]
