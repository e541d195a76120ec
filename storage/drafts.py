"""What people are changing about specifications and have not published."""

from datetime import datetime

from domain.specification.drafts import FileChanges, SpecificationDraft
from storage.database import Database


class DraftRepository:
    """One draft for each person of an organisation; a newer one takes its place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, organisation: str, person_id: str, changes: FileChanges, now: datetime) -> None:
        """The base must be a version that was published."""
        await self._database.fetchval(
            """
            INSERT INTO specification_drafts (organisation, person_id, base, files, saved_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (organisation, person_id)
            DO UPDATE SET base = excluded.base, files = excluded.files, saved_at = excluded.saved_at
            """,
            organisation,
            person_id,
            changes.base,
            changes.files,
            now,
        )

    async def of(self, organisation: str, person_id: str) -> SpecificationDraft | None:
        """None where the person changes nothing."""
        row = await self._database.fetchrow(
            "SELECT base, files, saved_at FROM specification_drafts WHERE organisation = $1 AND person_id = $2",
            organisation,
            person_id,
        )
        if row is None:
            return None
        changes = FileChanges(base=row["base"], files=row["files"])
        return SpecificationDraft(changes=changes, saved_at=row["saved_at"])

    async def drop(self, organisation: str, person_id: str, *, saved_at: datetime | None = None) -> None:
        """Forget a draft; with `saved_at` only if nothing was saved since then."""
        await self._database.fetchval(
            """
            DELETE FROM specification_drafts
            WHERE organisation = $1 AND person_id = $2 AND ($3::timestamptz IS NULL OR saved_at = $3)
            """,
            organisation,
            person_id,
            saved_at,
        )
